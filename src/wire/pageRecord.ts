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

/** Characters that are made into one piece of text before it is sent on. */
const PIECE_LENGTH = 256 * 1024;

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
    texts: page => pageTexts(key, page, encode),
    decode: record =>
      present({
        items: objects(record, key, decode),
        nextPageToken: optionalText(record, 'next_page_token') || undefined,
      }),
  };
}

function* pageTexts<T>(
  key: string,
  { items, nextPageToken }: Page<T>,
  encode: (item: T) => JsonRecord,
): Iterable<string> {
  let text = items.length === 0 ? '{' : `{${JSON.stringify(key)}:[`;
  for (const [index, item] of items.entries()) {
    text += (index === 0 ? '' : ',') + JSON.stringify(encode(item));
    if (text.length >= PIECE_LENGTH) {
      yield text;
      text = '';
    }
  }
  text += items.length === 0 ? '' : ']';
  if (nextPageToken !== undefined) {
    text += `${items.length === 0 ? '' : ','}"next_page_token":${JSON.stringify(nextPageToken)}`;
  }
  yield `${text}}`;
}
