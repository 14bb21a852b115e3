import { defineConfig } from 'vitest/config';

/** Unit, launch, contract and client tiers run in plain Node; `scripts/test.mjs` picks the project. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    projects: ['unit', 'launch', 'contract', 'clients'].map(name => ({
      extends: true,
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        ...(name === 'clients' ? { testTimeout: 180_000, fileParallelism: false } : {}),
      },
    })),
  },
});
