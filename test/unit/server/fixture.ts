import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openRepository } from '../../../src/artifacts/openRepository';
import { silentLogger, type Logger } from '../../../src/base/logger';
import { createApp, type App, type AppOptions } from '../../../src/server/app';
import { FileStore } from '../../../src/stores/file/fileStore';
import type { TrackingStore } from '../../../src/tracking/trackingStore';

export interface ServerFixture {
  readonly app: App;
  readonly store: TrackingStore;
  readonly folder: string;
  /** What was logged as an error: a bug, for the tests here. */
  readonly errors: string[];
  /** JSON in, JSON out. */
  call<T = Answer>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T }>;
  send(method: string, path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** A JSON object; its members are compared, or read with a type given at the call. */
export type Answer = Readonly<Record<string, unknown>>;

/** A server over a file store in a folder of its own, without a socket. */
export async function openServer(options: Partial<AppOptions> = {}): Promise<ServerFixture> {
  const folder = await mkdtemp(path.join(tmpdir(), 'server-'));
  const errors: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    error: (message, cause) => errors.push(`${message} ${String(cause)}`),
  };
  const store =
    options.store ??
    (await FileStore.open(path.join(folder, 'mlruns'), {
      logger,
      artifactRoot: 'mlflow-artifacts:/',
    }));
  const context = { workingDir: folder, destination: 'mlartifacts', logger };
  const app = createApp({
    artifacts: uri => openRepository(uri, context),
    logger,
    version: '1.2.3',
    ...options,
    store,
  });
  const send = (method: string, url: string, init: RequestInit = {}): Promise<Response> =>
    app.fetch(new Request(`http://localhost${url}`, { method, ...init }));
  return {
    app,
    store,
    folder,
    errors,
    send,
    async call<T>(method: string, url: string, body?: unknown) {
      const response = await send(method, url, {
        ...(body !== undefined && {
          body: typeof body === 'string' ? body : JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      });
      return { status: response.status, body: (await response.json()) as T };
    },
    async close() {
      app.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
