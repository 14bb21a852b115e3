import { describe, expect, it } from 'vitest';
import { formatNumber } from '../../../src/base/formatNumber';
import { formatAge, formatDuration } from '../../../src/base/formatTime';

describe('formatNumber', () => {
  it.each([
    [0.87312, '0.8731'],
    [-0.0681, '−0.06810'],
    [1, '1'],
    [-12, '−12'],
    [1234.56, '1235'],
    [99999999, '99999999'],
    [123456789, '1.235e8'],
    [0.00001234, '1.234e−5'],
    [1e-7, '1e−7'],
    [0, '0'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
    [-Infinity, '−∞'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [-5, '0ms'],
    [340, '340ms'],
    [1500, '1.5s'],
    [12_400, '12s'],
    [134_000, '2m 14s'],
    [120_000, '2m'],
    [11_100_000, '3h 5m'],
    [187_200_000, '2d 4h'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatAge', () => {
  const now = Date.UTC(2026, 10, 21, 12);
  it.each([
    [now + 5000, 'now'],
    [now - 12_000, '12s'],
    [now - 125_000, '2m'],
    [now - 3 * 86_400_000, '3d'],
  ])('%d is %s', (time, text) => {
    expect(formatAge(time, now)).toBe(text);
  });

  it('is a date beyond a month', () => {
    expect(formatAge(Date.UTC(2024, 4, 1, 12), now)).toMatch(/^2024-0[45]-\d\d$/);
  });
});
