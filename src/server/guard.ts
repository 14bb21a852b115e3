import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { TrackingError } from '../tracking/trackingError';
import { errorAnswer } from './answers';
import { Wildcards } from './wildcards';

export interface GuardOptions {
  /** Asked for on every request but `/health` and `/version`; absent: anyone on this machine may call. */
  readonly token?: string | undefined;
  /** Asked for in the same way, by HTTP Basic; with a token too, either opens. */
  readonly login?: { readonly username: string; readonly password: string } | undefined;
  /** Further host names that the server answers to, with MLflow's wildcards; `*` is any. */
  readonly allowedHosts?: readonly string[];
  /** Web pages of other origins that may call, with MLflow's wildcards; `*` is any, without credentials. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** The server listens beyond loopback, where people use its address and any forwarded port. */
  readonly beyondLoopback?: boolean;
}

/** What the socket knows of a request. */
export interface Connection {
  readonly localPort?: number | undefined;
}

export interface Verdict {
  /** The answer to a request that must not pass, or that the guard answers by itself. */
  readonly answer?: Response;
  /** Headers of the answer to a page of another origin that may read it. */
  readonly corsHeaders?: Readonly<Record<string, string>>;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Answered to everyone, as by MLflow, for those who look whether the server lives. */
const OPEN_PATHS = new Set(['/health', '/version']);
const IP_LITERAL = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;
/** MLflow's list. */
const METHODS = 'GET, POST, PUT, DELETE, OPTIONS, PATCH';
const PREFLIGHT_SECONDS = '600';

/**
 * Keeps other web pages and other users of the machine out: a page cannot read through DNS rebinding (`Host`), nor write
 * with the person's browser (`Origin`, `Sec-Fetch-Site`); only pages that were named get CORS headers; the token or the
 * login keeps out the rest.
 */
export class Guard {
  private readonly hosts: Wildcards;
  private readonly origins: Wildcards;
  /** Secrets are compared by their digests under a key of this process: in constant time, whatever their lengths. */
  private readonly key = randomBytes(32);
  private readonly token: Buffer | undefined;
  private readonly login: Buffer | undefined;

  constructor(private readonly options: GuardOptions = {}) {
    const { token, login } = options;
    this.hosts = new Wildcards(options.allowedHosts);
    this.origins = new Wildcards(options.allowedOrigins);
    this.token = token ? this.digest(Buffer.from(token, 'utf8')) : undefined;
    this.login = login && this.digest(Buffer.from(`${login.username}:${login.password}`, 'utf8'));
  }

  check(request: Request, connection: Connection = {}): Verdict {
    const { headers } = request;
    const host = hostOf(request);
    if (!this.isOwnHost(host, connection.localPort)) {
      return refused(
        `This server does not answer to the host name ${JSON.stringify(host)}: --allowed-hosts lets it pass.`,
      );
    }
    const corsHeaders = this.corsHeadersOf(headers.get('origin'));
    if (corsHeaders && isPreflight(request)) {
      return { answer: preflightAnswer(headers, corsHeaders) };
    }
    const access = this.accessOf(headers.get('authorization'));
    // A browser adds no bearer token by itself, as it does with a password that it has seen once.
    if (access !== 'bearer' && !corsHeaders && isFromOtherPage(headers, host)) {
      return refused(
        'Requests from other web pages are refused: --cors-allowed-origins lets an origin pass.',
      );
    }
    const cors = corsHeaders && { corsHeaders };
    return access === 'none' && !OPEN_PATHS.has(new URL(request.url).pathname)
      ? { answer: this.unauthenticated(), ...cors }
      : { ...cors };
  }

  /** Whether a request that has passed may see more than that the server lives, on the paths that are open to everyone. */
  isTrusted(request: Request): boolean {
    return this.accessOf(request.headers.get('authorization')) !== 'none';
  }

  private isOwnHost(host: string, localPort: number | undefined): boolean {
    const [, name = '', port = '80'] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
    if (this.hosts.matchesAll || this.hosts.matches(host) || this.hosts.matches(name)) {
      return true;
    }
    if (this.options.beyondLoopback) {
      return LOOPBACK.has(name) || IP_LITERAL.test(name);
    }
    return LOOPBACK.has(name) && (localPort === undefined || Number(port) === localPort);
  }

  private corsHeadersOf(origin: string | null): Readonly<Record<string, string>> | undefined {
    if (origin === null) {
      return undefined;
    }
    if (this.origins.matchesAll) {
      // Never with credentials: a browser then keeps a person's login out of it.
      return { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };
    }
    return this.origins.matches(origin)
      ? {
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          vary: 'Origin',
        }
      : undefined;
  }

  /** The token may come as bearer token, or as the password of HTTP Basic with any user name. */
  private accessOf(header: string | null): 'open' | 'bearer' | 'basic' | 'none' {
    if (this.token === undefined && this.login === undefined) {
      return 'open';
    }
    const [, scheme = '', value = ''] = /^(\w+) +(.*)$/.exec(header ?? '') ?? [];
    switch (scheme.toLowerCase()) {
      case 'bearer':
        return this.equals(Buffer.from(value, 'utf8'), this.token) ? 'bearer' : 'none';
      case 'basic': {
        const pair = Buffer.from(value, 'base64');
        const isToken = this.equals(pair.subarray(pair.indexOf(':') + 1), this.token);
        return this.equals(pair, this.login) || isToken ? 'basic' : 'none';
      }
      default:
        return 'none';
    }
  }

  private equals(given: Buffer, secret: Buffer | undefined): boolean {
    return secret !== undefined && timingSafeEqual(this.digest(given), secret);
  }

  private digest(secret: Buffer): Buffer {
    return createHmac('sha256', this.key).update(secret).digest();
  }

  private unauthenticated(): Response {
    const way =
      this.token === undefined
        ? 'a login: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.'
        : 'a token: set MLFLOW_TRACKING_TOKEN, or give it as password.';
    return errorAnswer(new TrackingError('UNAUTHENTICATED', `This server asks for ${way}`), {
      'www-authenticate': 'Basic realm="mlflow"',
    });
  }
}

function hostOf(request: Request): string {
  return (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
}

function isPreflight({ method, headers }: Request): boolean {
  return method === 'OPTIONS' && headers.has('access-control-request-method');
}

function preflightAnswer(headers: Headers, cors: Readonly<Record<string, string>>): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...cors,
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': headers.get('access-control-request-headers') ?? '',
      'access-control-max-age': PREFLIGHT_SECONDS,
    },
  });
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

function refused(message: string): Verdict {
  return { answer: errorAnswer(new TrackingError('PERMISSION_DENIED', message)) };
}
