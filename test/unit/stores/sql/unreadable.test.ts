import { writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { SqliteConnection } from '../../../../src/stores/sql/sqliteConnection';
import { TrackingError, type ErrorCode } from '../../../../src/tracking/trackingError';
import { connect, databaseIn, newRun, openStore } from './sqlFixture';

function refusal(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return error => TrackingError.is(error, code) && message.test(error.message);
}

it('leaves out values that cannot be read, says so, and keeps their neighbours', async () => {
  const { store, folder, runId } = await newRun();
  await store.logBatch(runId, {
    metrics: [
      { key: 'broken', value: 1, step: 1, timestampMs: 1 },
      { key: 'sound', value: 2, step: 1, timestampMs: 1 },
    ],
    params: [
      { key: 'broken', value: '1' },
      { key: 'sound', value: '2' },
    ],
  });
  const neighbour = (await store.createRun({ experimentId: '0', startTimeMs: 5 })).info.runId;
  const database = connect(folder);
  database.exec(`
    UPDATE runs SET start_time = 'yesterday', end_time = 1.5 WHERE run_uuid = '${runId}';
    UPDATE latest_metrics SET value = 'much' WHERE key = 'broken';
    UPDATE metrics SET value = 'much' WHERE key = 'broken';
    UPDATE params SET value = x'00ff' WHERE key = 'broken';
    UPDATE experiments SET creation_time = x'01' WHERE experiment_id = 0;
  `);

  const { items } = await store.searchRuns({ experimentIds: ['0'], orderBy: ['run_id'] });
  expect(items.map(run => run.info.runId)).toEqual([runId, neighbour].toSorted());
  const { info, data } = await store.getRun(runId);
  expect(info).not.toHaveProperty('startTimeMs');
  expect(info).not.toHaveProperty('endTimeMs');
  expect(data.metrics).toEqual([{ key: 'sound', value: 2, step: 1, timestampMs: 1 }]);
  expect(data.params).toEqual([{ key: 'sound', value: '2' }]);
  expect((await store.getMetricHistory({ runId, metricKey: 'broken' })).items).toEqual([]);
  expect(await store.getExperiment('0')).not.toHaveProperty('creationTimeMs');

  const { problems, writable } = await store.getStatus();
  expect(writable).toBe(true);
  const said = (holds: string, column: string) =>
    `The ${column} cannot be read and is left out, because it holds ${holds}.`;
  expect(problems).toEqual(
    expect.arrayContaining([
      { where: `runs ${runId}`, message: said('"yesterday"', 'start_time') },
      { where: `runs ${runId}`, message: said('"1.5"', 'end_time') },
      { where: `latest_metrics broken of run ${runId}`, message: said('"much"', 'value') },
      { where: `metrics broken of run ${runId}`, message: said('"much"', 'value') },
      { where: `params broken of run ${runId}`, message: said('2 bytes', 'value') },
      { where: 'experiments 0', message: said('1 bytes', 'creation_time') },
    ]),
  );
  expect(problems).toHaveLength(6);

  database.exec("UPDATE runs SET start_time = 7, end_time = NULL WHERE start_time = 'yesterday'");
  expect((await store.getRun(runId)).info.startTimeMs).toBe(7);
  const left = (await store.getStatus()).problems;
  expect(left.map(({ where }) => where)).not.toContain(`runs ${runId}`);
  expect(left).toHaveLength(4);
});

it('says in the status that the file has become unreadable', async () => {
  const { store, folder, runId } = await newRun();
  const whole = databaseIn(folder);
  expect((await store.getStatus()).problems).toEqual([]);
  writeFileSync(whole, 'no database any more'.repeat(1000));
  await expect(store.getRun(runId)).rejects.toBeInstanceOf(TrackingError);
  const status = await store.getStatus();
  expect(status).toMatchObject({ kind: 'sqlite', writable: false });
  expect(status.readOnlyReason).toContain(whole);
  expect(status.problems).toEqual([{ where: status.uri, message: status.readOnlyReason }]);
});

it('gives up on a locked file after the patience it was given, and works on when it is free', async () => {
  const { folder, runId } = await newRun();
  const store = await openStore(folder, { patienceMs: 40 });
  const holder = connect(folder);
  holder.exec('BEGIN EXCLUSIVE');
  const locked = refusal('TEMPORARILY_UNAVAILABLE', /locked for 0\.04 seconds/);
  await expect(store.setTag(runId, { key: 't', value: '1' })).rejects.toSatisfy(locked);
  await expect(store.getRun(runId)).rejects.toSatisfy(locked);
  expect((await store.getStatus()).problems).toHaveLength(1);
  holder.exec('COMMIT');

  // A reader lets a write begin and keeps it from its commit.
  holder.exec('BEGIN');
  holder.prepare('SELECT * FROM tags').all();
  await expect(store.setTag(runId, { key: 't', value: '2' })).rejects.toSatisfy(locked);
  holder.exec('COMMIT');
  expect((await store.getRun(runId)).data.tags.map(({ key }) => key)).toEqual(['mlflow.runName']);
  await store.setTag(runId, { key: 't', value: '3' });
  expect((await store.getRun(runId)).data.tags).toContainEqual({ key: 't', value: '3' });
});

it('refuses a batch whose metric names an unknown model, and stores nothing of it', async () => {
  const { store, runId } = await newRun();
  const before = await store.getRun(runId);
  const { modelId } = await store.createLoggedModel({ experimentId: '0' });
  const at = { value: 1, step: 0, timestampMs: 1 };
  const batch = {
    params: [{ key: 'p', value: '1' }],
    metrics: [
      { ...at, key: 'known', modelId },
      { ...at, key: 'unknown', modelId: 'm-nowhere' },
    ],
    tags: [{ key: 't', value: '1' }],
  };
  await expect(store.logBatch(runId, batch)).rejects.toSatisfy(
    refusal('RESOURCE_DOES_NOT_EXIST', /^Logged model with ID 'm-nowhere' not found\.$/),
  );
  expect(await store.getRun(runId)).toEqual(before);
  expect((await store.getLoggedModel(modelId)).metrics).toEqual([]);

  // MLflow takes metrics of a deleted model too.
  await store.deleteLoggedModel(modelId);
  await store.logMetric(runId, { ...at, key: 'late', modelId });
  expect((await store.getRun(runId)).data.metrics.map(({ key }) => key)).toEqual(['late']);
});

it('takes metrics of models in a database without models, for the run alone', async () => {
  const { store, runId } = await newRun({ createSchemaFor: '2.22.5' });
  await store.logMetric(runId, { key: 'm', value: 1, step: 0, timestampMs: 1, modelId: 'm-1' });
  expect((await store.getRun(runId)).data.metrics).toMatchObject([{ key: 'm', value: 1 }]);
  const models = await store.searchLoggedModels({ experimentIds: ['0'] });
  expect(models.items).toEqual([]);
  await expect(store.createLoggedModel({ experimentId: '0' })).rejects.toSatisfy(
    refusal('NOT_IMPLEMENTED', /no logged models: its schema, revision 0584bdc529eb, is older/),
  );
});

it('makes the experiment Default where a database has none, as MLflow does when it opens one', async () => {
  const { store, folder } = await newRun();
  await store.close();
  const database = connect(folder);
  database.exec(
    'DELETE FROM tags; DELETE FROM runs; DELETE FROM experiment_tags; DELETE FROM experiments',
  );
  const reopened = await openStore(folder);
  expect((await reopened.searchExperiments({ maxResults: 5 })).items).toEqual([]);
  await reopened.createRun({ experimentId: '0' });
  expect(await reopened.getExperiment('0')).toMatchObject({
    name: 'Default',
    artifactLocation: `${folder}/mlruns/0`,
    lastUpdateTimeMs: expect.any(Number) as number,
  });

  // Not beside others: someone has removed it.
  const experimentId = await reopened.createExperiment({ name: 'other' });
  database.exec(
    'DELETE FROM tags; DELETE FROM runs; DELETE FROM experiments WHERE experiment_id = 0',
  );
  await reopened.createRun({ experimentId });
  await expect(reopened.getExperiment('0')).rejects.toSatisfy(
    refusal('RESOURCE_DOES_NOT_EXIST', /id=0/),
  );
});

it('searches more experiments than a statement has parameters', async () => {
  const { store, runId } = await newRun();
  const experimentIds = Array.from({ length: 40_000 }, (_, i) => String(i));
  experimentIds.push(String(2n ** 62n + 1n));
  const { items } = await store.searchRuns({ experimentIds });
  expect(items.map(run => run.info.runId)).toEqual([runId]);
  expect(await store.searchDatasets(experimentIds)).toEqual([]);
  expect((await store.searchLoggedModels({ experimentIds })).items).toEqual([]);
});

it('deletes tags with keys that are no longer taken', async () => {
  const { store, folder, runId } = await newRun();
  connect(folder).exec(`INSERT INTO tags VALUES ('a//b;*', '1', '${runId}')`);
  await store.deleteTag(runId, 'a//b;*');
  expect((await store.getRun(runId)).data.tags.map(({ key }) => key)).toEqual(['mlflow.runName']);
  await expect(store.deleteTag(runId, 'a//b;*')).rejects.toSatisfy(
    refusal('RESOURCE_DOES_NOT_EXIST', /No tag with name: a\/\/b;\*/),
  );
});

it('reads integers beyond 2^53 in any row, the others as numbers', () => {
  const connection = new SqliteConnection(':memory:');
  onTestFinished(() => connection.close());
  const select = `SELECT NULL AS n UNION ALL SELECT ${2n ** 53n + 1n} UNION ALL SELECT 5`;
  for (let time = 0; time < 2; time += 1) {
    expect(connection.all(select).map(({ n }) => n)).toEqual([null, 2n ** 53n + 1n, 5]);
  }
});
