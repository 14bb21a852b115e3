import { TrackingError } from '../tracking/trackingError';
import { isObject } from '../wire/fieldReader';
import { readJson } from '../wire/json';
import type { JsonObject, JsonValue } from '../wire/jsonValue';

/** Bytes. A log-batch of full size has 2 MB; one dataset's profile may have 16 MB. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/**
 * Reads the JSON object in a request's body with `read`, which may run twice. An empty body is `{}`; a JSON text holding
 * JSON, as very old clients send, is taken apart. Throws INVALID_PARAMETER_VALUE.
 */
export async function readBody<T>(request: Request, read: (record: JsonObject) => T): Promise<T> {
  if (request.method === 'POST' || request.method === 'PUT') {
    checkContentType(request);
  }
  const text = await limitedText(request, MAX_JSON_BYTES);
  if (text === '') {
    return read({});
  }
  try {
    return readJson(text, value => readObject(value, read));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `The body of the request is no JSON: ${error.message}.`,
        { cause: error },
      );
    }
    throw error;
  }
}

function readObject<T>(value: JsonValue, read: (record: JsonObject) => T): T {
  if (isObject(value)) {
    return read(value);
  }
  if (typeof value === 'string') {
    return readJson(value, inner => (isObject(inner) ? read(inner) : refuse()));
  }
  return refuse();
}

function refuse(): never {
  throw new TrackingError(
    'INVALID_PARAMETER_VALUE',
    'The body of the request must be a JSON object.',
  );
}

function checkContentType(request: Request): void {
  const header = request.headers.get('content-type');
  const mediaType = header?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      header === null
        ? "The request must have the header 'Content-Type: application/json'."
        : `The Content-Type must be 'application/json', not '${header}'.`,
    );
  }
}

async function limitedText(request: Request, maxBytes: number): Promise<string> {
  const length = request.headers.get('content-length');
  if (length !== null) {
    if (Number(length) > maxBytes) {
      throw tooLarge(maxBytes);
    }
    return request.text();
  }
  // In chunks: the size is known at the end only.
  const { body } = request;
  return body === null ? '' : new TextDecoder().decode(await limitedBytes(body, maxBytes));
}

/** All bytes of a stream. Throws INVALID_PARAMETER_VALUE when there are more than `maxBytes`. */
export async function limitedBytes(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw tooLarge(maxBytes);
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function tooLarge(maxBytes: number): TrackingError {
  const megabytes = Math.floor(maxBytes / 1024 / 1024);
  return new TrackingError(
    'INVALID_PARAMETER_VALUE',
    `The body of the request is larger than ${megabytes} MB.`,
  );
}
