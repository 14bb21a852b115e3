/** A parsed JSON text. `bigint` only from the exact parser; NaN and ±Infinity from bare tokens. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

/** What `JSON.stringify` may be given: `undefined` members are left out, `object` is a raw JSON token. */
export type JsonRecord = Readonly<Record<string, unknown>>;
