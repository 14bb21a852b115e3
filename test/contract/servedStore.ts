import { join } from 'node:path';

import { openRepository } from '../../src/artifacts/openRepository';
import { silentLogger, type Logger } from '../../src/base/logger';
import { createApp } from '../../src/server/app';
import { listen, type Listener } from '../../src/server/listen';
import type { TrackingStore } from '../../src/tracking/trackingStore';

/** Our tracking server over `store`, on a free port of loopback; `mlflow-artifacts:` lies in `folder`. */
export function serve(
  store: TrackingStore,
  {
    folder,
    token,
    logger = silentLogger,
  }: { readonly folder: string; readonly token?: string; readonly logger?: Logger },
): Promise<Listener> {
  const context = {
    workingDir: folder,
    destination: join(folder, 'mlartifacts'),
    logger,
  };
  const app = createApp({
    store,
    artifacts: uri => openRepository(uri, context),
    guard: { token },
    logger,
    version: '0.0.0-test',
  });
  return listen(() => app, { host: '127.0.0.1', port: 0 });
}
