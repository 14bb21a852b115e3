import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { TrackingError } from '../tracking/trackingError';
import type { App } from './app';

/** ms. Longer than clients keep idle connections, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = 30_000;
/** For a large artifact over a slow line. */
const REQUEST_MS = 3_600_000;
/** What requests under way get at close. */
const GRACE_MS = 3_000;
const SWEEP_MS = 20;

export interface Listener {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets those under way finish for 3 s. */
  close(): Promise<void>;
}

/** Serves `app` over HTTP. `port` 0 takes a free one. Throws INVALID_PARAMETER_VALUE when the address cannot be had. */
export async function listen(
  app: App,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listener> {
  const server = createAdaptorServer({
    fetch: (request, { incoming }) =>
      app.fetch(request, {
        localPort: 'socket' in incoming ? incoming.socket.localPort : undefined,
      }),
  }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    close: () => close(server, app),
  };
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

async function close(server: Server, app: App): Promise<void> {
  app.close();
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  // A connection whose last answer ends after this moment would stay open for the next request.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const force = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(force);
}
