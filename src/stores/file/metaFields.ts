import { parseInt64, type Int64 } from '../../base/int64';
import type { Meta } from './metaYaml';

/** The text of a field; `undefined` when it is absent, null or no scalar. */
export function textField(meta: Meta, key: string): string | undefined {
  const value = meta.get(key);
  return typeof value === 'string' ? value : undefined;
}

/** The integer of a field; `undefined` when it is absent, null or no int64. A float such as `1.5e9` is cut. */
export function integerField(meta: Meta, key: string): Int64 | undefined {
  const text = textField(meta, key)?.replaceAll('_', '');
  if (text === undefined) {
    return undefined;
  }
  const value = parseInt64(text);
  if (value !== undefined) {
    return value;
  }
  const float = text === '' ? NaN : Math.trunc(Number(text));
  return Number.isSafeInteger(float) ? float : undefined;
}

/** The mapping of texts of a field, such as the tags of an input; empty when it is anything else. */
export function mappingField(meta: Meta, key: string): [key: string, value: string][] {
  const value = meta.get(key);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([name, text]): [string, string][] =>
    typeof text === 'string' ? [[name, text]] : text === null ? [[name, '']] : [],
  );
}
