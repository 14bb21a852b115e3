import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from '../../../src/base/logger';
import type { ClientOptions } from '../../../src/client/clientOptions';
import { TrackingClient } from '../../../src/client/trackingClient';
import { openStore } from '../../../src/stores/openStore';
import type { TrackingStore } from '../../../src/tracking/trackingStore';
import { serve } from '../../contract/servedStore';

export interface ServedClient extends AsyncDisposable {
  readonly client: TrackingClient;
  /** What the server works on. */
  readonly store: TrackingStore;
  readonly url: string;
  readonly folder: string;
  /** What the client warned of. */
  readonly warnings: readonly string[];
  /** Another client of the same server. */
  open(options?: ClientOptions): Promise<TrackingClient>;
}

const TOKEN = 'client-token';

/** Our server over a database on loopback and the TypeScript client on it, with nothing of the caller's environment. */
export async function servedClient(options: ClientOptions = {}): Promise<ServedClient> {
  const folder = await mkdtemp(join(tmpdir(), 'ts-client-'));
  const store = await openStore(`sqlite:///${join(folder, 'mlflow.db')}`, {
    logger: silentLogger,
    workingDir: folder,
    env: {},
    artifactRoot: 'mlflow-artifacts:/',
  });
  const server = await serve(store, { folder, token: TOKEN });
  const warnings: string[] = [];
  const clients: TrackingClient[] = [];
  const open = async (more: ClientOptions = {}): Promise<TrackingClient> => {
    const { env, ...rest } = more;
    const client = await TrackingClient.open({
      workingDir: folder,
      logger: { ...silentLogger, warn: message => warnings.push(message) },
      env: {
        MLFLOW_TRACKING_URI: server.url,
        MLFLOW_TRACKING_TOKEN: TOKEN,
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
        ...env,
      },
      ...rest,
    });
    clients.push(client);
    return client;
  };
  return {
    client: await open(options),
    store,
    url: server.url,
    folder,
    warnings,
    open,
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(clients.map(client => client.close()));
      await server.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
