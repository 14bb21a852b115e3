import { describe, expect, it } from 'vitest';
import { checkArtifactPath } from '../../../src/artifacts/artifactPath';
import { TrackingError } from '../../../src/tracking/trackingError';

const encodeTimes = (text: string, times: number): string =>
  times === 0 ? text : encodeTimes(encodeURIComponent(text).replace(/\./g, '%2E'), times - 1);

describe('artifact path', () => {
  it.each([
    ['', ''],
    ['a', 'a'],
    ['a/b.txt', 'a/b.txt'],
    ['a//b', 'a/b'],
    ['./a', 'a'],
    ['a/./b/', 'a/b'],
    ['a?b', 'a?b'],
    ['a/..b', 'a/..b'],
    ['...', '...'],
    ['a%20b', 'a b'],
    ['ü/日本', 'ü/日本'],
    ['100%', '100%'],
    ['%FF', '%FF'],
    ['a\nb', 'a%0Ab'],
    ['a%00b', 'a%00b'],
  ])('%j is %j', (path, expected) => {
    expect(checkArtifactPath(path)).toBe(expected);
  });

  it.each([
    '..',
    '../a',
    'a/../b',
    'a/..',
    '/a',
    '//a',
    '/',
    'C:\\a',
    'c:/a',
    '\\\\server\\a',
    'a#b',
    'a%23b',
    '%2e%2e/a',
    '%2e%2e%2fa',
    '%252e%252e%252fa',
    '%2fetc',
    '..%2f',
    encodeTimes('../a', 5),
    encodeTimes('../a', 9),
    encodeTimes('a b', 12),
  ])('%j is refused', path => {
    expect(() => checkArtifactPath(path)).toThrow(TrackingError);
  });
});
