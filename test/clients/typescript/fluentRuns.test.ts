import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { ActiveRun } from '../../../src/client/activeRun';
import type { TrackingClient } from '../../../src/client/trackingClient';
import type { Run } from '../../../src/tracking/entities';
import { asRecord } from '../../contract/expectations';
import { servedClient } from './servedClient';

async function namesOf(client: TrackingClient): Promise<string[]> {
  const names: string[] = [];
  for await (const run of client.searchRuns()) {
    names.push(run.info.runName);
  }
  return names.sort();
}

function tagsOf(run: Run): Record<string, string> {
  return asRecord(run.data.tags);
}

describe('A run of the TypeScript client', () => {
  it('holds everything that was logged', async () => {
    await using served = await servedClient();
    const { client, store } = served;
    const runId = await client.withRun(
      {
        runName: 'größe/1',
        experimentName: 'new one',
        description: 'a note',
        tags: { stage: 'dev', version: 2 },
        params: { lr: 0.1, layers: 3, augment: true, seed: 2n ** 60n, none: null },
      },
      async run => {
        for (let step = 0; step < 2500; step += 1) {
          await run.logMetric('loss', 1 / (step + 1), { step });
        }
        await run.logMetrics({ acc: 0.5, nan: NaN }, { step: -3, timestampMs: 7 });
        await run.logMetric('far', 1, { step: 2n ** 62n });
        await run.logParam('late', 'ü');
        await run.setTag('temporary', 1);
        await run.deleteTag('temporary');
        await run.logInput(
          { name: 'iris', digest: 'abc', sourceType: 'local', source: 'iris.csv' },
          'training',
        );
        return run.runId;
      },
    );
    const run = await store.getRun(runId);
    const experiment = await store.getExperiment(run.info.experimentId);
    expect(run.info).toMatchObject({ runName: 'größe/1', status: 'FINISHED' });
    expect(Number(run.info.endTimeMs)).toBeGreaterThanOrEqual(Number(run.info.startTimeMs));
    expect(experiment.name).toBe('new one');
    expect(asRecord(run.data.params)).toEqual({
      augment: 'true',
      late: 'ü',
      layers: '3',
      lr: '0.1',
      none: 'null',
      seed: String(2n ** 60n),
    });
    expect(tagsOf(run)).toMatchObject({
      stage: 'dev',
      version: '2',
      'mlflow.note.content': 'a note',
      'mlflow.runName': 'größe/1',
    });
    expect(tagsOf(run)).not.toHaveProperty('temporary');
    expect(run.data.metrics).toMatchObject([
      { key: 'acc', value: 0.5, step: -3, timestampMs: 7 },
      { key: 'far', step: 2n ** 62n },
      { key: 'loss', value: 1 / 2500, step: 2499 },
      { key: 'nan', value: NaN, step: -3, timestampMs: 7 },
    ]);
    expect(run.inputs.datasets).toMatchObject([
      { dataset: { name: 'iris' }, tags: [{ key: 'mlflow.data.context', value: 'training' }] },
    ]);
    const { items } = await store.getMetricHistory({ runId, metricKey: 'loss' });
    expect(items.map(({ step }) => step).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 2500 }, (_, step) => step),
    );
  });

  it('ends as FAILED and passes on what the body threw', async () => {
    await using served = await servedClient();
    const reason = new Error('diverged');
    let runId = '';
    const outcome = served.client.withRun({}, async run => {
      ({ runId } = run);
      await run.logMetric('loss', 1);
      throw reason;
    });
    await expect(outcome).rejects.toBe(reason);
    const run = await served.store.getRun(runId);
    expect([run.info.status, run.data.metrics[0]?.value]).toEqual(['FAILED', 1]);
  });

  it('ends as FAILED, and says so, when points did not reach the server', async () => {
    await using served = await servedClient();
    let runId = '';
    const outcome = served.client.withRun({ runName: 'gone' }, async run => {
      ({ runId } = run);
      await served.store.deleteRun(runId);
      await run.logMetric('loss', 1);
      await run.flush().catch(() => served.store.restoreRun(runId));
      await served.store.deleteRun(runId);
      await run.logMetric('loss', 2);
      await expect.poll(() => served.warnings.length).toBe(2);
      await served.store.restoreRun(runId);
    });
    await expect(outcome).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    expect((await served.store.getRun(runId)).info.status).toBe('FAILED');
    expect(served.warnings[1]).toContain('Could not store 1 points of the run gone: ');
  });

  it('refuses at once what MLflow does not take', async () => {
    await using served = await servedClient();
    const run = await served.client.startRun();
    const refused = { code: 'INVALID_PARAMETER_VALUE' };
    await expect(run.logMetric('a%b', 1)).rejects.toMatchObject(refused);
    await expect(run.logMetric('a', 1, { step: 0.5 })).rejects.toMatchObject(refused);
    await expect(run.logMetric('a', '1' as unknown as number)).rejects.toMatchObject(refused);
    await run.logParam('lr', 1);
    await run.logParam('lr', 1);
    await expect(run.logParam('lr', 2)).rejects.toMatchObject(refused);
    await run.end();
    await expect(run.logMetric('a', 1)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    expect((await served.store.getRun(run.runId)).info.status).toBe('FINISHED');
  });

  it('takes batches of any size', async () => {
    await using served = await servedClient();
    const run = await served.client.startRun();
    await run.logBatch({
      metrics: Array.from({ length: 2100 }, (_, step) => ({ key: 'm', value: step, step })),
      params: Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`p${index}`, index])),
      tags: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`t${index}`, index])),
    });
    const { data } = await served.store.getRun(run.runId);
    expect(data.params).toHaveLength(250);
    expect(data.tags.filter(({ key }) => /^t\d+$/.test(key))).toHaveLength(101);
    const history = await served.client.getMetricHistory(run.runId, 'm');
    expect(history).toHaveLength(2100);
  });

  it('keeps files, folders, texts and bytes as artifacts', async () => {
    await using served = await servedClient();
    const { folder } = served;
    await mkdir(join(folder, 'out/deep'), { recursive: true });
    await writeFile(join(folder, 'out/größe & co.txt'), 'ü');
    await writeFile(join(folder, 'out/deep/empty.bin'), '');
    await symlink(join(folder, 'out/größe & co.txt'), join(folder, 'out/link.txt'));
    const run = await served.client.startRun();
    await run.logArtifact('out/größe & co.txt');
    await run.logArtifact('out', 'all');
    await run.logText('line\n', 'notes/a.txt');
    await run.logBytes(new Uint8Array([1, 2, 3]), 'bytes.bin');
    const list = async (path?: string) =>
      (await run.listArtifacts(path)).map(({ path, fileSize }) => [path, fileSize]);
    expect(await list()).toEqual([
      ['all', undefined],
      ['bytes.bin', 3],
      ['größe & co.txt', 2],
      ['notes', undefined],
    ]);
    expect(await list('all')).toEqual([
      ['all/deep', undefined],
      ['all/größe & co.txt', 2],
      ['all/link.txt', 2],
    ]);
    expect(await list('all/deep')).toEqual([['all/deep/empty.bin', 0]]);
    expect(await list('notes')).toEqual([['notes/a.txt', 5]]);
    const refused = { code: 'INVALID_PARAMETER_VALUE' };
    await expect(run.logArtifact('absent')).rejects.toMatchObject(refused);
    await expect(run.logText('x', '../out')).rejects.toMatchObject(refused);
  });
});

