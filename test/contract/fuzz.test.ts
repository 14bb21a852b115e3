import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { openStore } from '../../src/stores/openStore';
import { silentLogger, type Logger } from '../../src/base/logger';
import { fuzzServer } from '../soak/fuzz/fuzzServer';
import { serve } from './servedStore';

/** The short form of `npm run soak -- fuzz`, which sends 20,000 to the built server. */
it.each(['mlruns', 'sqlite:///mlflow.db'])(
  'a server over %s stands malformed requests on its socket',
  async uri => {
    const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
    const bugs: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      error: (message, cause) => bugs.push(`${message} ${String(cause)}`),
    };
    const store = await openStore(uri, { logger: silentLogger, workingDir: folder, env: {} });
    const server = await serve(store, { folder, logger });
    try {
      const artifactRoot = join(folder, 'mlartifacts');
      const result = await fuzzServer({ url: server.url, artifactRoot, seed: 1, count: 1_000 });
      expect(result.faults).toEqual([]);
      expect(bugs).toEqual([]);
      // It must have come to all parts of the server.
      for (const status of [0, 200, 400, 403, 404]) {
        expect(result.statuses[status], String(status)).toBeGreaterThan(0);
      }
    } finally {
      await server.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
