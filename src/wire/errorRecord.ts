import { TrackingError, type ErrorCode } from '../tracking/trackingError';
import { isObject } from './fieldReader';
import { readJson } from './json';
import type { JsonObject } from './jsonValue';

/** HTTP status of each code, as MLflow answers it. A code that MLflow does not map is a 500 there and here. */
export const ERROR_STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  CUSTOMER_UNAUTHORIZED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  NOT_FOUND: 404,
  ENDPOINT_NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  RESOURCE_CONFLICT: 409,
  REQUEST_LIMIT_EXCEEDED: 429,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL_ERROR: 500,
  INVALID_STATE: 500,
  DATA_LOSS: 500,
  FEATURE_DISABLED: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

export interface ErrorRecord {
  readonly error_code: ErrorCode;
  readonly message: string;
}

export function encodeError(error: TrackingError): ErrorRecord {
  return { error_code: error.code, message: error.message };
}

/**
 * The error that a server's answer means. Where `text` is no JSON the status alone decides, and a 404 means that the
 * server has no such endpoint.
 */
export function decodeError(status: number, text: string): TrackingError {
  const { error_code: code, message } = parseObject(text);
  const sentence =
    typeof message === 'string' && message !== ''
      ? message
      : (SENTENCES[status] ?? `The server answered with HTTP status ${status}.`);
  const known = typeof code === 'string' && isErrorCode(code);
  return new TrackingError(known ? code : codeOfStatus(status), sentence);
}

function parseObject(text: string): JsonObject {
  try {
    return readJson(text, value => (isObject(value) ? value : {}));
  } catch {
    // A proxy's or framework's own page.
    return {};
  }
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_STATUS, text);
}

const SENTENCES: Readonly<Record<number, string>> = {
  401: 'The server asks for credentials, or does not accept the ones it was sent.',
  403: 'The server does not allow this with these credentials.',
  404: 'The server has no such endpoint.',
  413: 'The server finds this request too large.',
  429: 'The server asks to slow down.',
  503: 'The server is temporarily unavailable.',
};

function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'PERMISSION_DENIED';
    case 404:
    case 405:
      return 'ENDPOINT_NOT_FOUND';
    case 409:
      return 'RESOURCE_CONFLICT';
    case 429:
      return 'REQUEST_LIMIT_EXCEEDED';
    case 501:
      return 'NOT_IMPLEMENTED';
    case 502:
    case 503:
      return 'TEMPORARILY_UNAVAILABLE';
    case 504:
      return 'DEADLINE_EXCEEDED';
    default:
      return status >= 400 && status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR';
  }
}
