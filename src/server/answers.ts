import { TrackingError } from '../tracking/trackingError';
import { encodeError, ERROR_STATUS } from '../wire/errorRecord';
import type { JsonRecord } from '../wire/jsonValue';

const JSON_HEADERS = {
  'content-type': 'application/json',
  'x-content-type-options': 'nosniff',
} as const;

export function jsonAnswer(record: JsonRecord, status = 200): Response {
  return new Response(JSON.stringify(record), { status, headers: JSON_HEADERS });
}

/** JSON in pieces: what is one piece goes as it is, more are made only as fast as the client takes them. */
export function piecesAnswer(pieces: Iterable<string>): Response {
  const iterator = pieces[Symbol.iterator]();
  const first = iterator.next();
  let next = iterator.next();
  if (first.done === true || next.done === true) {
    return new Response(first.done === true ? '{}' : first.value, { headers: JSON_HEADERS });
  }
  const encoder = new TextEncoder();
  let waiting: string | undefined = first.value;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (waiting !== undefined) {
          controller.enqueue(encoder.encode(waiting));
        }
        waiting = next.done === true ? undefined : next.value;
        if (waiting === undefined) {
          controller.close();
        } else {
          next = iterator.next();
        }
      },
    },
    { highWaterMark: 1 },
  );
  return new Response(body, { headers: JSON_HEADERS });
}

/** Plain text, for `/health` and `/version`. */
export function textAnswer(text: string, status = 200): Response {
  return new Response(text, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
}

export function errorAnswer(
  error: TrackingError,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(encodeError(error)), {
    status: ERROR_STATUS[error.code],
    headers: { ...JSON_HEADERS, ...headers },
  });
}

/** What MLflow has and this server does not, by a part of its paths. */
const NOT_KEPT: readonly (readonly [RegExp, string])[] = [
  [/\/(registered-models|model-versions)\//, 'This server keeps no model registry. '],
  [/\/traces(\/|$)/, 'This server keeps no traces. '],
];

/** Clients fall back to older features on exactly this status and code, whatever the method. */
export function unknownEndpoint(request: Request): Response {
  const { pathname } = new URL(request.url);
  const reason = NOT_KEPT.find(([path]) => path.test(pathname))?.[1] ?? '';
  return errorAnswer(
    new TrackingError(
      'ENDPOINT_NOT_FOUND',
      `${reason}No API found for ${request.method} ${pathname}.`,
    ),
  );
}
