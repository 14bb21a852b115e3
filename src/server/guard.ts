import { timingSafeEqual } from 'node:crypto';
import { TrackingError } from '../tracking/trackingError';
import { errorAnswer } from './answers';

export interface GuardOptions {
  /** Asked for on every request but `/health` and `/version`; absent: anyone on this machine may call. */
  readonly token?: string | undefined;
  /** Further host names that the server answers to, for one that listens beyond loopback. */
  readonly allowedHosts?: readonly string[];
  /** The server listens beyond loopback, where people use its address and any forwarded port. */
  readonly beyondLoopback?: boolean;
}

/** What the socket knows of a request. */
export interface Connection {
  readonly localPort?: number | undefined;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const OPEN_PATHS = new Set(['/health', '/version']);
const IP_LITERAL = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;

/**
 * Keeps other web pages and other users of the machine out: a page cannot read through DNS rebinding (`Host`), nor write
 * with the person's browser (`Origin`, `Sec-Fetch-Site`); no answer carries a CORS header; the token keeps out the rest.
 */
export class Guard {
  private readonly token: Buffer | undefined;
  private readonly allowedHosts: ReadonlySet<string>;

  constructor(private readonly options: GuardOptions = {}) {
    this.token = options.token ? Buffer.from(options.token, 'utf8') : undefined;
    this.allowedHosts = new Set(options.allowedHosts?.map(host => host.toLowerCase()));
  }

  /** @returns the answer to a request that must not pass. */
  refuse(request: Request, { localPort }: Connection = {}): Response | undefined {
    const { headers } = request;
    const host = (headers.get('host') ?? new URL(request.url).host).toLowerCase();
    if (!this.isOwnHost(host, localPort)) {
      return forbidden(`This server does not answer to the host name ${JSON.stringify(host)}.`);
    }
    const access = this.accessOf(headers.get('authorization'));
    // A browser adds no bearer token by itself, as it does with a password that it has seen once.
    if (access === 'bearer') {
      return undefined;
    }
    if (isFromOtherPage(headers, host)) {
      return forbidden('Requests from other web pages are refused.');
    }
    return access !== 'none' || OPEN_PATHS.has(new URL(request.url).pathname)
      ? undefined
      : unauthenticated();
  }

  private isOwnHost(host: string, localPort: number | undefined): boolean {
    if (this.allowedHosts.has(host)) {
      return true;
    }
    const [, name = '', port = '80'] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
    if (this.options.beyondLoopback) {
      return LOOPBACK.has(name) || IP_LITERAL.test(name) || this.allowedHosts.has(name);
    }
    return LOOPBACK.has(name) && (localPort === undefined || Number(port) === localPort);
  }

  /** The token may come as bearer token, or as the password of HTTP Basic with any user name. */
  private accessOf(header: string | null): 'open' | 'bearer' | 'basic' | 'none' {
    if (this.token === undefined) {
      return 'open';
    }
    const [, scheme = '', value = ''] = /^(\w+) +(.*)$/.exec(header ?? '') ?? [];
    switch (scheme.toLowerCase()) {
      case 'bearer':
        return equals(Buffer.from(value, 'utf8'), this.token) ? 'bearer' : 'none';
      case 'basic': {
        const pair = Buffer.from(value, 'base64');
        return equals(pair.subarray(pair.indexOf(':') + 1), this.token) ? 'basic' : 'none';
      }
      default:
        return 'none';
    }
  }
}

function isFromOtherPage(headers: Headers, host: string): boolean {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  return (
    (origin !== null && origin !== `http://${host}` && origin !== `https://${host}`) ||
    site === 'cross-site' ||
    site === 'same-site'
  );
}

/** In constant time, but for the length, which is no secret. */
function equals(given: Buffer, token: Buffer): boolean {
  return given.length === token.length && timingSafeEqual(given, token);
}

function forbidden(message: string): Response {
  return errorAnswer(new TrackingError('PERMISSION_DENIED', message));
}

function unauthenticated(): Response {
  return errorAnswer(
    new TrackingError(
      'UNAUTHENTICATED',
      'This server asks for a token: set MLFLOW_TRACKING_TOKEN, or give it as password.',
    ),
    { 'www-authenticate': 'Basic realm="mlflow"' },
  );
}
