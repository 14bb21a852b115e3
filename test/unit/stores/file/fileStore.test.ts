import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { FileStore } from '../../../../src/stores/file/fileStore';
import { newRun, openStore, tempFolder, writeFiles } from './testStore';

const POINT = { value: 1, timestampMs: 1, step: 1 };

describe('a folder that does not exist', () => {
  it('is an empty store until the first write', async () => {
    const root = join(tempFolder(), 'a', 'mlruns');
    const store = await openStore(root);
    expect((await store.searchExperiments({ maxResults: 5 })).items).toEqual([]);
    expect((await store.searchRuns({ experimentIds: ['0'] })).items).toEqual([]);
    await expect(store.getExperiment('0')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
    expect(await store.getStatus()).toMatchObject({
      kind: 'file',
      uri: root,
      writable: true,
      problems: [{ where: root, message: expect.stringContaining('does not exist') as string }],
    });
    expect(existsSync(join(root, '..'))).toBe(false);
  });

  it('is not created by a write that is refused', async () => {
    const root = join(tempFolder(), 'mlruns');
    const store = await openStore(root);
    await expect(store.createExperiment({ name: '' })).rejects.toThrow('Invalid experiment name');
    await expect(store.createRun({ experimentId: '7' })).rejects.toThrow('Could not find');
    expect(existsSync(root)).toBe(false);
  });

  it('becomes a store with experiment 0, as MLflow makes it', async () => {
    const root = join(tempFolder(), 'mlruns');
    const store = await openStore(root);
    const id = await store.createExperiment({ name: 'first' });
    expect(id).toMatch(/^[1-9]\d{17}$/);
    expect(readdirSync(root).toSorted()).toEqual(['.trash', '0', id].toSorted());
    expect(await store.getExperiment('0')).toMatchObject({
      name: 'Default',
      artifactLocation: join(root, '0'),
    });
    expect((await store.getStatus()).problems).toEqual([]);
  });
});

describe('a folder that exists', () => {
  it('gets nothing that was not asked for', async () => {
    const root = tempFolder();
    const store = await openStore(root);
    await expect(store.createRun({ experimentId: '0' })).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
    expect(readdirSync(root)).toEqual([]);
  });

  it('may be a file, which is no store', async () => {
    const root = join(tempFolder(), 'file');
    writeFileSync(root, '');
    const store = await openStore(root);
    expect((await store.searchExperiments({ maxResults: 5 })).items).toEqual([]);
    expect(await store.getStatus()).toMatchObject({
      writable: false,
      problems: [{ where: root, message: expect.stringContaining('not a folder') as string }],
    });
    await expect(store.createExperiment({ name: 'x' })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
  });
});

describe('artifact locations', () => {
  it.each([
    ['s3://bucket/root', 's3://bucket/root/0'],
    ['s3://bucket/root/?x=y', 's3://bucket/root/0?x=y'],
    ['file:///data', 'file:///data/0'],
  ])('below %s are %s', async (artifactRoot, location) => {
    const root = join(tempFolder(), 'mlruns');
    const store = await FileStore.open(root, { logger: silentLogger, artifactRoot });
    const { info } = await store.createRun({ experimentId: '0' });
    expect((await store.getExperiment('0')).artifactLocation).toBe(location);
    const [path, query] = location.split('?');
    const expected = `${path}/${info.runId}/artifacts${query ? `?${query}` : ''}`;
    expect(info.artifactUri).toBe(expected);
    await store.close();
  });
});

describe('a run on disk', () => {
  it('has the keys that MLflow of any version reads, and the three folders', async () => {
    const { store, runId, folder } = await newRun();
    await store.updateRun(runId, { runName: '1e5', status: 'FINISHED', endTimeMs: 9 });
    expect(readFileSync(join(folder, 'meta.yaml'), 'utf8')).toBe(
      [
        `artifact_uri: ${folder}/artifacts`,
        'end_time: 9',
        "entry_point_name: ''",
        "experiment_id: '0'",
        'lifecycle_stage: active',
        `run_id: ${runId}`,
        "run_name: '1e5'",
        `run_uuid: ${runId}`,
        "source_name: ''",
        'source_type: 4',
        "source_version: ''",
        'start_time: 1',
        'status: 3',
        'tags: []',
        "user_id: ''",
        '',
      ].join('\n'),
    );
    expect(readdirSync(folder).toSorted()).toEqual([
      'artifacts',
      'meta.yaml',
      'metrics',
      'params',
      'tags',
    ]);
    expect(readFileSync(join(folder, 'tags/mlflow.runName'), 'utf8')).toBe('1e5');
  });

  it('keeps what a newer MLflow added to its meta file', async () => {
    const { store, runId, folder } = await newRun();
    appendFileSync(join(folder, 'meta.yaml'), 'zz_future:\n  a:\n  - 1\n');
    await store.updateRun(runId, { status: 'FAILED' });
    await store.deleteRun(runId);
    await store.restoreRun(runId);
    const text = readFileSync(join(folder, 'meta.yaml'), 'utf8');
    expect(text).toContain('zz_future:\n  a:\n  - 1\n');
    expect(text).toContain('status: 4\n');
    expect(text).not.toContain('deleted_time');
  });

  it.each([
    ['closes a metric line that a writer may be writing', 0, '1 1.0 1\n2 2.\n3 3.0 3\n'],
    ['cuts off a metric line that a dead writer left unfinished', 10, '1 1.0 1\n3 3.0 3\n'],
  ])('%s', async (_what, ageSeconds, expected) => {
    const { store, runId, folder } = await newRun();
    const path = join(folder, 'metrics/m');
    writeFiles(folder, { 'metrics/m': '1 1.0 1\n2 2.' });
    const changed = Date.now() / 1000 - ageSeconds;
    utimesSync(path, changed, changed);
    await store.logMetric(runId, { key: 'm', value: 3, timestampMs: 3, step: 3 });
    expect(readFileSync(path, 'utf8')).toBe(expected);
  });

  it('follows a long history by what was appended to it', async () => {
    const { store, runId, folder } = await newRun();
    const path = join(folder, 'metrics', 'm');
    const lines = Array.from({ length: 20_000 }, (_, step) => `1 ${step}.5 ${step}\n`).join('');
    writeFiles(folder, { 'metrics/m': lines });
    const latest = async (): Promise<unknown> => (await store.getRun(runId)).data.metrics[0]?.value;
    expect(await latest()).toBe(19_999.5);
    appendFileSync(path, '1 7.0 20000\n1 8.');
    expect(await latest()).toBe(7);
    appendFileSync(path, '5 20001\n1 1.0 5\n');
    expect(await latest()).toBe(8.5);
    writeFileSync(path, `${lines.replaceAll('.5 ', '.25 ')}2 0.125 2\n`);
    expect(await latest()).toBe(19_999.25);
    writeFileSync(path, '1 1.0 1\n');
    expect(await latest()).toBe(1);
  });
});

describe('keys', () => {
  it('cannot be a file and a folder at once', async () => {
    const { store, runId } = await newRun();
    await store.logParam(runId, { key: 'a', value: '1' });
    await store.logParam(runId, { key: 'b/c', value: '1' });
    for (const key of ['a/b', 'a/b/c', 'b']) {
      await expect(store.logParam(runId, { key, value: '1' })).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining('both a file and a folder') as string,
      });
    }
    const metrics = [
      { key: 'x', ...POINT },
      { key: 'x/y', ...POINT },
    ];
    await expect(
      store.logBatch(runId, { metrics, params: [{ key: 'new', value: '1' }] }),
    ).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
    const { data } = await store.getRun(runId);
    expect(data.metrics).toEqual([]);
    expect(data.params.map(({ key }) => key)).toEqual(['a', 'b/c']);
  });

  it('may take the place of an empty folder that a deleted key left', async () => {
    const { store, runId } = await newRun();
    await store.setTag(runId, { key: 'a/b/c', value: '1' });
    await store.deleteTag(runId, 'a/b/c');
    await store.setTag(runId, { key: 'a', value: '2' });
    expect((await store.getRun(runId)).data.tags).toContainEqual({ key: 'a', value: '2' });
  });

  it('never lead out of the run', async () => {
    const { store, root, runId } = await newRun();
    writeFileSync(join(root, 'secret'), 'x');
    const filter = "params.`../../../secret` = 'x'";
    expect((await store.searchRuns({ experimentIds: ['0'], filter })).items).toEqual([]);
    const projection = { paramKeys: ['../../../secret'], tagKeys: ['/etc/hostname'] };
    const found = await store.searchRuns({ experimentIds: ['0'], projection });
    expect(found.items[0]?.data).toMatchObject({ params: [], tags: [] });
    for (const call of [
      () => store.setTag(runId, { key: '../x', value: '' }),
      () => store.deleteTag(runId, '../../meta.yaml'),
      () => store.logMetric(runId, { key: '/x', ...POINT }),
      () => store.getMetricHistory({ runId, metricKey: '../meta.yaml' }),
      () => store.getRun('../0'),
      () => store.getExperiment('..'),
      () => store.getLoggedModel('../../secret'),
      () => store.logOutputs(runId, [{ modelId: '../x', step: 0 }]),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    }
  });

  it('are asked for one by one when a page names them', async () => {
    const { store, runId } = await newRun();
    await store.logBatch(runId, {
      metrics: ['a', 'b/c', 'd'].map(key => ({ key, ...POINT })),
      params: [{ key: 'p', value: '1' }],
    });
    const projection = { metricKeys: ['d', 'b/c', 'b', 'none', 'd'], tagKeys: [] };
    const { items } = await store.searchRuns({ experimentIds: ['0'], projection });
    expect(items[0]?.data.metrics.map(({ key }) => key)).toEqual(['b/c', 'd']);
    expect(items[0]?.data.tags).toEqual([]);
    expect(items[0]?.data.params).toHaveLength(1);
  });
});

describe('folders that are no runs', () => {
  it('are passed over without a word', async () => {
    const { store, root, runId } = await newRun();
    mkdirSync(join(root, '0', 'b'.repeat(32), 'artifacts'), { recursive: true });
    mkdirSync(join(root, '0', 'traces', 'tr-1'), { recursive: true });
    mkdirSync(join(root, 'models', 'registered'), { recursive: true });
    writeFileSync(join(root, '0', 'README'), 'x');
    const { items } = await store.searchRuns({ experimentIds: ['0'] });
    expect(items.map(({ info }) => info.runId)).toEqual([runId]);
    expect((await store.getStatus()).problems).toEqual([]);
  });
});
