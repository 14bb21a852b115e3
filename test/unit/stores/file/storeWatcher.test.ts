import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FileStore } from '../../../../src/stores/file/fileStore';
import type { StoreChange } from '../../../../src/tracking/trackingStore';
import { newRun, openStore, tempFolder, writeFiles } from './testStore';

/** Collects the changes that a store tells of until the test ends. */
function listen(store: FileStore): StoreChange[] {
  const changes: StoreChange[] = [];
  const subscription = store.onDidChange(batch => changes.push(...batch));
  onTestFinished(() => subscription.dispose());
  return changes;
}

async function told(changes: readonly StoreChange[], change: StoreChange): Promise<void> {
  await vi.waitFor(() => expect(changes).toContainEqual(change), { timeout: 20_000, interval: 50 });
}

/** What may have changed since the listener began is told once; after that, only what does change. */
async function toldOfStart(changes: StoreChange[], runId: string): Promise<void> {
  await told(changes, { kind: 'runs', experimentId: '0', runId });
  changes.length = 0;
}

const OTHER = 'abcdef0123456789abcdef0123456789';

describe('a change by another program', () => {
  it.each<[string, (folder: string) => void]>([
    ['a metric point', folder => appendFileSync(join(folder, 'metrics', 'm'), '2 2.0 2\n')],
    ['a nested metric point', folder => appendFileSync(join(folder, 'metrics/a/b'), '2 2.0 2\n')],
    ['a new metric', folder => writeFileSync(join(folder, 'metrics', 'new'), '1 1.0 1\n')],
    ['a new param', folder => writeFileSync(join(folder, 'params', 'p'), 'x')],
    ['a tag', folder => writeFileSync(join(folder, 'tags', 'mlflow.runName'), 'renamed')],
    [
      'an end',
      folder => {
        const text = `run_id: ${folder.slice(-32)}\nexperiment_id: '0'\nstatus: 3\nend_time: 5\n`;
        writeFileSync(join(folder, 'temp'), text);
        renameSync(join(folder, 'temp'), join(folder, 'meta.yaml'));
      },
    ],
  ])('such as %s of a running run is told', async (_what, change) => {
    const { root, runId, folder } = await newRun();
    writeFiles(folder, { 'metrics/m': '1 1.0 1\n', 'metrics/a/b': '1 1.0 1\n' });
    const changes = listen(await openStore(root));
    await toldOfStart(changes, runId);
    change(folder);
    await told(changes, { kind: 'runs', experimentId: '0', runId });
  });

  it('in the moment in which the listener begins to listen is told', async () => {
    const { store, root, runId, folder } = await newRun();
    await store.updateRun(runId, { status: 'FINISHED', endTimeMs: 2 });
    const changes = listen(await openStore(root));
    writeFileSync(join(folder, 'tags', 'note'), 'x');
    await told(changes, { kind: 'runs', experimentId: '0', runId });
  });

  it('such as a deletion or a tag of a finished run is told', async () => {
    const { store, root, runId, folder } = await newRun();
    await store.updateRun(runId, { status: 'FINISHED', endTimeMs: 2 });
    const changes = listen(await openStore(root));
    await toldOfStart(changes, runId);
    await store.deleteRun(runId);
    await told(changes, { kind: 'runs', experimentId: '0', runId });
    changes.length = 0;
    await store.restoreRun(runId);
    await told(changes, { kind: 'runs', experimentId: '0', runId });
    changes.length = 0;
    writeFileSync(join(folder, 'tags', 'note'), 'x');
    await told(changes, { kind: 'runs', experimentId: '0', runId });
  });

  it('such as a new run is told, and then what is logged to it', async () => {
    const { root } = await newRun();
    const changes = listen(await openStore(root));
    writeFiles(root, { [`0/${OTHER}/meta.yaml`]: `run_id: ${OTHER}\nexperiment_id: '0'\n` });
    mkdirSync(join(root, '0', OTHER, 'metrics'));
    await told(changes, { kind: 'runs', experimentId: '0', runId: OTHER });
    changes.length = 0;
    writeFiles(root, { [`0/${OTHER}/metrics/deep/key`]: '1 1.0 1\n' });
    await told(changes, { kind: 'runs', experimentId: '0', runId: OTHER });
    changes.length = 0;
    appendFileSync(join(root, '0', OTHER, 'metrics/deep/key'), '2 1.0 2\n');
    await told(changes, { kind: 'runs', experimentId: '0', runId: OTHER });
    changes.length = 0;
    rmSync(join(root, '0', OTHER), { recursive: true });
    await told(changes, { kind: 'runs', experimentId: '0', runId: OTHER });
  });

  it('such as a new, tagged, renamed, deleted or restored experiment is told', async () => {
    const { store, root } = await newRun();
    const changes = listen(await openStore(root));
    const experimentId = await store.createExperiment({ name: 'new' });
    await told(changes, { kind: 'experiments' });
    for (const change of [
      () => store.setExperimentTag(experimentId, { key: 'k', value: 'v' }),
      () => store.renameExperiment(experimentId, 'other'),
      () => store.deleteExperiment(experimentId),
      () => store.restoreExperiment(experimentId),
    ]) {
      changes.length = 0;
      await change();
      await told(changes, { kind: 'experiments' });
    }
    changes.length = 0;
    const { runId } = (await store.createRun({ experimentId })).info;
    await told(changes, { kind: 'runs', experimentId, runId });
  });

  it('such as the birth of the whole store is told', async () => {
    const root = join(tempFolder(), 'later', 'mlruns');
    const changes = listen(await openStore(root));
    const other = await openStore(root);
    const { runId } = (await other.createRun({ experimentId: '0' })).info;
    await told(changes, { kind: 'experiments' });
    changes.length = 0;
    await other.logMetric(runId, { key: 'm', value: 1, timestampMs: 1, step: 1 });
    await told(changes, { kind: 'runs', experimentId: '0', runId });
  });
});

describe('a change by this store', () => {
  it('is told in one batch with its neighbours', async () => {
    const { store, runId } = await newRun();
    const batches: (readonly StoreChange[])[] = [];
    const subscription = store.onDidChange(batch => batches.push(batch));
    onTestFinished(() => subscription.dispose());
    await Promise.all(
      Array.from({ length: 20 }, (_, step) =>
        store.logMetric(runId, { key: 'm', value: 1, timestampMs: 1, step }),
      ),
    );
    await vi.waitFor(() => expect(batches).not.toEqual([]), { timeout: 20_000 });
    expect(batches[0]).toEqual([{ kind: 'runs', experimentId: '0', runId }]);
  });

  it('is told to nobody who stopped to listen', async () => {
    const { store, runId } = await newRun();
    const changes: StoreChange[] = [];
    store.onDidChange(batch => changes.push(...batch)).dispose();
    const others = listen(store);
    await store.setTag(runId, { key: 'k', value: 'v' });
    await told(others, { kind: 'runs', experimentId: '0', runId });
    expect(changes).toEqual([]);
  });
});
