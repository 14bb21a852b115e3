import type { Int64 } from '../base/int64';
import { TrackingError } from '../tracking/trackingError';
import { parseExactJson } from './exactJson';
import type { JsonValue } from './jsonValue';

/** Thrown by a reader that met an integer which `JSON.parse` may have rounded. */
export class RoundedIntegerError extends Error {}

/**
 * Parses `text` and reads it with `read`. The common case is `JSON.parse`; the exact parser runs only when the text has
 * bare NaN or Infinity tokens, as Python writes them, or when `read` meets an integer beyond 2^53.
 * Throws `SyntaxError` for text that is no JSON, INVALID_PARAMETER_VALUE for an integer field beyond int64, and whatever
 * `read` throws.
 */
export function readJson<T>(text: string, read: (value: JsonValue) => T): T {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return readExact(text, read);
  }
  try {
    return read(value);
  } catch (error) {
    if (error instanceof RoundedIntegerError) {
      return readExact(text, read);
    }
    throw error;
  }
}

function readExact<T>(text: string, read: (value: JsonValue) => T): T {
  const value = parseExactJson(text);
  try {
    return read(value);
  } catch (error) {
    if (error instanceof RoundedIntegerError) {
      throw new TrackingError('INVALID_PARAMETER_VALUE', 'An integer needs more than 64 bits.');
    }
    throw error;
  }
}

const rawJson = (JSON as typeof JSON & { readonly rawJSON: (text: string) => object }).rawJSON;

/** An int64 as a JSON number with all its digits, for `JSON.stringify`. */
export function int64ToJson(value: Int64): number | object {
  return typeof value === 'number' ? value : rawJson(value.toString());
}

/** A double for `JSON.stringify`; NaN and ±Infinity as text, which JSON numbers cannot say (protobuf's JSON form). */
export function doubleToJson(value: number): number | string | object {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  return value === 0 && Object.is(value, -0) ? rawJson('-0.0') : value;
}
