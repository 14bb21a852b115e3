import { silentLogger } from '../base/logger';
import type { Credentials } from './credentials';
import { HttpClient } from './httpClient';
import { HttpError, type HttpFailure } from './httpError';
import { briefRetries } from './retryPolicy';

export type ProbeFailure =
  HttpFailure | 'unauthenticated' | 'forbidden' | 'notTrackingServer' | 'serverError';

export type ProbeResult =
  | {
      readonly ok: true;
      /** MLflow's version, when the server says it. */ readonly version?: string;
    }
  | {
      readonly ok: false;
      readonly failure: ProbeFailure;
      /** One plain sentence. */ readonly message: string;
    };

export interface ProbeOptions {
  readonly credentials?: Credentials | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** Default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks the server at `url` for one experiment, the cheapest question that only a tracking server answers.
 * Never throws but for a cancelled signal.
 */
export async function probeTrackingServer(
  url: string,
  options: ProbeOptions = {},
): Promise<ProbeResult> {
  const { protocol, host } = URL.canParse(url) ? new URL(url) : { protocol: '', host: url };
  if (protocol !== 'http:' && protocol !== 'https:') {
    return {
      ok: false,
      failure: 'badUrl',
      message: `${url} is not an address that can be opened: write it as http://host:port.`,
    };
  }
  const client = new HttpClient({
    baseUrl: url,
    credentials: options.credentials,
    fetch: options.fetch,
    logger: silentLogger,
    timeoutMs: options.timeoutMs ?? 10_000,
    retry: { ...briefRetries, retries: 0 },
  });
  try {
    return await probe(client, host, options.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof HttpError) {
      return { ok: false, failure: error.failure, message: error.message };
    }
    throw error;
  }
}

async function probe(
  client: HttpClient,
  host: string,
  signal: AbortSignal | undefined,
): Promise<ProbeResult> {
  const answer = await ask(client, 'experiments/search?max_results=1', signal);
  // Before MLflow 1.28 there is only the list.
  const { status, body } =
    answer.status === 404 ? await ask(client, 'experiments/list?max_results=1', signal) : answer;
  if (status === 401) {
    return {
      ok: false,
      failure: 'unauthenticated',
      message: `${host} asks for credentials, or does not accept the ones it was sent (401).`,
    };
  }
  if (status === 403) {
    return {
      ok: false,
      failure: 'forbidden',
      message: `${host} does not allow this with these credentials, or from this address (403).`,
    };
  }
  if (status >= 500) {
    return {
      ok: false,
      failure: 'serverError',
      message: `${host} answered with an internal error (${status}): look at the server's own log.`,
    };
  }
  if (body === undefined || (status !== 200 && !('error_code' in body))) {
    return {
      ok: false,
      failure: 'notTrackingServer',
      message: `${host} answers, but not as an MLflow tracking server: check the port and the path.`,
    };
  }
  const version = await versionOf(client, signal);
  return version === undefined ? { ok: true } : { ok: true, version };
}

async function ask(
  client: HttpClient,
  endpoint: string,
  signal: AbortSignal | undefined,
): Promise<{ status: number; body: object | undefined }> {
  const response = await client.send({
    method: 'GET',
    path: `/api/2.0/mlflow/${endpoint}`,
    repeatable: true,
    signal,
  });
  return { status: response.status, body: parseObject(await response.text()) };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // HTML or plain text: something else lives at this address.
    return undefined;
  }
}

async function versionOf(
  client: HttpClient,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const response = await client.send({ method: 'GET', path: '/version', repeatable: true, signal });
  const text = (await response.text()).trim();
  return response.ok && /^\d+\.\d+[\w.+-]*$/.test(text) ? text : undefined;
}
