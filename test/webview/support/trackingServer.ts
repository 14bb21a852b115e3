import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openRepository } from '../../../src/artifacts/openRepository';
import { silentLogger } from '../../../src/base/logger';
import { createApp } from '../../../src/server/app';
import { listen, type Listener } from '../../../src/server/listen';
import { FileStore } from '../../../src/stores/file/fileStore';
import { TrackerClient } from '../../../src/stores/rest/trackerClient';

/** A real tracking server over a real file store in a temporary folder. */
export class TrackingServer {
  private constructor(
    readonly folder: string,
    readonly store: FileStore,
    readonly client: TrackerClient,
    private readonly listener: Listener,
  ) {}

  static async start(): Promise<TrackingServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'mlflow-tracker-webview-'));
    const store = await FileStore.open(path.join(folder, 'mlruns'), { logger: silentLogger });
    const context = {
      workingDir: folder,
      destination: path.join(folder, 'mlartifacts'),
      logger: silentLogger,
    };
    const app = createApp({
      store,
      artifacts: uri => openRepository(uri, context),
      logger: silentLogger,
      version: '0.0.0',
    });
    const listener = await listen(() => app, { host: '127.0.0.1', port: 0 });
    const client = new TrackerClient({ baseUrl: listener.url, logger: silentLogger });
    return new TrackingServer(folder, store, client, listener);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.listener.close();
    await this.store.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
