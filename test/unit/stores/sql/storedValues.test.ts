import { expect, it } from 'vitest';
import { TrackingError } from '../../../../src/tracking/trackingError';
import { connect, newRun, openStore, rowsOf, tempFolder } from './sqlFixture';

const INT64_MAX = 2n ** 63n - 1n;

it('stores metrics as MLflow does', async () => {
  const { store, folder, runId } = await newRun();
  const at = { key: 'm', timestampMs: 7 };
  await store.logBatch(runId, {
    metrics: [
      { ...at, value: NaN, step: 1 },
      { ...at, value: Infinity, step: 2 },
      { ...at, value: -Infinity, step: 3 },
      { ...at, value: 5e-324, step: 4 },
      { ...at, value: 0.1 + 0.2, step: -INT64_MAX - 1n, timestampMs: INT64_MAX },
      { ...at, value: 0.1 + 0.2, step: -INT64_MAX - 1n, timestampMs: INT64_MAX },
    ],
  });
  const database = connect(folder);
  expect(
    rowsOf(database, 'SELECT step, value, is_nan, timestamp FROM metrics ORDER BY step'),
  ).toEqual([
    { step: -INT64_MAX - 1n, value: 0.1 + 0.2, is_nan: 0n, timestamp: INT64_MAX },
    { step: 1n, value: 0, is_nan: 1n, timestamp: 7n },
    { step: 2n, value: Number.MAX_VALUE, is_nan: 0n, timestamp: 7n },
    { step: 3n, value: -Number.MAX_VALUE, is_nan: 0n, timestamp: 7n },
    { step: 4n, value: 5e-324, is_nan: 0n, timestamp: 7n },
  ]);
  expect(rowsOf(database, 'SELECT * FROM latest_metrics')).toEqual([
    { key: 'm', value: 5e-324, timestamp: 7n, step: 4n, is_nan: 0n, run_uuid: runId },
  ]);
  const { items } = await store.getMetricHistory({ runId, metricKey: 'm' });
  expect(items.at(-1)).toEqual({
    key: 'm',
    value: 0.1 + 0.2,
    step: -INT64_MAX - 1n,
    timestampMs: INT64_MAX,
  });
});

it('keeps the greatest step, time and value as the latest, one call or many', async () => {
  const { store, folder, runId } = await newRun();
  const points = [
    [1, 5, 1],
    [2, 1, 1],
    [2, 3, -5],
    [2, 3, 4],
    [2, 3, NaN],
    [-9, 99, 99],
    [2, 2, 100],
  ] as const;
  const batch = points.map(([step, timestampMs, value]) => ({
    key: 'batch',
    step,
    timestampMs,
    value,
  }));
  await store.logBatch(runId, { metrics: batch });
  for (const point of batch) {
    await store.logMetric(runId, { ...point, key: 'single' });
  }
  const latest = rowsOf(
    connect(folder),
    'SELECT step, timestamp, value, is_nan FROM latest_metrics ORDER BY key',
  );
  expect(latest).toEqual(Array(2).fill({ step: 2n, timestamp: 3n, value: 4, is_nan: 0n }));
});

it('keeps the 18-digit experiment ids of migrated file stores exact', async () => {
  const { store, folder } = await newRun();
  const experimentId = '864735829145673921';
  connect(folder).exec(
    `INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
     VALUES (${experimentId}, 'migrated', '/m', 'active', 1, 9007199254740993)`,
  );
  const { info } = await store.createRun({ experimentId, startTimeMs: 9007199254740993n });
  expect(info).toMatchObject({ experimentId, startTimeMs: 9007199254740993n });
  await store.setExperimentTag(experimentId, { key: 'k', value: 'v' });
  expect(await store.getExperimentByName('migrated')).toMatchObject({
    experimentId,
    lastUpdateTimeMs: 9007199254740993n,
    tags: [{ key: 'k', value: 'v' }],
  });
  const { items } = await store.searchRuns({
    experimentIds: [experimentId, '0'],
    filter: 'start_time = 9007199254740993',
  });
  expect(items.map(run => run.info.runId)).toEqual([info.runId]);
  expect((await store.getRun(info.runId)).info).toEqual(info);
});

it('rolls back a failed write whole and keeps those that came with it', async () => {
  const { store, runId } = await newRun();
  const metric = { key: 'm', value: 1, step: 0, timestampMs: 1 };
  await store.logParam(runId, { key: 'taken', value: '1' });
  const results = await Promise.allSettled([
    store.setTag(runId, { key: 'before', value: '1' }),
    // The metric is written before the database refuses its model.
    store.logMetric(runId, { ...metric, key: 'no model', modelId: 'm-none' }),
    store.logBatch(runId, { metrics: [metric], params: [{ key: 'taken', value: '2' }] }),
    store.setTag(runId, { key: 'after', value: '1' }),
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ]);
  expect(results[1]).toMatchObject({ reason: { code: 'RESOURCE_DOES_NOT_EXIST' } });
  const { data } = await store.getRun(runId);
  expect(data.metrics).toEqual([]);
  expect(data.tags.map(({ key }) => key)).toEqual(['after', 'before', 'mlflow.runName']);
});

it('writes the calls of one turn with one commit', async () => {
  const { store, folder, runId } = await newRun();
  const counter = connect(folder);
  const before = rowsOf(counter, 'PRAGMA data_version');
  let changes = 0;
  const seen = new Set([before[0]?.['data_version']]);
  const writes = Array.from({ length: 50 }, async (_, step) => {
    await store.logMetric(runId, { key: 'm', value: step, step, timestampMs: 1 });
    const [row] = rowsOf(counter, 'PRAGMA data_version');
    changes += seen.has(row?.['data_version']) ? 0 : 1;
    seen.add(row?.['data_version']);
  });
  await Promise.all(writes);
  expect(changes).toBe(1);
  expect((await store.getMetricColumns(runId, 'm')).steps).toHaveLength(50);
});

it('puts artifacts where it is told, and experiments with their own location there', async () => {
  const folder = tempFolder();
  const store = await openStore(folder, { artifactRoot: 's3://bucket/root?region=x' });
  const id = await store.createExperiment({ name: 'a' });
  expect((await store.getExperiment('0')).artifactLocation).toBe('s3://bucket/root/0?region=x');
  expect((await store.getExperiment(id)).artifactLocation).toBe(`s3://bucket/root/${id}?region=x`);
  const own = await store.createExperiment({ name: 'b', artifactLocation: 'relative/path' });
  expect((await store.getExperiment(own)).artifactLocation).toBe(`${folder}/relative/path`);
});

it('answers nothing after it was closed', async () => {
  const { store, runId } = await newRun();
  await store.close();
  for (const call of [store.getRun(runId), store.setTag(runId, { key: 'a', value: 'b' })]) {
    await expect(call).rejects.toSatisfy(error => TrackingError.is(error, 'INVALID_STATE'));
  }
});
