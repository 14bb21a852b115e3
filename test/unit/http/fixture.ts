import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Fixture {
  readonly url: string;
  close(): Promise<void>;
}

/** A plain HTTP server on a free port of the loopback, in the place of a foreign one. */
export async function serve(listener: RequestListener): Promise<Fixture> {
  const server = createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}
