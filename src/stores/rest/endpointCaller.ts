import { HttpError, type HttpFailure } from '../../http/httpError';
import type { HttpClient } from '../../http/httpClient';
import { TrackingError, type ErrorCode } from '../../tracking/trackingError';
import type { CallOptions } from '../../tracking/trackingStore';
import type { Endpoint } from '../../wire/endpoint';
import { decodeError } from '../../wire/errorRecord';
import { isObject } from '../../wire/fieldReader';
import { readJson } from '../../wire/json';
import type { JsonRecord, JsonValue } from '../../wire/jsonValue';

/** Turns calls of MLflow's endpoints into HTTP requests, and answers into entities or `TrackingError`s. */
export class EndpointCaller {
  constructor(readonly client: HttpClient) {}

  async call<Request, Response>(
    endpoint: Endpoint<Request, Response>,
    request: Request,
    { signal }: CallOptions = {},
  ): Promise<Response> {
    const [method] = endpoint.methods;
    const record = endpoint.request.encode(request);
    const { path, members } = fillPath(endpoint.path, record);
    const base = endpoint.ajaxOnly ? '/ajax-api/2.0/mlflow/' : '/api/2.0/mlflow/';
    const inQuery = method === 'GET';
    const response = await this.send({
      method,
      path: base + path + (inQuery ? queryOf(members) : ''),
      ...(!inQuery && {
        // MLflow requires some members of the path in the body as well.
        body: JSON.stringify(record),
        headers: { 'content-type': 'application/json' },
      }),
      repeatable: endpoint.readOnly === true,
      signal,
    });
    const text = await response.text();
    return this.read(text, value => {
      if (!isObject(value)) {
        throw new SyntaxError('The answer is no JSON object');
      }
      return endpoint.response.decode(value);
    });
  }

  /** Where the server lacks the endpoint, what an older one has instead. */
  async callOrElse<Request, Response>(
    endpoint: Endpoint<Request, Response>,
    request: Request,
    options: CallOptions | undefined,
    otherwise: () => Response | Promise<Response>,
  ): Promise<Response> {
    try {
      return await this.call(endpoint, request, options);
    } catch (error) {
      if (TrackingError.is(error, 'ENDPOINT_NOT_FOUND')) {
        return otherwise();
      }
      throw error;
    }
  }

  /** Where the server lacks the endpoint, an error that names the MLflow that has it. */
  async callSince<Request, Response>(
    endpoint: Endpoint<Request, Response>,
    request: Request,
    options: CallOptions | undefined,
  ): Promise<Response> {
    try {
      return await this.call(endpoint, request, options);
    } catch (error) {
      if (TrackingError.is(error, 'ENDPOINT_NOT_FOUND') && endpoint.since !== undefined) {
        throw new TrackingError(
          'NOT_IMPLEMENTED',
          `This tracking server has no ${endpoint.path}: it needs MLflow ${endpoint.since} or newer.`,
          { cause: error },
        );
      }
      throw error;
    }
  }

  /** An answer with status 2xx; anything else is thrown as the error that it means. */
  async send(request: Parameters<HttpClient['send']>[0]): Promise<Response> {
    const response = await this.client.send(request).catch((error: unknown) => {
      throw error instanceof HttpError
        ? new TrackingError(CODES[error.failure], error.message, { cause: error })
        : error;
    });
    if (response.ok) {
      return response;
    }
    throw decodeError(response.status, await response.text());
  }

  private read<T>(text: string, read: (value: JsonValue) => T): T {
    try {
      return readJson(text, read);
    } catch (error) {
      if (error instanceof SyntaxError || TrackingError.is(error, 'INVALID_PARAMETER_VALUE')) {
        throw new TrackingError(
          'INTERNAL_ERROR',
          `${this.client.baseUrl} answered in a form that MLflow's tracking servers do not use: ${error.message}`,
          { cause: error },
        );
      }
      throw error;
    }
  }
}

const CODES: Readonly<Record<HttpFailure, ErrorCode>> = {
  refused: 'TEMPORARILY_UNAVAILABLE',
  dns: 'TEMPORARILY_UNAVAILABLE',
  reset: 'TEMPORARILY_UNAVAILABLE',
  unreachable: 'TEMPORARILY_UNAVAILABLE',
  timeout: 'DEADLINE_EXCEEDED',
  tls: 'INVALID_STATE',
  badUrl: 'INVALID_PARAMETER_VALUE',
};

/** Moves the members named in `{braces}` from the record into the path. */
function fillPath(path: string, record: JsonRecord): { path: string; members: JsonRecord } {
  const members = { ...record };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(members[name]);
    delete members[name];
    return encodeURIComponent(value);
  });
  return { path: filled, members };
}

function queryOf(members: JsonRecord): string {
  const query = new URLSearchParams();
  for (const [name, member] of Object.entries(members)) {
    for (const value of Array.isArray(member) ? (member as unknown[]) : [member]) {
      if (value !== undefined) {
        query.append(name, typeof value === 'string' ? value : JSON.stringify(value));
      }
    }
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}