describe('The active run', () => {
  it('is the innermost, also where runs go side by side', async () => {
    await using served = await servedClient();
    const { client } = served;
    const seen: string[] = [];
    const note = (where: string) => seen.push(`${where}: ${client.activeRun?.info.runName ?? '-'}`);
    await client.withRun({ runName: 'parent' }, async parent => {
      await Promise.all(
        ['a', 'b'].map(runName =>
          client.withRun({ runName, nested: true }, async () => {
            await new Promise(resolve => setTimeout(resolve, 5));
            note(runName);
          }),
        ),
      );
      note('parent');
      const started = await client.startRun({ runName: 'started', nested: true });
      note('started');
      await started.end();
      note('afterwards');
      const run = await served.store.getRun(started.runId);
      expect(tagsOf(run)['mlflow.parentRunId']).toBe(parent.runId);
    });
    note('outside');
    expect(seen.slice(0, 2).sort()).toEqual(['a: a', 'b: b']);
    expect(seen.slice(2)).toEqual([
      'parent: parent',
      'started: started',
      'afterwards: parent',
      'outside: -',
    ]);
  });

  it('must be ended, or nested, before another is started', async () => {
    await using served = await servedClient();
    await served.client.startRun({ runName: 'first' });
    await expect(served.client.startRun()).rejects.toThrow('nested: true');
    await served.client.activeRun?.end();
    await served.client.startRun({ runName: 'second' });
    expect(await namesOf(served.client)).toEqual(['first', 'second']);
  });

  it('is started once when the first things are logged at once', async () => {
    await using served = await servedClient();
    const { client } = served;
    const runs: ActiveRun[] = await Promise.all([1, 2, 3].map(() => client.activeOrNewRun()));
    expect(new Set(runs).size).toBe(1);
    expect(await namesOf(client)).toHaveLength(1);
  });
});

