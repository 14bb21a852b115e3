import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../base/logger';
import { authorizationHeader, type Credentials } from './credentials';
import { explainFetchFailure, HttpError } from './httpError';
import { redactUrl } from './redact';

export interface HttpClientOptions {
  /** Where the server lives, with a path prefix when it has one; holds no credentials. */
  readonly baseUrl: string;
  readonly credentials?: Credentials | undefined;
  /** In the extension host VS Code's own, which knows its proxy and certificates. */
  readonly fetch?: typeof fetch | undefined;
  readonly logger: Logger;
  /** ms until the headers of an answer must be there; default 30,000. */
  readonly timeoutMs?: number;
  /** Attempts after the first; default 3. */
  readonly retries?: number;
}

export interface HttpRequest {
  readonly method: string;
  /** Begins with `/`; joined to the base URL's path. */
  readonly path: string;
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes nothing or may be repeated, so a broken connection is tried again. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
  /** ms until the headers of the answer must be there, in place of the client's. */
  readonly timeoutMs?: number;
}

const BUSY = new Set([429, 503]);
const LONGEST_WAIT_MS = 30_000;

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
   * Any answer, whatever its status; a busy server's (429, 503) only after the retries. Throws `HttpError` when there is
   * none, and the signal's reason when it was cancelled.
   */
  async send(request: HttpRequest): Promise<Response> {
    const retries = typeof request.body === 'object' ? 0 : (this.options.retries ?? 3);
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.attempt(request).catch((error: unknown) => {
        if (error instanceof HttpError && request.repeatable && attempt < retries) {
          return error;
        }
        throw error;
      });
      const failed = outcome instanceof HttpError;
      if (!failed && (!BUSY.has(outcome.status) || attempt >= retries)) {
        return outcome;
      }
      const askedSeconds = failed ? NaN : Number(outcome.headers.get('retry-after') ?? NaN);
      const waitMs = waitBefore(attempt, askedSeconds);
      const reason = failed ? outcome.message : `HTTP ${outcome.status}.`;
      this.options.logger.debug(
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
        ...(request.body !== undefined && { body: request.body }),
        // Node's fetch wants this word for a body that is a stream.
        ...(typeof request.body === 'object' && { duplex: 'half' }),
      });
    } catch (error) {
      request.signal?.throwIfAborted();
      throw explainFetchFailure(error, redactUrl(url));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Doubles from 200 ms with jitter, unless the server asks for something else. */
function waitBefore(attempt: number, askedSeconds: number): number {
  const own = 200 * 2 ** attempt * (1 + Math.random() / 2);
  const waitMs = Number.isFinite(askedSeconds) ? askedSeconds * 1000 : own;
  return Math.min(LONGEST_WAIT_MS, Math.round(waitMs));
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
