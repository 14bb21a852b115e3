import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

import { expect, onTestFinished, vi } from 'vitest';

import { ServerSession } from '../../src/stores/sql/serverSession';
import { SqliteConnection } from '../../src/stores/sql/sqliteConnection';
import { newExperiment, point } from './expectations';
import { testAlone, type Subject } from './subject';

const KEYS = 1000;

/** Counts what a store reads: the files that are opened below its folder, and the rows that statements return. */
function countReads(path: string): () => number {
  let reads = 0;
  const openSync = vi.spyOn(fs, 'openSync');
  const sqlite = vi.spyOn(SqliteConnection.prototype, 'all');
  const server = vi.spyOn(ServerSession.prototype, 'allCompiled');
  syncBuiltinESMExports();
  onTestFinished(() => {
    [openSync, sqlite, server].forEach(spy => spy.mockRestore());
    syncBuiltinESMExports();
  });
  return () => {
    const opened = openSync.mock.calls.filter(([file]) => String(file).startsWith(path)).length;
    const rows = sqlite.mock.results.map(({ value }) => (value as readonly unknown[]).length);
    const answers = server.mock.settledResults.map(({ value }) => (value as unknown[]).length);
    const before = reads;
    reads = [opened, ...rows, ...answers].reduce((sum, count) => sum + count, 0);
    return reads - before;
  };
}

export function projectionContract(subject: Subject): void {
  testAlone(subject, 'what a projection leaves out is not read', async ({ store, path }) => {
    const experimentId = await newExperiment(store);
    const { runId } = (await store.createRun({ experimentId, startTimeMs: 1 })).info;
    const names = Array.from({ length: KEYS }, (_, index) => `k${index}`);
    await store.logBatch(runId, { metrics: names.map((key, index) => point(key, index)) });
    for (let from = 0; from < KEYS; from += 100) {
      const texts = names.slice(from, from + 100).map(key => ({ key, value: key }));
      await store.logBatch(runId, { params: texts });
      await store.logBatch(runId, { tags: texts });
    }
    const request = {
      experimentIds: [experimentId],
      filter: "params.k5 = 'k5'",
      orderBy: ['metrics.k7 DESC'],
    };
    const reads = countReads(path);
    const { items } = await store.searchRuns({
      ...request,
      projection: { metricKeys: ['k1'], paramKeys: [], tagKeys: ['k2', 'k3'], inputs: false },
    });
    expect(items.map(run => run.data)).toEqual([
      {
        metrics: [expect.objectContaining(point('k1', 1))],
        params: [],
        tags: [
          { key: 'k2', value: 'k2' },
          { key: 'k3', value: 'k3' },
        ],
      },
    ]);
    expect(reads()).toBeLessThan(KEYS / 20);
    // The count is one that sees what is read.
    expect((await store.searchRuns(request)).items[0]?.data.params).toHaveLength(KEYS);
    expect(reads()).toBeGreaterThan(3 * KEYS - 1);
  });
}
