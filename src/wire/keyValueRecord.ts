import type { KeyValue } from '../tracking/entities';
import { objects, optionalText, requiredText, type Place } from './fieldReader';
import type { JsonObject, JsonRecord } from './jsonValue';

/** Param, RunTag, ExperimentTag, LoggedModelTag, LoggedModelParameter, InputTag: `{key, value}`; an absent value is ''. */
export function decodeKeyValue(record: JsonObject, place?: Place): KeyValue {
  return {
    key: requiredText(record, 'key', place),
    value: optionalText(record, 'value', place) ?? '',
  };
}

export function decodeKeyValues(record: JsonObject, key: string): KeyValue[] {
  return objects(record, key, decodeKeyValue);
}

/** A list for the wire; an empty one is left out, as protobuf does. */
export function listOrNothing<T>(
  items: readonly T[] | undefined,
  encode: (item: T) => JsonRecord,
): readonly JsonRecord[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items.map(encode);
}

export function encodeKeyValue({ key, value }: KeyValue): JsonRecord {
  return { key, value };
}

export function encodeKeyValues(
  items: readonly KeyValue[] | undefined,
): readonly JsonRecord[] | undefined {
  return listOrNothing(items, encodeKeyValue);
}
