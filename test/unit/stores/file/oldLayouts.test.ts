import { describe, expect, it } from 'vitest';
import { openStore, tempFolder, writeFiles } from './testStore';

const RUN = 'abcdef0123456789abcdef0123456789';

describe('a store of MLflow before 1.0', () => {
  it('has unquoted ids, status names, times in seconds and no run names', async () => {
    const root = tempFolder();
    writeFiles(root, {
      '0/meta.yaml': 'artifact_location: /tmp/mlruns/0\nexperiment_id: 0\nname: Default\n',
      [`0/${RUN}/meta.yaml`]: `artifact_uri: /tmp/mlruns/0/${RUN}/artifacts\nend_time: null\nentry_point_name: main\nexperiment_id: 0\nname: ''\nrun_uuid: ${RUN}\nsource_name: train.py\nsource_type: LOCAL\nstart_time: 1550000000000\nstatus: FINISHED\ntags: []\nuser_id: me\n`,
      [`0/${RUN}/metrics/loss`]: '1550000000 0.5\n1550000001 0.25\n',
      [`0/${RUN}/params/lr`]: '0.1',
    });
    const store = await openStore(root);
    expect(await store.getExperiment('0')).toEqual({
      experimentId: '0',
      name: 'Default',
      artifactLocation: '/tmp/mlruns/0',
      lifecycleStage: 'active',
      tags: [],
    });
    expect(await store.getRun(RUN)).toEqual({
      info: {
        runId: RUN,
        runName: '',
        experimentId: '0',
        userId: 'me',
        status: 'FINISHED',
        startTimeMs: 1550000000000,
        artifactUri: `/tmp/mlruns/0/${RUN}/artifacts`,
        lifecycleStage: 'active',
      },
      data: {
        metrics: [{ key: 'loss', value: 0.25, timestampMs: 1550000001000, step: 0 }],
        params: [{ key: 'lr', value: '0.1' }],
        tags: [],
      },
      inputs: { datasets: [], models: [] },
      outputs: { models: [] },
    });
    expect((await store.getStatus()).problems).toEqual([]);
  });
});

describe('a store of MLflow 1.x', () => {
  it('keeps the run name in a tag, and nested keys in folders', async () => {
    const root = tempFolder();
    writeFiles(root, {
      '1/meta.yaml':
        "artifact_location: /a\nexperiment_id: '1'\nlifecycle_stage: active\nname: old\n",
      '1/tags/team/name': 'vision',
      [`1/${RUN}/meta.yaml`]: `artifact_uri: /a/${RUN}/artifacts\nexperiment_id: '1'\nlifecycle_stage: active\nrun_id: ${RUN}\nrun_uuid: ${RUN}\nstart_time: 1\nstatus: 3\n`,
      [`1/${RUN}/tags/mlflow.runName`]: 'my run',
      [`1/${RUN}/metrics/val/loss`]: '1 0.5 7\r\n',
      [`1/${RUN}/params/opt/lr`]: '',
    });
    const store = await openStore(root);
    const found = await store.searchRuns({
      experimentIds: ['1'],
      filter: "run_name = 'my run' AND metrics.`val/loss` = 0.5 AND params.`opt/lr` = ''",
    });
    expect(found.items.map(run => run.info.runName)).toEqual(['my run']);
    expect(found.items[0]?.data.metrics).toEqual([
      { key: 'val/loss', value: 0.5, timestampMs: 1, step: 7 },
    ]);
    expect((await store.getExperiment('1')).tags).toEqual([{ key: 'team/name', value: 'vision' }]);
  });

  it('may call an experiment in the trash active: where it lies decides', async () => {
    const root = tempFolder();
    writeFiles(root, {
      '.trash/2/meta.yaml':
        "artifact_location: /a\nexperiment_id: '2'\nlifecycle_stage: active\nname: gone\n",
    });
    const store = await openStore(root);
    expect((await store.getExperiment('2')).lifecycleStage).toBe('deleted');
    expect((await store.searchExperiments({ maxResults: 10 })).items).toEqual([]);
  });
});

describe('ids and numbers', () => {
  it('of any size stay exact, and ids that look like floats stay text', async () => {
    const root = tempFolder();
    const floatLike = '12345678901234567890123456789e12';
    writeFiles(root, {
      '123456789012345678/meta.yaml':
        'artifact_location: /a\nexperiment_id: 123456789012345678\nname: 1e5\ncreation_time: 9007199254740993\n',
      [`123456789012345678/${floatLike}/meta.yaml`]: `experiment_id: '123456789012345678'\nrun_id: ${floatLike}\nrun_name: 1e3\nstatus: 1\nstart_time: 9007199254740993\nuser_id: yes\n`,
    });
    const store = await openStore(root);
    expect(await store.getExperimentByName('1e5')).toMatchObject({
      experimentId: '123456789012345678',
      creationTimeMs: 9007199254740993n,
    });
    const { info } = await store.getRun(floatLike);
    expect(info).toMatchObject({
      runName: '1e3',
      userId: 'yes',
      startTimeMs: 9007199254740993n,
      artifactUri: `${root}/123456789012345678/${floatLike}/artifacts`,
    });
  });
});

describe('a folder of artifacts only, as beside an SQLite store', () => {
  it('holds no experiment and no problem', async () => {
    const root = tempFolder();
    writeFiles(root, { [`1/${RUN}/artifacts/model.pkl`]: 'x' });
    const store = await openStore(root);
    expect((await store.searchExperiments({ maxResults: 10, viewType: 'ALL' })).items).toEqual([]);
    expect((await store.searchRuns({ experimentIds: ['1'] })).items).toEqual([]);
    expect((await store.getStatus()).problems).toEqual([]);
  });
});
