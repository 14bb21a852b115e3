import { Buffer } from 'node:buffer';
import { parseInt64 } from '../base/int64';
import { TrackingError } from './trackingError';

/** What an item is sorted by, in the order of the clauses; `undefined` where it has no value. */
export type SortKey = readonly (string | number | bigint | undefined)[];

/** Where a page begins. */
export interface PageStart {
  /** How many items came before it when its token was made. */
  readonly offset: number;
  /** The last item before it. It says exactly where to go on, whatever came or went meanwhile; the offset does not. */
  readonly after?: SortKey;
}

/** Reads and writes the page tokens of one listing. */
export interface Paging {
  readonly start: PageStart;
  readonly tokenFor: (next: PageStart) => string;
}

/** Tokens with longer places carry the offset alone. All texts that MLflow allows in an order of four clauses fit. */
const LONGEST_PLACE = 65_536;

/**
 * A page token: base64 of the JSON text `{"offset": N, …}`, which is MLflow's own (mlflow.utils.search_utils.SearchUtils)
 * with the place added at which the page before it ended.
 *
 * @param order names the order that `after` is a place in; short.
 */
export function encodePageToken({ offset, after }: PageStart, order: string): string {
  const place = encodePlace(after);
  const rest = place === undefined ? '' : `, "order": ${JSON.stringify(order)}, "after": ${place}`;
  return Buffer.from(`{"offset": ${offset}${rest}}`, 'utf8').toString('base64');
}

/** A place as JSON text; `undefined` when it is too long to be sent. */
export function encodePlace(after: SortKey | undefined): string | undefined {
  const place = after && JSON.stringify(after.map(encodeValue));
  return place === undefined || place.length > LONGEST_PLACE ? undefined : place;
}

/**
 * Reads a token of this server, or MLflow's own, which has an offset only. Absent and empty tokens begin at the first item.
 * Throws INVALID_PARAMETER_VALUE for anything that is no token, and for a token of another order.
 */
export function decodePageToken(token: string | undefined, order: string): PageStart {
  if (token === undefined || token === '') {
    return { offset: 0 };
  }
  const parsed = parseToken(token);
  if (parsed === undefined) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      'Invalid page token, could not base64-decode an offset',
    );
  }
  if (parsed.after && parsed.order !== order) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      'The page token belongs to another search: keep to the order_by of the first page, or begin again without a token.',
    );
  }
  const { offset, after } = parsed;
  return after ? { offset, after } : { offset };
}

function parseToken(token: string): (PageStart & { readonly order?: unknown }) | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('offset' in parsed)) {
    return undefined;
  }
  const { offset } = parsed;
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) {
    return undefined;
  }
  if (!('after' in parsed)) {
    return { offset };
  }
  const after = decodePlace(parsed.after);
  return after && { offset, after, order: 'order' in parsed ? parsed.order : undefined };
}

/** Text and numbers as such; what JSON has no number for, which is NaN, ±Infinity and integers beyond 2^53, in a list. */
function encodeValue(value: SortKey[number]): unknown {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
    ? [String(value)]
    : (value ?? null);
}

/** A place from parsed JSON; `undefined` when it is none. */
export function decodePlace(values: unknown): SortKey | undefined {
  if (!Array.isArray(values)) {
    return undefined;
  }
  const key: SortKey[number][] = [];
  for (const value of values as readonly unknown[]) {
    if (value === null) {
      key.push(undefined);
    } else if (typeof value === 'string' || typeof value === 'number') {
      key.push(value);
    } else {
      const [text] = Array.isArray(value) ? (value as readonly unknown[]) : [];
      const number = typeof text === 'string' ? decodeNumber(text) : undefined;
      if (number === undefined) {
        return undefined;
      }
      key.push(number);
    }
  }
  return key;
}

function decodeNumber(text: string): number | bigint | undefined {
  switch (text) {
    case 'NaN':
      return Number.NaN;
    case 'Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      return parseInt64(text);
  }
}
