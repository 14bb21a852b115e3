import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from '../../src/base/logger';
import { RestStore } from '../../src/stores/rest/restStore';
import type { TrackingStore } from '../../src/tracking/trackingStore';
import { serve } from './servedStore';
import type { Backend } from './subject';

/** Where a kind of store lives below a temporary folder, and how it is opened there. */
export interface StoreKind {
  pathIn(folder: string): string;
  uriIn(folder: string): string;
  openIn(folder: string): Promise<TrackingStore>;
}

/** A store under test and what must be closed with it. */
interface Opened {
  readonly store: TrackingStore;
  close(): Promise<void>;
}

export function openDirectly(kind: StoreKind): Promise<Backend> {
  return openWith(kind, async folder => {
    const store = await kind.openIn(folder);
    return { store, close: () => store.close() };
  });
}

/** A client of the server at `url`, signed in with `token`. */
type OpenClient = (url: string, token: string) => Promise<TrackingStore>;

/** A real server on loopback with a token, and a client on it; by default the one for any MLflow server. */
export function openThroughServer(
  kind: StoreKind,
  openClient: OpenClient = async (baseUrl, token) =>
    new RestStore({ baseUrl, token, logger: silentLogger }),
): Promise<Backend> {
  return openWith(kind, async folder => {
    const token = 'contract-token';
    const behind = await kind.openIn(folder);
    const server = await serve(behind, { folder, token });
    const store = await openClient(server.url, token);
    return {
      store,
      async close() {
        await store.close();
        await server.close();
        await behind.close();
      },
    };
  });
}

async function openWith(
  kind: StoreKind,
  openIn: (folder: string) => Promise<Opened>,
): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), 'tracking-contract-'));
  let opened = await openIn(folder);
  const others: TrackingStore[] = [];
  return {
    get store() {
      return opened.store;
    },
    uri: kind.uriIn(folder),
    path: kind.pathIn(folder),
    async reopen() {
      await opened.close();
      opened = await openIn(folder);
      return opened.store;
    },
    async openAnother() {
      const other = await kind.openIn(folder);
      others.push(other);
      return other;
    },
    async close() {
      await Promise.all([opened, ...others].map(each => each.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
