import { bitsOf, type CanonicalPoint } from './canonicalStore';

/** Texts that are hard to keep, as params and as tags: key → value. */
export const HARD_TEXTS: Readonly<Record<string, string>> = {
  empty: '',
  spaces: '  two  ',
  lines: 'a\nb\n',
  'carriage returns': 'a\r\nb\rc',
  unicode: 'grüße, 日本語, 🎲, e\u0301',
  separators: 'line\u2028paragraph\u2029next\u0085',
  quotes: `"it's" \`so\` \\ %_`,
  yaml: 'yes: [no, ~, 1e5]',
  long: 'x'.repeat(6000),
  'long in code points': '🎲'.repeat(6000),
  'a/b/c': 'nested',
  'größe.日本-٣': 'key',
};

export const HARD_DOUBLES: Readonly<Record<string, number>> = {
  sum: 0.1 + 0.2,
  tiny: 5e-324,
  max: Number.MAX_VALUE,
  'small exponent': 1.5e-7,
  large: 1e21,
  'large integer': 123456789012345680,
  nan: NaN,
  inf: Infinity,
  '-inf': -Infinity,
  zero: 0,
  one: 1,
  'a/b c': -1,
};

/** Steps and times beyond 2^53, negative and unordered steps, in the order of logging. */
export const HARD_POINTS: readonly {
  value: number;
  timestampMs: number | bigint;
  step: number | bigint;
}[] = [
  { value: 1, timestampMs: 2n ** 53n + 1n, step: 3 },
  { value: 2, timestampMs: 5, step: 2n ** 53n + 1n },
  { value: 3, timestampMs: 4, step: -(2n ** 53n) - 1n },
  { value: 4, timestampMs: 3, step: -7 },
  { value: 5, timestampMs: 2, step: 2n ** 63n - 1n },
  { value: 6, timestampMs: 2n ** 63n - 1n, step: -(2n ** 63n) },
  { value: 7, timestampMs: 1, step: 0 },
  { value: 8, timestampMs: 0, step: 5 },
];

/** The same for Python: doubles by their bits, integers as text. */
export const hardValuesForPython = {
  texts: HARD_TEXTS,
  doubles: Object.fromEntries(
    Object.entries(HARD_DOUBLES).map(([key, value]) => [key, bitsOf(value)]),
  ),
  points: HARD_POINTS.map(({ value, timestampMs, step }): CanonicalPoint => [
    bitsOf(value),
    String(timestampMs),
    String(step),
  ]),
};

/** What a store of that kind holds of `HARD_DOUBLES` afterwards, as bits: SQL cannot hold ±Infinity. */
export function storedDoubles(kind: 'file' | 'sqlite'): Readonly<Record<string, string>> {
  const max = bitsOf(Number.MAX_VALUE);
  return {
    ...hardValuesForPython.doubles,
    ...(kind === 'sqlite' ? { inf: max, '-inf': bitsOf(-Number.MAX_VALUE) } : {}),
  };
}

/** `HARD_POINTS` in the order of a history: as logged in files, by timestamp, step and value in SQL. */
export function storedPoints(kind: 'file' | 'sqlite'): readonly CanonicalPoint[] {
  const points = hardValuesForPython.points;
  return kind === 'file'
    ? points
    : [...points].sort((a, b) => (BigInt(a[1]) < BigInt(b[1]) ? -1 : 1));
}
