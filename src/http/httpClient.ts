import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../base/logger';
import { authorizationHeader, type Credentials } from './credentials';
import { explainFetchFailure, HttpError } from './httpError';
import { redactUrl } from '../base/urlSecrets';
import { briefRetries, type RetryPolicy } from './retryPolicy';

export interface HttpClientOptions {
  /** Where the server lives, with a path prefix when it has one; holds no credentials. */
  readonly baseUrl: string;
  readonly credentials?: Credentials | undefined;
  /** In the extension host VS Code's own, which knows its proxy and certificates. */
  readonly fetch?: typeof fetch | undefined;
  readonly logger: Logger;
  /** ms until the headers of an answer must be there; default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: `briefRetries`. */
  readonly retry?: RetryPolicy | undefined;
}

export interface HttpRequest {
  readonly method: string;
  /** Begins with `/`; joined to the base URL's path. */
  readonly path: string;
  /** A stream can be sent once; a function opens it anew for each attempt. */
  readonly body?: string | ReadableStream<Uint8Array> | (() => ReadableStream<Uint8Array>);
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes nothing or may be repeated, so a broken connection is tried again. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
  /** ms until the headers of the answer must be there, in place of the client's. */
  readonly timeoutMs?: number | undefined;
}

/** A person who sees nothing for longer wonders why. */
const LONG_WAIT_MS = 2_000;

/** Requests to one server, with credentials, retries and failures in plain words. */
export class HttpClient {
  readonly baseUrl: string;

  constructor(private readonly options: HttpClientOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
  }

  get credentials(): Credentials | undefined {
    return this.options.credentials;
  }

  /**
   * Any answer, whatever its status; one that the policy wants to repeat (429, 503) only after the retries. Throws
   * `HttpError` when there is none, and the signal's reason when it was cancelled.
   */
  async send(request: HttpRequest): Promise<Response> {
    const policy = this.options.retry ?? briefRetries;
    const retries = typeof request.body === 'object' ? 0 : policy.retries;
    const repeatable = request.repeatable || policy.repeatsWrites;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.attempt(request).catch((error: unknown) => {
        if (error instanceof HttpError && repeatable && attempt < retries && maySucceed(error)) {
          return error;
        }
        throw error;
      });
      const failed = outcome instanceof HttpError;
      if (!failed && (!policy.statuses.has(outcome.status) || attempt >= retries)) {
        return outcome;
      }
      const askedSeconds = failed ? NaN : Number(outcome.headers.get('retry-after') ?? NaN);
      const waitMs = Math.round(
        Number.isFinite(askedSeconds)
          ? Math.min(policy.longestAskedMs, askedSeconds * 1000)
          : policy.waitMs(attempt),
      );
      const reason = failed ? outcome.message : `HTTP ${outcome.status}.`;
      this.options.logger[waitMs < LONG_WAIT_MS ? 'debug' : 'warn'](
        `${request.method} ${redactUrl(request.path)}: ${reason} Trying again in ${waitMs} ms.`,
      );
      if (!failed) {
        await outcome.body?.cancel();
      }
      await wait(waitMs, request.signal);
    }
  }

  private async attempt(request: HttpRequest): Promise<Response> {
    const url = this.baseUrl + request.path;
    const body = typeof request.body === 'function' ? request.body() : request.body;
    const fetchFunction = this.options.fetch ?? fetch;
    const timeout = new AbortController();
    const timer = setTimeout(
      () => timeout.abort(new DOMException('No answer in time', 'TimeoutError')),
      request.timeoutMs ?? this.options.timeoutMs ?? 30_000,
    );
    const signals = request.signal ? [timeout.signal, request.signal] : [timeout.signal];
    try {
      return await fetchFunction(url, {
        method: request.method,
        headers: { ...authorizationHeader(this.options.credentials), ...request.headers },
        signal: AbortSignal.any(signals),
        ...(body !== undefined && { body }),
        // Node's fetch wants this word for a body that is a stream.
        ...(typeof body === 'object' && { duplex: 'half' }),
      });
    } catch (error) {
      request.signal?.throwIfAborted();
      throw explainFetchFailure(error, redactUrl(url));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Neither time nor luck mends a wrong address or a certificate. */
function maySucceed({ failure }: HttpError): boolean {
  return failure !== 'badUrl' && failure !== 'tls';
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
