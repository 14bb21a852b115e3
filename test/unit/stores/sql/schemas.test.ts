import { expect, it } from 'vitest';
import chain from '../../../../src/stores/sql/schema/chain.json';
import { SCHEMAS, schemaForMlflow } from '../../../../src/stores/sql/schema/capturedSchemas';
import { TrackingError } from '../../../../src/tracking/trackingError';
import { connect, openStore, rowsOf, tempFolder } from './sqlFixture';

const MASTER = 'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid';

it.each([
  [undefined, 'dc11669786a5'],
  ['not a version', 'dc11669786a5'],
  ['99.0', 'f4a9b2c7d1e6'],
  ['3.18.0', 'f4a9b2c7d1e6'],
  ['3.17.2', 'dc11669786a5'],
  ['3.16.9', 'b7e2c1a4d9f3'],
  ['3.11.1', 'c3d6457b6d8a'],
  ['3.9.0rc1', 'd3e4f5a6b7c8'],
  ['3.7.0', 'bf29a5ff90ea'],
  ['3.1.0', '6953534de441'],
  ['3.1.4', 'bda7b8c39065'],
  ['3.0', '6953534de441'],
  ['2.22.5', '0584bdc529eb'],
  ['2.18.0', '0584bdc529eb'],
  ['2.12.2', 'acf3f17fdcc7'],
  ['1.30.1', '97727af70f4d'],
])('chooses for MLflow %s the revision %s', (version, revision) => {
  expect(schemaForMlflow(version).revision).toBe(revision);
});

it('knows its captured revisions in the order in which MLflow made them', () => {
  const positions = SCHEMAS.map(({ revision }) => chain.indexOf(revision));
  expect(positions).not.toContain(-1);
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  expect(chain.at(-1)).toBe(SCHEMAS.at(-1)?.revision);
});

it.each(SCHEMAS.map(({ mlflow, revision }) => [mlflow, revision]))(
  'creates, writes and reads the schema of MLflow %s, revision %s, and leaves it as it is',
  async (mlflow, revision) => {
    const folder = tempFolder();
    const store = await openStore(folder, { createSchemaFor: mlflow });
    const experimentId = await store.createExperiment({
      name: 'one',
      tags: [{ key: 'team', value: 'a' }],
    });
    const database = connect(folder);
    const before = rowsOf(database, MASTER);

    const { runId } = (await store.createRun({ experimentId, runName: 'first' })).info;
    await store.logBatch(runId, {
      metrics: [
        { key: 'm', value: 2, step: 2, timestampMs: 5 },
        { key: 'm', value: 1, step: 1, timestampMs: 6 },
        { key: 'nan', value: NaN, step: 0, timestampMs: 1 },
      ],
      params: [{ key: 'p', value: '1' }],
      tags: [{ key: 't', value: 'x' }],
    });
    await store.setExperimentTag(experimentId, { key: 'team', value: 'b' });
    await store.updateRun(runId, { status: 'KILLED', endTimeMs: 9 });
    await store.deleteRun(runId);
    await store.restoreRun(runId);
    await store.renameExperiment(experimentId, 'renamed');

    const { items } = await store.searchRuns({
      experimentIds: [experimentId],
      filter: "metrics.m = 2 AND params.p = '1' AND run_name = 'first'",
      orderBy: ['metrics.m'],
    });
    expect(items[0]).toMatchObject({
      info: { runId, status: 'KILLED', endTimeMs: 9 },
      data: {
        metrics: [
          { key: 'm', value: 2, step: 2 },
          { key: 'nan', value: NaN },
        ],
        params: [{ key: 'p', value: '1' }],
      },
    });
    expect((await store.getMetricColumns(runId, 'm')).steps).toEqual(Float64Array.of(1, 2));
    const { items: found } = await store.searchExperiments({
      filter: "tags.team = 'b'",
      maxResults: 10,
    });
    expect(found.map(({ name }) => name)).toEqual(['renamed']);
    expect(await store.getStatus()).toMatchObject({ writable: true, schemaRevision: revision });

    expect(rowsOf(database, MASTER)).toEqual(before);
    expect(rowsOf(database, 'SELECT * FROM alembic_version')).toEqual([{ version_num: revision }]);
    expect(rowsOf(database, 'PRAGMA foreign_key_check')).toEqual([]);
    expect(rowsOf(database, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'delete' }]);
  },
);

it('names the revision where a schema lacks a feature, and does without it where it can', async () => {
  const folder = tempFolder();
  const store = await openStore(folder, { createSchemaFor: '2.2.2' });
  const { runId } = (await store.createRun({ experimentId: '0' })).info;
  const dataset = { name: 'd', digest: '1', sourceType: 's', source: '' };
  await expect(store.logInputs(runId, { datasets: [{ dataset, tags: [] }] })).rejects.toSatisfy(
    error => TrackingError.is(error, 'NOT_IMPLEMENTED') && error.message.includes('97727af70f4d'),
  );
  await expect(store.createLoggedModel({ experimentId: '0' })).rejects.toSatisfy(error =>
    TrackingError.is(error, 'NOT_IMPLEMENTED'),
  );
  await store.logMetric(runId, { key: 'm', value: 1, step: 0, timestampMs: 1, modelId: 'm-1' });

  expect(await store.searchDatasets(['0'])).toEqual([]);
  const filtered = { experimentIds: ['0'], filter: "dataset.name = 'd' OR metrics.m = 1" };
  expect((await store.searchRuns(filtered)).items).toHaveLength(1);
  expect((await store.getRun(runId)).inputs).toEqual({ datasets: [], models: [] });
});
