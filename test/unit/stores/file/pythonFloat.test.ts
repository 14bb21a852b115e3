import { describe, expect, it } from 'vitest';
import { formatFloat, parseFloatText } from '../../../../src/stores/file/pythonFloat';

describe('a float', () => {
  // Right column: `repr` of Python 3.11.
  it.each([
    [1, '1.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [-2.5, '-2.5'],
    [1e-4, '0.0001'],
    [1e-5, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [1e15, '1000000000000000.0'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e16, '1e+16'],
    [1e22, '1e+22'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [5e-324, '5e-324'],
    [0.1 + 0.2, '0.30000000000000004'],
    [NaN, 'nan'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
  ])('%d is written %s and read back', (value, text) => {
    expect(formatFloat(value)).toBe(text);
    expect(parseFloatText(text)).toBe(value);
  });

  it.each([
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-INF', -Infinity],
    ['+inf', Infinity],
    ['7', 7],
  ])('%s is read', (text, value) => {
    expect(parseFloatText(text)).toBe(value);
  });

  it.each(['', ' ', 'x', '0x10', '1,5', '--1', 'infinite'])('%j is none', text => {
    expect(parseFloatText(text)).toBeUndefined();
  });
});