describe('The environment', () => {
  it('names the run to resume, once', async () => {
    await using served = await servedClient();
    const first = await served.client.startRun({ params: { lr: 1 } });
    await first.end('FAILED');
    const env = { MLFLOW_RUN_ID: first.runId };
    const client = await served.open({ env });
    const resumed = await client.startRun({ tags: { again: 'yes' } });
    expect(resumed.runId).toBe(first.runId);
    const under = await served.store.getRun(first.runId);
    expect([under.info.status, tagsOf(under)['again']]).toEqual(['RUNNING', 'yes']);
    await resumed.end();
    const other = await client.startRun();
    expect(other.runId).not.toBe(first.runId);
    await served.store.deleteRun(first.runId);
    await other.end();
    await expect(client.startRun({ runId: first.runId })).rejects.toThrow('deleted');
  });

  it('names the experiment, in the order of MLflow', async () => {
    await using served = await servedClient();
    const id = await served.client.createExperiment('by id', { tags: { kind: 'x' } });
    const experimentOf = async (client: TrackingClient, options = {}): Promise<string> =>
      client.withRun(options, async run => {
        const { name } = await served.store.getExperiment(run.experimentId);
        return name;
      });
    expect(await experimentOf(served.client)).toBe('Default');
    const env = { MLFLOW_EXPERIMENT_ID: id };
    expect(await experimentOf(await served.open({ env }))).toBe('by id');
    const client = await served.open({ env: { ...env, MLFLOW_EXPERIMENT_NAME: 'by name' } });
    expect(await experimentOf(client)).toBe('by name');
    await client.setExperiment('chosen');
    expect(await experimentOf(client)).toBe('chosen');
    expect(await experimentOf(client, { experimentName: 'named' })).toBe('named');
    expect(await experimentOf(client, { experimentId: '0' })).toBe('Default');
    const experiment = await client.setExperiment('named');
    await served.store.deleteExperiment(experiment.experimentId);
    await expect(client.setExperiment('named')).rejects.toThrow('deleted');
  });

  it('says who runs what, at which commit', async () => {
    await using served = await servedClient({
      env: { USER: 'ada', MLFLOW_RUN_CONTEXT: '{"team": "vision", "n": 1}' },
    });
    const run = await served.client.startRun({ tags: { 'mlflow.source.name': 'mine.ts' } });
    const { info, data } = await served.store.getRun(run.runId);
    const tags = asRecord(data.tags);
    expect(tags).toMatchObject({
      'mlflow.user': 'ada',
      'mlflow.source.name': 'mine.ts',
      'mlflow.source.type': 'LOCAL',
      team: 'vision',
      n: '1',
    });
    expect(info.userId).toBe('ada');
  });

  it.each([
    ['a bearer token', { MLFLOW_TRACKING_TOKEN: 'client-token' }, true],
    ['no token', { MLFLOW_TRACKING_TOKEN: '' }, false],
    ['another token', { MLFLOW_TRACKING_TOKEN: 'other' }, false],
    [
      'a user and password, which win over the token',
      { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'client-token' },
      true,
    ],
  ])('signs in with %s', async (_, env, lets) => {
    await using served = await servedClient();
    const client = await served.open({ env });
    const attempt = client.withRun({}, run => run.logMetric('a', 1));
    await (lets
      ? expect(attempt).resolves.toBeUndefined()
      : expect(attempt).rejects.toMatchObject({ code: 'UNAUTHENTICATED' }));
  });
});

describe('Searches', () => {
  it('give runs and experiments page by page', async () => {
    await using served = await servedClient();
    const { client } = served;
    const experimentIds: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const experimentId = await client.createExperiment(name);
      experimentIds.push(experimentId);
      await client.withRun({ experimentId, runName: name }, run => run.logMetric('loss', 1));
    }
    const names: string[] = [];
    const query = { experimentIds, filter: 'metrics.loss = 1', pageSize: 1 };
    for await (const run of client.searchRuns({ ...query, orderBy: ['attributes.run_name'] })) {
      names.push(run.info.runName);
    }
    expect(names).toEqual(['one', 'three', 'two']);
    const byName: string[] = [];
    for await (const run of client.searchRuns({ experimentNames: ['two', 'absent'] })) {
      byName.push(run.info.runName);
    }
    expect(byName).toEqual(['two']);
    const found: string[] = [];
    for await (const experiment of client.searchExperiments({
      filter: "name LIKE 't%'",
      pageSize: 1,
    })) {
      found.push(experiment.name);
    }
    expect(found.sort()).toEqual(['three', 'two']);
    expect(await client.getExperimentByName('absent')).toBeUndefined();
  });
});
