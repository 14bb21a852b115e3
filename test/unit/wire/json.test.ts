import { describe, expect, it } from 'vitest';
import { TrackingError } from '../../../src/tracking/trackingError';
import { parseExactJson } from '../../../src/wire/exactJson';
import { optionalInt64, requiredDouble } from '../../../src/wire/fieldReader';
import { doubleToJson, int64ToJson, readJson } from '../../../src/wire/json';
import type { JsonObject } from '../../../src/wire/jsonValue';

const readStep = (text: string) =>
  readJson(text, value => optionalInt64(value as JsonObject, 'step'));
const readValue = (text: string) =>
  readJson(text, value => requiredDouble(value as JsonObject, 'value'));

describe('int64', () => {
  it.each([
    ['0', 0],
    ['-7', -7],
    ['"12"', 12],
    ['"1e+05"', 100_000],
    ['1.7e12', 1_700_000_000_000],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['"9007199254740993"', 9_007_199_254_740_993n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['1e18', 10n ** 18n],
    ['null', undefined],
  ])('reads %s exactly', (literal, expected) => {
    expect(readStep(`{"step": ${literal}}`)).toBe(expected);
  });

  it.each(['1.5', '"1.5"', '"abc"', 'true', '[]', '9223372036854775808', '1e30', '""'])(
    'refuses %s',
    literal => {
      expect(() => readStep(`{"step": ${literal}}`)).toThrow(TrackingError);
    },
  );

  it.each([0, -1, 2 ** 53 - 1, 2n ** 63n - 1n, -(2n ** 63n), 9_007_199_254_740_993n])(
    'writes %s as a number that reads back the same',
    value => {
      const text = JSON.stringify({ step: int64ToJson(value) });
      expect(text).toBe(`{"step":${value}}`);
      expect(readStep(text)).toBe(value);
    },
  );
});

describe('double', () => {
  it.each([
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['"NaN"', NaN],
    ['"-Infinity"', -Infinity],
    ['"0.25"', 0.25],
    ['"1e+05"', 100_000],
    ['12345678901234567890', 12_345_678_901_234_567_000],
    ['-0.0', -0],
  ])('reads %s', (literal, expected) => {
    expect(readValue(`{"value": ${literal}}`)).toBe(expected);
  });

  it.each(['"abc"', '""', '"0x10"', 'true', '{}'])('refuses %s', literal => {
    expect(() => readValue(`{"value": ${literal}}`)).toThrow(TrackingError);
  });

  it.each([NaN, Infinity, -Infinity, -0, 0, 5e-324, Number.MAX_VALUE, 0.1 + 0.2])(
    'keeps %s bit for bit',
    value => {
      expect(readValue(JSON.stringify({ value: doubleToJson(value) }))).toBe(value);
    },
  );
});

describe('exact parser', () => {
  it.each([
    'null',
    '[]',
    '{}',
    ' [1, -2.5e3, "a\\u00e9\\n\\"", {"b": [true, false, null]}] ',
    '{"a":{"b":{"c":[[],{}]}},"":"","__proto__":{"x":1}}',
    '"\u{1f600} ünï"',
  ])('agrees with JSON.parse on %s', text => {
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '01',
    '1.',
    '.5',
    '+1',
    '"\u0001"',
    '"a',
    'nul',
    'NaNx',
    '[1 2]',
    '{"a" 1}',
    '\\',
    '"\\x"',
  ])('refuses %s', text => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });

  it('does not make a member called __proto__ the prototype', () => {
    expect(Object.hasOwn(parseExactJson('{"__proto__": NaN}') as object, '__proto__')).toBe(true);
  });

  it('refuses bottomless nesting instead of overflowing the stack', () => {
    expect(() => parseExactJson('['.repeat(100_000))).toThrow(/nested/);
  });
});
