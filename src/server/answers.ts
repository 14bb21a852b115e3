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

/** Clients fall back to older features on exactly this answer, whatever the method. */
export function unknownEndpoint(request: Request): Response {
  const { pathname } = new URL(request.url);
  return errorAnswer(
    new TrackingError('ENDPOINT_NOT_FOUND', `No API found for ${request.method} ${pathname}.`),
  );
}
