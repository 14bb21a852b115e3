import { INT64_MAX, INT64_MIN, parseInt64, type Int64 } from '../base/int64';
import { TrackingError } from '../tracking/trackingError';
import { RoundedIntegerError } from './json';
import type { JsonObject, JsonValue } from './jsonValue';

/**
 * Readers of one member of a JSON object each, tolerant as MLflow's protobuf layer: numbers may come as text (R, Java),
 * null is absence, unknown members are ignored. All throw INVALID_PARAMETER_VALUE naming the member.
 */

/** Where a record lies in the request, for messages such as `metrics[0].value`. Reused for the items of a list. */
export interface Place {
  readonly list: string;
  index: number;
}

export function optionalText(record: JsonObject, key: string, place?: Place): string | undefined {
  const value = record[key];
  if (typeof value === 'string' || value === undefined) {
    return value;
  }
  if (value === null) {
    return undefined;
  }
  throw invalid(value, key, place, 'text');
}

/** A name or an id: empty text counts as missing. */
export function requiredText(record: JsonObject, key: string, place?: Place): string {
  const value = optionalText(record, key, place);
  if (value === undefined || value === '') {
    throw missing(key, place);
  }
  return value;
}

/** A value: may be empty, must be there. */
export function presentText(record: JsonObject, key: string, place?: Place): string {
  const value = optionalText(record, key, place);
  if (value === undefined) {
    throw missing(key, place);
  }
  return value;
}

export function optionalInt64(record: JsonObject, key: string, place?: Place): Int64 | undefined {
  const value = record[key];
  if (value === undefined || value === null) {
    return undefined;
  }
  const read = int64FromJson(value);
  if (read === undefined) {
    throw invalid(value, key, place, 'a 64-bit integer');
  }
  return read;
}

export function requiredInt64(record: JsonObject, key: string, place?: Place): Int64 {
  const value = optionalInt64(record, key, place);
  if (value === undefined) {
    throw missing(key, place);
  }
  return value;
}

function int64FromJson(value: JsonValue): Int64 | undefined {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) {
      return value === 0 ? 0 : value;
    }
    if (Number.isInteger(value)) {
      throw new RoundedIntegerError();
    }
    return undefined;
  }
  if (typeof value === 'bigint') {
    return value < INT64_MIN || value > INT64_MAX ? undefined : value;
  }
  // R writes 1e+05 for 100000.
  if (typeof value === 'string') {
    const exact = parseInt64(value);
    const rounded = /^-?\d+(\.\d+)?[eE]\+?\d+$/.test(value) ? Number(value) : NaN;
    return exact ?? (Number.isSafeInteger(rounded) ? rounded : undefined);
  }
  return undefined;
}

/** An integer that counts: how many, which page. */
export function optionalCount(record: JsonObject, key: string, place?: Place): number | undefined {
  const value = optionalInt64(record, key, place);
  if (typeof value === 'bigint' || (value !== undefined && Math.abs(value) >= 2 ** 31)) {
    throw invalid(value, key, place, 'a 32-bit integer');
  }
  return value;
}

export function requiredDouble(record: JsonObject, key: string, place?: Place): number {
  const value = optionalDouble(record, key, place);
  if (value === undefined) {
    throw missing(key, place);
  }
  return value;
}

export function optionalDouble(record: JsonObject, key: string, place?: Place): number | undefined {
  const value = record[key];
  if (typeof value === 'number' || value === undefined) {
    return value;
  }
  if (value === null) {
    return undefined;
  }
  if (typeof value === 'bigint') {
    return Number(value);
  }
  const read = typeof value === 'string' ? doubleFromText(value) : undefined;
  if (read === undefined) {
    throw invalid(value, key, place, 'a number');
  }
  return read;
}

function doubleFromText(text: string): number | undefined {
  switch (text) {
    case 'NaN':
      return NaN;
    case 'Infinity':
    case 'inf':
      return Infinity;
    case '-Infinity':
    case '-inf':
      return -Infinity;
    default:
      return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
  }
}

export function optionalBoolean(
  record: JsonObject,
  key: string,
  place?: Place,
): boolean | undefined {
  const value = record[key];
  switch (value) {
    case undefined:
    case null:
      return undefined;
    case true:
    case 'true':
      return true;
    case false:
    case 'false':
      return false;
    default:
      throw invalid(value, key, place, 'true or false');
  }
}

/** An enum by name or number. An unknown name counts as absent, as in MLflow; an unknown number is refused, as there. */
export function optionalEnum<T extends string>(
  record: JsonObject,
  key: string,
  names: Readonly<Record<T, number>>,
): T | undefined {
  const value = record[key];
  if (typeof value === 'string' && Object.hasOwn(names, value)) {
    return value as T;
  }
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  const known = (Object.keys(names) as T[]).find(name => names[name] === number);
  if (known === undefined && value !== undefined && value !== null && typeof number !== 'string') {
    throw invalid(value, key, undefined, `one of ${Object.keys(names).join(', ')}`);
  }
  return known;
}

export function optionalObject(
  record: JsonObject,
  key: string,
  place?: Place,
): JsonObject | undefined {
  const value = record[key];
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!isObject(value)) {
    throw invalid(value, key, place, 'an object');
  }
  return value;
}

export function requiredObject(record: JsonObject, key: string, place?: Place): JsonObject {
  const value = optionalObject(record, key, place);
  if (value === undefined) {
    throw missing(key, place);
  }
  return value;
}

/** The objects of a list; an absent list is an empty one. */
export function objects<T>(
  record: JsonObject,
  key: string,
  read: (item: JsonObject, place: Place) => T,
): T[] {
  const items = optionalList(record, key) ?? [];
  const place: Place = { list: key, index: 0 };
  return items.map((item, index) => {
    place.index = index;
    if (!isObject(item)) {
      throw invalid(item, '', place, 'an object');
    }
    return read(item, place);
  });
}

/** The texts of a list that must be there and not be empty. */
export function requiredTexts(record: JsonObject, key: string): string[] {
  const texts = optionalTexts(record, key) ?? [];
  if (texts.length === 0) {
    throw missing(key);
  }
  return texts;
}

/** The texts of a list; `undefined` when there is none. */
export function optionalTexts(record: JsonObject, key: string): string[] | undefined {
  return optionalList(record, key)?.map((item, index) => {
    if (typeof item !== 'string') {
      throw invalid(item, '', { list: key, index }, 'text');
    }
    return item;
  });
}

function optionalList(record: JsonObject, key: string): JsonValue[] | undefined {
  const value = record[key];
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!Array.isArray(value)) {
    throw invalid(value, key, undefined, 'a list');
  }
  return value;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function missing(key: string, place?: Place): TrackingError {
  return new TrackingError(
    'INVALID_PARAMETER_VALUE',
    `Missing value for required parameter '${pathOf(key, place)}'.`,
  );
}

function invalid(
  value: JsonValue,
  key: string,
  place: Place | undefined,
  expected: string,
): TrackingError {
  const shown = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  const cut = shown.length > 100 ? `${shown.slice(0, 100)}…` : shown;
  return new TrackingError(
    'INVALID_PARAMETER_VALUE',
    `Invalid value ${cut} for parameter '${pathOf(key, place)}': it must be ${expected}.`,
  );
}

function pathOf(key: string, place: Place | undefined): string {
  if (place === undefined) {
    return key;
  }
  const item = `${place.list}[${place.index}]`;
  return key === '' ? item : `${item}.${key}`;
}
