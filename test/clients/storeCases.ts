import { expect, it } from 'vitest';

import type { StoreChange, TrackingStore } from '../../src/tracking/trackingStore';
import { TrackingError } from '../../src/tracking/trackingError';
import { allPages } from '../contract/expectations';
import { canonicalStore, type CanonicalStore } from './canonicalStore';
import { hardValuesForPython, HARD_TEXTS, storedDoubles, storedPoints } from './hardValues';
import type { MlflowEnvironment } from './mlflowEnvironments';
import { searchesFor, type MlflowSearch } from './mlflowSearches';
import type { PythonDriver } from './pythonDriver';
import { openOurs, schemaIn, STORE_KINDS, uriIn, type StoreKind } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';
import { writeStore } from './writeStore';

interface Written {
  readonly experimentId: string;
  readonly runId: string;
}

/** One store, written by one side and read by both: the same content, bit for bit, and the same answers to searches. */
export function defineStoreCases(environment: MlflowEnvironment, python: () => PythonDriver): void {
  for (const kind of STORE_KINDS) {
    it(`reads the ${kind} store that MLflow wrote`, () =>
      inTemporaryFolder(async folder => {
        const uri = uriIn(folder, kind);
        const written = await python().ask<Written>('write', { uri, values: hardValuesForPython });
        const schemaBefore = kind === 'sqlite' ? schemaIn(folder) : undefined;
        const store = await openOurs(uri, environment, folder);
        try {
          const ours = await canonicalStore(store);
          expectHardValues(ours, written, kind);
          expect(ours).toEqual(await python().ask('dump', { uri }));
          await expectSameSearches(
            environment,
            python(),
            store,
            uri,
            Object.keys(ours.experiments),
          );
        } finally {
          await store.close();
        }
        if (kind === 'sqlite') {
          expect(schemaIn(folder)).toEqual(schemaBefore);
        }
      }));

    it(`writes a ${kind} store that MLflow reads`, () =>
      inTemporaryFolder(async folder => {
        const uri = uriIn(folder, kind);
        const store = await openOurs(uri, environment, folder);
        try {
          const written = await writeStore(store, { loggedModels: environment.isVersion3 });
          const schemaBefore = kind === 'sqlite' ? schemaIn(folder) : undefined;
          const theirs = await python().ask<CanonicalStore>('dump', { uri });
          expectHardValues(theirs, written, kind);
          expect(theirs).toEqual(await canonicalStore(store));
          await expectSameSearches(
            environment,
            python(),
            store,
            uri,
            Object.keys(theirs.experiments),
          );
          await expectCollectable(python(), uri, theirs);
          if (kind === 'sqlite') {
            expect(schemaIn(folder)).toEqual(schemaBefore);
          }
        } finally {
          await store.close();
        }
      }));

    it(`goes on with the ${kind} store of the other, in both directions`, () =>
      inTemporaryFolder(async folder => {
        const uri = uriIn(folder, kind);
        await python().ask('write', { uri, values: hardValuesForPython });
        const store = await openOurs(uri, environment, folder);
        try {
          await writeStore(store, { loggedModels: environment.isVersion3, nameMark: ', second' });
          const { runId } = (await store.createRun({ experimentId: '0', runName: 'shared' })).info;
          await Promise.all([
            python().ask('log_points', { uri, run_id: runId, key: 'theirs', count: 60 }),
            logPoints(store, runId, 'ours', 60),
          ]);
          const ours = await canonicalStore(store);
          expect(ours.runs[runId]?.histories['ours']).toHaveLength(60);
          expect(ours.runs[runId]?.histories['theirs']).toHaveLength(60);
          expect(ours).toEqual(await python().ask('dump', { uri }));
        } finally {
          await store.close();
        }
      }));

    it(`hears what a plain script writes to the ${kind} store`, () =>
      inTemporaryFolder(async folder => {
        const uri = uriIn(folder, kind);
        const store = await openOurs(uri, environment, folder);
        const { runId, experimentId } = (await store.createRun({ experimentId: '0' })).info;
        const heard: StoreChange[] = [];
        let recheck = () => {};
        const subscription = store.onDidChange(changes => {
          heard.push(...changes);
          recheck();
        });
        const hear = (id: string) =>
          new Promise<void>(resolve => {
            recheck = () => {
              if (heard.some(change => concerns(change, experimentId, id))) {
                resolve();
              }
            };
            recheck();
          });
        try {
          const added = await python().ask<string>('append', { uri, run_id: runId });
          await hear(runId);
          await hear(added);
          const run = await store.getRun(runId);
          expect(run.data.metrics).toMatchObject([{ key: 'from outside', value: 0.5, step: 1 }]);
          expect((await store.getRun(added)).info.status).toBe('RUNNING');
        } finally {
          subscription.dispose();
          await store.close();
        }
      }));
  }
}

