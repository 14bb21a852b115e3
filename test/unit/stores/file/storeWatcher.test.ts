import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FileStore } from '../../../../src/stores/file/fileStore';
import type { Run } from '../../../../src/tracking/entities';
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

describe.each([
  ['with watches', {}],
  ['without any watch, as on a network file system', { maxWatches: 0 }],
])('%s, a change by another program', (_how, options) => {
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
    const changes = listen(await openStore(root, options));
    await toldOfStart(changes, runId);
    change(folder);
    await told(changes, { kind: 'runs', experimentId: '0', runId });
  });

  it('in the moment in which the listener begins to listen is told', async () => {
    const { store, root, runId, folder } = await newRun();
    await store.updateRun(runId, { status: 'FINISHED', endTimeMs: 2 });
    const changes = listen(await openStore(root, options));
    writeFileSync(join(folder, 'tags', 'note'), 'x');
    await told(changes, { kind: 'runs', experimentId: '0', runId });
  });

  it('such as a deletion or a tag of a finished run is told', async () => {
    const { store, root, runId, folder } = await newRun();
    await store.updateRun(runId, { status: 'FINISHED', endTimeMs: 2 });
    const changes = listen(await openStore(root, options));
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
    const changes = listen(await openStore(root, options));
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
    const changes = listen(await openStore(root, options));
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
    const changes = listen(await openStore(root, options));
    const other = await openStore(root);
    const { runId } = (await other.createRun({ experimentId: '0' })).info;
    await told(changes, { kind: 'experiments' });
    changes.length = 0;
    await other.logMetric(runId, { key: 'm', value: 1, timestampMs: 1, step: 1 });
    await told(changes, { kind: 'runs', experimentId: '0', runId });
  });
});

describe('in a store of finished runs', () => {
  it.each([
    ['that are all watched', {}],
    ['more than may be watched', { maxWatches: 20 }],
    ['none of which may be watched', { maxWatches: 0 }],
  ])('%s, a point by another program in any of them is told', async (_how, options) => {
    const { root, folder } = await newRun();
    const runIds = Array.from({ length: 30 }, (_, index) => `b${String(index).padStart(31, '0')}`);
    runIds.forEach((runId, index) =>
      writeFiles(root, {
        [`0/${runId}/meta.yaml`]: `run_id: ${runId}\nexperiment_id: '0'\nstatus: 3\nstart_time: ${index}\n`,
        [`0/${runId}/metrics/m`]: '1 1.0 1\n',
      }),
    );
    rmSync(folder, { recursive: true });
    const changes = listen(await openStore(root, options));
    // All of them are new to who listens.
    for (const runId of runIds) {
      await told(changes, { kind: 'runs', experimentId: '0', runId });
    }
    for (let round = 2; round < 4; round += 1) {
      changes.length = 0;
      for (const runId of runIds) {
        appendFileSync(join(root, '0', runId, 'metrics', 'm'), `${round} 2.0 ${round}\n`);
      }
      for (const runId of runIds) {
        await told(changes, { kind: 'runs', experimentId: '0', runId });
      }
    }
  });

  it('more than the system can tell of at once is told as everything', async () => {
    const { root, runId, folder } = await newRun();
    const store = await openStore(root);
    const changes = listen(store);
    await toldOfStart(changes, runId);
    for (let index = 0; index < 6000; index += 1) {
      writeFileSync(join(folder, 'params', `p${index}`), 'x');
    }
    const found = store.searchRuns({ experimentIds: ['0'], filter: "params.p5999 = 'x'" });
    expect((await found).items).toHaveLength(1);
    await told(changes, { kind: 'everything' });
    await told(changes, { kind: 'runs', experimentId: '0', runId });
    changes.length = 0;
    appendFileSync(join(folder, 'params', 'p1'), 'x');
    await told(changes, { kind: 'runs', experimentId: '0', runId });
  });
});

