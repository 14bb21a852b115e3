import { describe, expect, it } from 'vitest';
import { compileLike } from '../../../../src/tracking/search/like';

describe('LIKE', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'ab', false],
    ['abc', 'ABC', false],
    ['', '', true],
    ['', '%', true],
    ['', '_', false],
    ['abc', '%', true],
    ['abc', 'a%', true],
    ['abc', '%c', true],
    ['abc', '%b%', true],
    ['abc', '%d%', false],
    ['aba', 'ab%ba', false],
    ['abcabc', 'a%b%c', true],
    ['abcab', 'a%b%c', false],
    ['abc', '_b_', true],
    ['abc', '__', false],
    ['axxb_c', 'a%b_c', true],
    ['aab', '%ab', true],
    ['aXbXc', 'a_b%c', true],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
    ['a\nb', 'a%b', true],
    ['a\nb', 'a_b', true],
    ['100%', '100%', true],
    ['a\\b', 'a\\b', true],
    ['\u{1F600}', '_', true],
    ['\u{1F600}\u{1F600}', '_', false],
  ])('%j matches %j: %j', (text, pattern, expected) => {
    expect(compileLike(pattern, { ignoreCase: false })(text)).toBe(expected);
  });

  it('ignores case when asked to', () => {
    expect(compileLike('a_C%', { ignoreCase: true })('ABcD')).toBe(true);
    expect(compileLike('ÄB', { ignoreCase: true })('äb')).toBe(true);
  });

  it('does not take exponential time', () => {
    const matches = compileLike(`${'%a_'.repeat(40)}b`, { ignoreCase: false });
    expect(matches('a'.repeat(5000))).toBe(false);
  });
});
