import { present } from '../base/present';
import type { ViewType } from '../tracking/entities';
import type { Page } from '../tracking/trackingStore';
import type { Codec } from './endpoint';
import { objects, optionalText, type Place } from './fieldReader';
import type { JsonObject, JsonRecord } from './jsonValue';
import { listOrNothing } from './keyValueRecord';

export const VIEW_TYPE_NUMBERS: Readonly<Record<ViewType, number>> = {
  ACTIVE_ONLY: 1,
  DELETED_ONLY: 2,
  ALL: 3,
};

/** `{<key>: [...], next_page_token}`. */
export function pageCodec<T>(
  key: string,
  encode: (item: T) => JsonRecord,
  decode: (record: JsonObject, place: Place) => T,
): Codec<Page<T>> {
  return {
    encode: page => ({
      [key]: listOrNothing(page.items, encode),
      next_page_token: page.nextPageToken,
    }),
    decode: record =>
      present({
        items: objects(record, key, decode),
        nextPageToken: optionalText(record, 'next_page_token') || undefined,
      }),
  };
}
