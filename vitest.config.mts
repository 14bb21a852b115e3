import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tiers that run in plain Node, the webviews with Chromium beside it. */
const tiers = ['unit', 'launch', 'contract', 'clients', 'every-client', 'webview'];

/** Only `npm run test:clients` runs this folder of the clients. */
const EVERY_CLIENT = 'test/clients/every/*.test.ts';

/** `scripts/test.mjs` picks the project; `ui` drives a whole VS Code, one at a time. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // A limit against hanging, not a measure of speed: machines are busy.
    testTimeout: 120_000,
    // Real processes, terminals and windows on a busy machine: a second try tells a race in the test from a defect. Vitest
    // names the tests that needed one.
    retry: 1,
    hookTimeout: 180_000,
    // What servers remember between tests is not kept with what the user's own remember.
    env: { MLFLOW_TRACKER_CACHE: join(tmpdir(), `mlflow-tracker-test-cache-${process.pid}`) },
    projects: [
      ...tiers.map(name => ({
        extends: true as const,
        test: {
          name,
          include: [name === 'every-client' ? EVERY_CLIENT : `test/${name}/**/*.test.ts`],
          ...(name === 'clients' ? { exclude: [EVERY_CLIENT] } : {}),
          ...(name === 'webview' ? { globalSetup: 'test/webview/support/buildPanels.ts' } : {}),
          ...(/client/.test(name) ? { testTimeout: 600_000, fileParallelism: false } : {}),
        },
      })),
      {
        extends: true as const,
        test: {
          name: 'ui',
          include: ['test/vscode/ui/**/*.ui.ts'],
          testTimeout: 180_000,
          fileParallelism: false,
          retry: 2,
        },
      },
    ],
  },
});
