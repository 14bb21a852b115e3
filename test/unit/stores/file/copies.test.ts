import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { FileStore } from '../../../../src/stores/file/fileStore';
import { TrackingError } from '../../../../src/tracking/trackingError';
import { canMount, mountReadOnly } from './mounts';
import { newRun, openStore, tempFolder } from './testStore';

async function madeStore(): Promise<Awaited<ReturnType<typeof newRun>>> {
  const made = await newRun();
  await made.store.logBatch(made.runId, {
    metrics: [{ key: 'm', value: 1, timestampMs: 1, step: 1 }],
    params: [{ key: 'p', value: 'x' }],
  });
  return made;
}

it('finds in a copy that keeps times what it found in the original, and then what is in the copy', async () => {
  const { store, root, runId } = await madeStore();
  const cacheFolder = join(tempFolder(), 'cache');
  const copy = join(tempFolder(), 'copy');
  execFileSync('cp', ['-a', root, copy]);
  const ask = async (from: FileStore): Promise<unknown> =>
    (await from.searchRuns({ experimentIds: ['0'], filter: "metrics.m > 0 and params.p = 'x'" }))
      .items;
  const open = (): Promise<FileStore> =>
    FileStore.open(root, { logger: silentLogger, cacheFolder });
  const original = await open();
  const items = await ask(original);
  expect(items).toHaveLength(1);
  expect(await ask(await openStore(copy))).toEqual(items);

  // Another store in the same place, with the same times and sizes.
  writeFileSync(join(copy, '0', runId, 'params', 'p'), 'y');
  execFileSync('touch', [
    '-r',
    join(root, '0', runId, 'params', 'p'),
    join(copy, '0', runId, 'params', 'p'),
  ]);
  await store.close();
  renameSync(root, `${root}.old`);
  renameSync(copy, root);
  expect(await ask(original)).toEqual([]);
  await original.close();
  const reopened = await open();
  expect(await ask(reopened)).toEqual([]);
  await reopened.close();
});

it('reads and writes a copy without the folders that were empty, as git makes one', async () => {
  const { root, runId, folder } = await newRun();
  for (const name of ['metrics', 'params', 'artifacts', '../../.trash']) {
    rmSync(join(folder, name), { recursive: true });
  }
  const store = await openStore(root);
  expect((await store.searchRuns({ experimentIds: ['0'] })).items).toHaveLength(1);
  await store.logMetric(runId, { key: 'm', value: 1, timestampMs: 1, step: 1 });
  await store.logParam(runId, { key: 'p', value: 'x' });
  const experimentId = await store.createExperiment({ name: 'new' });
  await store.deleteExperiment(experimentId);
  const { data } = await store.getRun(runId);
  expect([data.metrics.length, data.params.length]).toEqual([1, 1]);
  expect((await store.getStatus()).problems).toEqual([]);
});

it('leaves out runs that go away while it searches', async () => {
  const { store, root } = await newRun();
  const runIds: string[] = [];
  for (let index = 0; index < 60; index += 1) {
    runIds.push((await store.createRun({ experimentId: '0' })).info.runId);
  }
  const reader = await openStore(root);
  const search = reader.searchRuns({ experimentIds: ['0'], filter: 'params.none IS NULL' });
  const gone = runIds.slice(0, 30);
  gone.forEach(runId => rmSync(join(root, '0', runId), { recursive: true }));
  expect((await search).items.length).toBeGreaterThan(30);
  const { items } = await reader.searchRuns({ experimentIds: ['0'] });
  expect(items.map(({ info }) => info.runId)).not.toContain(gone[0]);
  expect(items).toHaveLength(31);
  expect((await reader.getStatus()).problems).toEqual([]);
});

// Only root may mount; a folder without the right to write is tested in the status contract.
it.runIf(canMount())('reads a store on a read-only mount, and says that it is one', async () => {
  const { store, root, runId } = await madeStore();
  await store.close();
  const mounted = await openStore(mountReadOnly(root));
  expect((await mounted.searchRuns({ experimentIds: ['0'] })).items).toHaveLength(1);
  const { writable, readOnlyReason, problems } = await mounted.getStatus();
  expect([writable, problems]).toEqual([false, []]);
  expect(readOnlyReason).toContain('not writable');
  for (const write of [
    () => mounted.logMetric(runId, { key: 'm', value: 2, timestampMs: 2, step: 2 }),
    () => mounted.setTag(runId, { key: 't', value: 'x' }),
    () => mounted.updateRun(runId, { status: 'FINISHED' }),
    () => mounted.logBatch(runId, { params: [{ key: 'q', value: 'x' }] }),
    () => mounted.createRun({ experimentId: '0' }),
    () => mounted.createExperiment({ name: 'new' }),
  ]) {
    const error: unknown = await write().catch((reason: unknown) => reason);
    expect(TrackingError.is(error) && error.code).toBe('PERMISSION_DENIED');
  }
  expect(existsSync(join(root, '0', runId, 'tags', 't'))).toBe(false);
});
