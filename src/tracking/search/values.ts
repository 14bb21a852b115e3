import type { Field, Literal } from './ast';

/**
 * What a thing holds in a field: one value, several (the datasets of a run; a comparison then needs one that matches), or
 * `undefined` when it has none.
 */
export type FieldValue = Literal | readonly Literal[] | undefined;

/** Reads a field of the thing under test. Called only for fields that are needed, so it may do the work lazily. */
export type FieldReader = (field: Field) => FieldValue;

/** Order of two values: numbers numerically (NaN last), then text by code point. */
export function compareLiterals(a: Literal, b: Literal): number {
  if (typeof a === 'string') {
    return typeof b === 'string' ? compareCodePoints(a, b) : 1;
  }
  if (typeof b === 'string') {
    return -1;
  }
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Order of texts by code point, as Python and SQL's binary collations have it; `<` would compare UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) {
      return liftSurrogate(left) - liftSurrogate(right);
    }
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every single unit. */
function liftSurrogate(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
