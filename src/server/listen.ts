import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TrackingError } from '../tracking/trackingError';
import { encodeError } from '../wire/errorRecord';
import type { App } from './app';
import { LazyApp } from './lazyApp';

/** What keeps slow and idle clients from using the server up. Times in ms. */
export interface ConnectionLimits {
  /** Until the headers are there, from the first byte or, of a new connection, from its start. */
  readonly headersMs: number;
  /** Between two pieces of a body. */
  readonly bodyIdleMs: number;
  /** For a whole request: a large artifact over a slow line. */
  readonly requestMs: number;
  /** Without a request; longer than clients keep idle connections, so that none is closed under a request. */
  readonly keepAliveMs: number;
  /** Without a byte of the answer being taken or sent: a long computation, or a client that does not read. */
  readonly answerIdleMs: number;
  /** Connections at once; further ones are closed. */
  readonly connections: number;
  /** Bytes of all headers of a request together. */
  readonly headerBytes: number;
}

export const DEFAULT_LIMITS: ConnectionLimits = {
  headersMs: 30_000,
  bodyIdleMs: 60_000,
  requestMs: 3_600_000,
  keepAliveMs: 75_000,
  answerIdleMs: 600_000,
  connections: 2_000,
  headerBytes: 32 * 1024,
};

/** What requests under way get at close. */
const GRACE_MS = 3_000;
const SWEEP_MS = 20;
/** How often slow headers are looked for, at most. */
const CHECK_MS = 5_000;

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly limits?: Partial<ConnectionLimits>;
}

export interface Listener {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Makes the app now instead of at the first request. */
  load(): Promise<void>;
  /** Takes no more requests, lets those under way finish for 3 s. */
  close(): Promise<void>;
}

/**
 * Serves an app over HTTP, which is made when it is asked for the first time: the address is there before the code that
 * answers. `port` 0 takes a free one. Throws INVALID_PARAMETER_VALUE when the address cannot be had.
 */
export async function listen(
  openApp: () => App | Promise<App>,
  { host, port, ...options }: ListenOptions,
): Promise<Listener> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const lazyApp = new LazyApp(openApp);
  const server = serverFor(lazyApp, limits);
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    load: () => lazyApp.load(),
    close: () => close(server, lazyApp),
  };
}

function serverFor(lazyApp: LazyApp, limits: ConnectionLimits): Server {
  // An import would read everything that the module has, `fetch` and WebSocket too: 15 ms of processor.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersMs),
    },
    (incoming, outgoing) => lazyApp.answer(incoming, outgoing),
  );
  server.maxConnections = limits.connections;
  server.timeout = limits.answerIdleMs;
  server.prependListener('request', (incoming: IncomingMessage) => {
    watchBody(incoming, limits);
  });
  server.on('clientError', refuseConnection);
  return server;
}

/** Closes the connection of a client that stops in the middle of a body. */
function watchBody(
  incoming: IncomingMessage,
  { bodyIdleMs, answerIdleMs }: ConnectionLimits,
): void {
  const { headers, socket } = incoming;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    return;
  }
  socket.setTimeout(bodyIdleMs);
  incoming.once('end', () => socket.setTimeout(answerIdleMs));
}

interface ParserError extends Error {
  readonly code?: string;
}

/** Answers what is no HTTP, or too much of it, in MLflow's error form, and closes. */
function refuseConnection({ code }: ParserError, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = refusalOf(code);
  const body = JSON.stringify(encodeError(new TrackingError('INVALID_PARAMETER_VALUE', message)));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${body}`,
  );
}

function refusalOf(code: string | undefined): readonly [status: string, message: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['431 Request Header Fields Too Large', 'The headers of the request are too large.'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['408 Request Timeout', 'The request did not arrive in time.'];
    default:
      return ['400 Bad Request', 'The request is no HTTP.'];
  }
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new TrackingError('INVALID_PARAMETER_VALUE', reasonOf(error.code, host, port), {
          cause: error,
        }),
      );
    });
    server.listen({ host, port }, resolve);
  });
}

function reasonOf(code: string | undefined, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken: choose another, or 0 for any free one.`;
    case 'EACCES':
      return `Port ${port} may not be used without higher rights: choose one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine.`;
    default:
      return `The server cannot listen on ${host}:${port} (${code ?? 'unknown error'}).`;
  }
}

async function close(server: Server, lazyApp: LazyApp): Promise<void> {
  lazyApp.close();
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  // A connection whose last answer ends after this moment would stay open for the next request.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const force = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(force);
}