describe('a search in a store that is watched', () => {
  const NESTED = 'metrics/deep/er/key';
  it.each<[string, (folder: string) => void, string]>([
    [
      'a point',
      folder => appendFileSync(join(folder, 'metrics', 'm'), '2 5.0 2\n'),
      'metrics.m = 5',
    ],
    [
      'a nested point',
      folder => appendFileSync(join(folder, 'metrics', 'a', 'b'), '2 5.0 2\n'),
      'metrics.`a/b` = 5',
    ],
    [
      'a tag written over in place',
      folder => writeFileSync(join(folder, 'tags', 't'), 'yy'),
      "tags.t = 'yy'",
    ],
    ['a new param', folder => writeFileSync(join(folder, 'params', 'p'), 'x'), "params.p = 'x'"],
    [
      'a new metric in new folders',
      folder => writeFiles(folder, { [NESTED]: '1 7.0 1\n' }),
      'metrics.`deep/er/key` = 7',
    ],
    ['a tag that is gone', folder => rmSync(join(folder, 'tags', 't')), 'tags.t IS NULL'],
    [
      'a meta file written over in place',
      folder => {
        const path = join(folder, 'meta.yaml');
        writeFileSync(path, readFileSync(path, 'utf8').replace('status: 1', 'status: 3'));
      },
      "attributes.status = 'FINISHED'",
    ],
    [
      'another folder in place of the tags',
      folder => {
        renameSync(join(folder, 'tags'), join(folder, 'old'));
        writeFiles(folder, { 'tags/t': 'yy' });
      },
      "tags.t = 'yy'",
    ],
    [
      'another run in place of the run',
      folder => {
        cpSync(folder, join(folder, '..', '..', 'copy'), { recursive: true });
        writeFileSync(join(folder, '..', '..', 'copy', 'tags', 't'), 'yy');
        renameSync(folder, join(folder, '..', '..', 'old'));
        renameSync(join(folder, '..', '..', 'copy'), folder);
      },
      "tags.t = 'yy'",
    ],
    [
      'another experiment in place of the experiment',
      folder => {
        const experiment = join(folder, '..');
        cpSync(experiment, `${experiment}.copy`, { recursive: true });
        writeFileSync(join(`${experiment}.copy`, basename(folder), 'tags', 't'), 'yy');
        renameSync(experiment, `${experiment}.old`);
        renameSync(`${experiment}.copy`, experiment);
      },
      "tags.t = 'yy'",
    ],
  ])('finds %s that another program has just written', async (_what, change, filter) => {
    const { root, runId, folder } = await newRun();
    writeFiles(folder, { 'metrics/m': '1 1.0 1\n', 'metrics/a/b': '1 1.0 1\n', 'tags/t': 'xx' });
    const store = await openStore(root);
    await toldOfStart(listen(store), runId);
    const search = async (): Promise<number> =>
      (await store.searchRuns({ experimentIds: ['0'], filter })).items.length;
    expect(await search()).toBe(0);
    expect(await search()).toBe(0);
    change(folder);
    expect(await search()).toBe(1);
  });

  it('finds what a link leads to, which was written elsewhere', async () => {
    const { root, runId, folder } = await newRun();
    const elsewhere = join(tempFolder(), 'm');
    writeFileSync(elsewhere, '1 1.0 1\n');
    symlinkSync(elsewhere, join(folder, 'metrics', 'm'));
    const store = await openStore(root);
    await toldOfStart(listen(store), runId);
    const search = async (): Promise<number> =>
      (await store.searchRuns({ experimentIds: ['0'], filter: 'metrics.m = 5' })).items.length;
    expect(await search()).toBe(0);
    appendFileSync(elsewhere, '2 5.0 2\n');
    expect(await search()).toBe(1);
  });

  it('finds runs that have just come and not those that have just gone', async () => {
    const { root, runId, folder } = await newRun();
    const store = await openStore(root);
    await toldOfStart(listen(store), runId);
    const search = async (): Promise<string[]> =>
      (await store.searchRuns({ experimentIds: ['0'] })).items.map(({ info }) => info.runId);
    expect(await search()).toEqual([runId]);
    writeFiles(root, { [`0/${OTHER}/meta.yaml`]: `run_id: ${OTHER}\nexperiment_id: '0'\n` });
    expect(await search()).toEqual([runId, OTHER]);
    rmSync(folder, { recursive: true });
    expect(await search()).toEqual([OTHER]);
    writeFiles(root, { [`0/${OTHER}/metrics/m`]: '1 1.0 1\n' });
    const { items } = await store.searchRuns({ experimentIds: ['0'] });
    expect(items[0]?.data.metrics).toHaveLength(1);
  });

  it('does not read again what did not change, and shows what did', async () => {
    const { root, runId, folder } = await newRun();
    writeFiles(folder, { 'metrics/m': '1 1.0 1\n', 'tags/t': 'xx' });
    const store = await openStore(root);
    await toldOfStart(listen(store), runId);
    const search = async (): Promise<Run['data'] | undefined> =>
      (await store.searchRuns({ experimentIds: ['0'] })).items[0]?.data;
    const first = await search();
    expect(await search()).toBe(first);
    writeFileSync(join(folder, 'tags', 't'), 'yy');
    const second = await search();
    expect(second).not.toBe(first);
    expect(second?.tags).toContainEqual({ key: 't', value: 'yy' });
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
