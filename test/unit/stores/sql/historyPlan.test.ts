import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, vi } from 'vitest';
import type { TrackingStore } from '../../../../src/tracking/trackingStore';
import { connect, openStore, tempFolder } from './sqlFixture';

/** The ways in which SQLite goes to the table `metrics` for what `read` asks. */
async function waysOf(folder: string, read: () => Promise<unknown>): Promise<readonly string[]> {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
  await read();
  const statements = prepare.mock.calls.map(([text]) => text);
  prepare.mockRestore();
  const database = connect(folder);
  // What the store's own connection reads columns with.
  database.function('tracker_point', { varargs: true }, () => 0);
  return statements
    .filter(text => text.includes('from "metrics"') && text.includes('"run_uuid" ='))
    .flatMap(text => database.prepare(`explain query plan ${text}`).all())
    .map(row => String(row['detail']))
    .filter(detail => detail.includes('metrics'));
}

async function log(store: TrackingStore, runs: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < runs; index++) {
    const { runId } = (await store.createRun({ experimentId: '0', startTimeMs: 1 })).info;
    await store.logMetric(runId, { key: 'loss', value: index, timestampMs: index, step: 0 });
    ids.push(runId);
  }
  return ids;
}

describe('the history of one of many runs', () => {
  // MLflow's primary key begins with the metric's key: going by it, a history costs as much as those of all runs.
  it.each([
    ['2.22.5', 'index_metrics_run_uuid'],
    ['3.17.2', 'index_metrics_run_uuid_key_step'],
  ])('goes by the run in a database of MLflow %s', async (createSchemaFor, index) => {
    const folder = tempFolder();
    const store = await openStore(folder, { createSchemaFor });
    const [runId = ''] = await log(store, 5);
    const whole = () => store.getMetricColumns(runId, 'loss');
    const page = () => store.getMetricHistory({ runId, metricKey: 'loss', maxResults: 10 });
    for (const read of [whole, page]) {
      const [way, ...others] = await waysOf(folder, read);
      expect(way).toContain(`USING INDEX ${index} (run_uuid=?`);
      expect(others).toEqual([]);
    }
  });

  it('reads on from where an earlier reading ended, by the numbers of the rows', async () => {
    const folder = tempFolder();
    const store = await openStore(folder);
    const [runId = ''] = await log(store, 5);
    const grownFrom = await store.getMetricColumns(runId, 'loss');
    await store.logMetric(runId, { key: 'loss', value: 9, timestampMs: 9, step: 1 });
    const grown = { values: new Float64Array() };
    const [way] = await waysOf(folder, async () => {
      Object.assign(grown, await store.getMetricColumns(runId, 'loss', { grownFrom }));
    });
    expect(way).toMatch(/rowid>\?/);
    expect([...grown.values]).toEqual([0, 9]);
  });

  it('goes by the primary key, which has all in order, while few runs have the metric', async () => {
    const folder = tempFolder();
    const store = await openStore(folder);
    const [runId = ''] = await log(store, 2);
    const [way] = await waysOf(folder, () => store.getMetricColumns(runId, 'loss'));
    expect(way).toContain('USING COVERING INDEX sqlite_autoindex_metrics_1');
  });
});
