import { Hono, type Context } from 'hono';
import type { Logger } from '../base/logger';
import { TrackingError } from '../tracking/trackingError';
import type { CallOptions } from '../tracking/trackingStore';
import type { Endpoint, HttpMethod } from '../wire/endpoint';
import type { JsonObject } from '../wire/jsonValue';
import { errorAnswer, jsonAnswer, piecesAnswer, textAnswer } from './answers';
import { FeatureDisabled } from './featureDisabled';
import { readBody } from './requestBody';
import { RetryAdvice } from './retryAdvice';

/** MLflow's families of paths; `preview` served every endpoint before 2.0 and old Java and R clients still ask there. */
const PREFIXES = ['/api/2.0/mlflow/', '/ajax-api/2.0/mlflow/', '/api/2.0/preview/mlflow/'];

export type RawHandler = (context: Context) => Response | Promise<Response>;

/** Brings endpoints of `wire` and raw routes onto hono, with decoding, encoding and errors in one place. */
export class Router {
  readonly hono = new Hono();
  private readonly retryAdvice = new RetryAdvice();

  constructor(private readonly logger: Logger) {}

  /** Serves `endpoint` below every prefix. Reads are cancelled when the client goes away, writes complete. */
  mount<Request, Response>(
    endpoint: Endpoint<Request, Response>,
    handle: (request: Request, options: CallOptions) => Promise<Response>,
  ): void {
    const { readOnly, request: requestCodec, response: responseCodec } = endpoint;
    const pattern = endpoint.path.replace(/\{(\w+)\}/g, ':$1');
    const inPath = endpoint.path.includes('{');
    const serve = async (context: Context) => {
      const parameters = inPath ? context.req.param() : undefined;
      const read = (record: JsonObject): Request =>
        requestCodec.decode(parameters ? { ...record, ...parameters } : record);
      const request =
        context.req.method === 'GET'
          ? read(queryRecord(context, endpoint.queryLists))
          : await readBody(context.req.raw, read);
      const options = readOnly ? { signal: context.req.raw.signal } : {};
      const value = await handle(request, options);
      return responseCodec.texts
        ? piecesAnswer(responseCodec.texts(value))
        : jsonAnswer(responseCodec.encode(value));
    };
    for (const prefix of PREFIXES) {
      this.raw(endpoint.methods, prefix + pattern, serve);
    }
  }

  /** Serves a path as it stands; errors become MLflow's JSON. */
  raw(methods: readonly HttpMethod[], pattern: string, handle: RawHandler): void {
    this.hono.on([...methods], pattern, async context => {
      try {
        return await handle(context);
      } catch (error) {
        return this.answerTo(error, context.req.raw);
      }
    });
  }

  /** The answer to an error of any kind; one that is no `TrackingError` is a bug and goes to the log. */
  answerTo(error: unknown, request: Request): Response {
    if (TrackingError.is(error)) {
      return errorAnswer(error, this.retryAdvice.headersFor(error));
    }
    if (error instanceof FeatureDisabled) {
      return textAnswer(error.message, 503);
    }
    if (error instanceof Error && isDisconnect(error)) {
      return errorAnswer(new TrackingError('CANCELLED', 'The client went away.'));
    }
    this.logger.error(`${request.method} ${new URL(request.url).pathname} failed`, error);
    return errorAnswer(
      new TrackingError('INTERNAL_ERROR', error instanceof Error ? error.message : String(error)),
    );
  }
}

/** The client went away while its request was read or answered. */
function isDisconnect(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return (
    error.name === 'AbortError' ||
    code === 'ECONNRESET' ||
    error.message === 'Client connection prematurely closed.'
  );
}

function queryRecord(context: Context, lists: readonly string[] = []): JsonObject {
  const entries = Object.entries(context.req.queries());
  return Object.fromEntries(
    entries.map(([name, values]) => [name, lists.includes(name) ? values : values[0]]),
  );
}