function concerns(change: StoreChange, experimentId: string, runId: string): boolean {
  return (
    change.kind === 'everything' ||
    (change.kind === 'runs' &&
      change.experimentId === experimentId &&
      (change.runId === undefined || change.runId === runId))
  );
}

/** Both read the same; this is what it was that they read. */
export function expectHardValues(
  content: CanonicalStore,
  { experimentId, runId }: Written,
  kind: StoreKind,
): void {
  const run = content.runs[runId];
  expect(run).toMatchObject({
    experimentId,
    runName: 'läuft / 1',
    status: 'FINISHED',
    startTime: '9007199254740993',
    endTime: '9007199254740997',
    params: { ...HARD_TEXTS, batch: '1' },
    tags: { ...HARD_TEXTS, batch: '1', 'mlflow.runName': 'läuft / 1' },
  });
  for (const [key, bits] of Object.entries(storedDoubles(kind))) {
    expect(run?.metrics[key], key).toEqual([bits, '1700000000000', '0']);
  }
  expect(run?.histories['points']).toEqual(storedPoints(kind));
  expect(run?.metrics['points']?.[2]).toBe(String(2n ** 63n - 1n));
  expect(run?.datasets).toHaveLength(2);
  const stages = Object.values(content.experiments).map(({ name, lifecycleStage }) => [
    name,
    lifecycleStage,
  ]);
  expect(stages).toEqual(
    expect.arrayContaining([
      ['gone', 'deleted'],
      ['after: yes', 'active'],
      ['Default', 'active'],
    ]),
  );
}

/** `mlflow gc` must find what we deleted, and know that it was just now. */
async function expectCollectable(
  python: PythonDriver,
  uri: string,
  { runs }: CanonicalStore,
): Promise<void> {
  const deleted = Object.values(runs).filter(run => run.lifecycleStage === 'deleted');
  expect(deleted).toHaveLength(2);
  const ids = deleted.map(run => run.runId).sort();
  expect(await python.ask('deleted_runs', { uri, older_than: 0 })).toEqual(ids);
  expect(await python.ask('deleted_runs', { uri, older_than: 3_600_000 })).toEqual([]);
}

export async function expectSameSearches(
  environment: MlflowEnvironment,
  python: PythonDriver,
  store: TrackingStore,
  uri: string,
  experimentIds: readonly string[],
): Promise<void> {
  const searches = searchesFor(environment);
  const theirs = await python.ask<unknown[]>('search', {
    uri,
    experiment_ids: experimentIds,
    searches,
  });
  // One by one: seventy at once would be a load test of MLflow's server.
  const ours: (readonly string[] | string)[] = [];
  for (const search of searches) {
    ours.push(await answer(store, experimentIds, search));
  }
  // Beside the search, so that a difference names it.
  expect(searches.map((search, i) => [search, ours[i]])).toEqual(
    searches.map((search, i) => [search, theirs[i]]),
  );
  expect(ours.filter(found => Array.isArray(found) && found.length > 0).length).toBeGreaterThan(40);
}

async function answer(
  store: TrackingStore,
  experimentIds: readonly string[],
  { filter, orderBy }: MlflowSearch,
): Promise<readonly string[] | string> {
  try {
    const runs = await allPages(pageToken =>
      store.searchRuns({
        experimentIds,
        filter,
        orderBy,
        viewType: 'ALL',
        maxResults: 4,
        ...(pageToken === undefined ? {} : { pageToken }),
      }),
    );
    return runs.map(run => run.info.runId);
  } catch (error) {
    if (TrackingError.is(error)) {
      return error.code;
    }
    throw error;
  }
}

async function logPoints(
  store: TrackingStore,
  runId: string,
  key: string,
  count: number,
): Promise<void> {
  for (let step = 0; step < count; step += 1) {
    await store.logBatch(runId, { metrics: [{ key, value: step / 3, timestampMs: step, step }] });
  }
}
