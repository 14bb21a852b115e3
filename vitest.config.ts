import { defineConfig } from 'vitest/config';

/** All tiers but VS Code's own run in plain Node, the webviews with Chromium beside it; `scripts/test.mjs` picks the project. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    projects: ['unit', 'launch', 'contract', 'clients', 'webview'].map(name => ({
      extends: true,
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        ...(name === 'webview' ? { globalSetup: 'test/webview/support/buildPanels.ts' } : {}),
        ...(name === 'clients' ? { testTimeout: 180_000, fileParallelism: false } : {}),
      },
    })),
  },
});
