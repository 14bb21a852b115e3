/**
 * A signed 64-bit integer in normal form: a `number` when it is a safe integer, a `bigint` otherwise, never an
 * unsafe `number`. Equal values therefore have the same type, `===` and `<` work, and the common case stays cheap.
 * MLflow steps and timestamps are int64; run ids of experiments and span times exceed 2^53.
 */
export type Int64 = number | bigint;

export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;

/** Brings a bigint into normal form. Throws `RangeError` outside int64. */
export function int64FromBigInt(value: bigint): Int64 {
  if (value < INT64_MIN || value > INT64_MAX) {
    throw new RangeError(`${value} is not a 64-bit integer`);
  }
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}

/** Parses decimal text such as `-12`. Returns `undefined` when it is not an int64. */
export function parseInt64(text: string): Int64 | undefined {
  if (!/^[+-]?\d+$/.test(text)) {
    return undefined;
  }
  if (text.length <= 15) {
    const value = Number(text);
    return value === 0 ? 0 : value;
  }
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value < INT64_MIN || value > INT64_MAX ? undefined : int64FromBigInt(value);
}

/** Negative, zero or positive, for `Array.prototype.sort`. */
export function compareInt64(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
