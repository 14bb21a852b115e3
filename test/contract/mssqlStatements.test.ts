import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { silentLogger } from '../../src/base/logger';
import { ChangeReader } from '../../src/stores/sql/changeReader';
import type { DatabaseServer } from '../../src/stores/sql/databaseServer';
import { mssqlDialect } from '../../src/stores/sql/mssqlDialect';
import { mssqlStatements } from '../../src/stores/sql/mssqlStatements';
import { repeatRow } from '../../src/stores/sql/repeatedRow';
import { SqliteDatabase } from '../../src/stores/sql/sqliteDatabase';
import { SqliteFile } from '../../src/stores/sql/sqliteFile';
import { SqlStore } from '../../src/stores/sql/sqlStore';
import { point } from './expectations';
import { RehearsedDatabase } from './rehearsedDatabase';
import { fillSearchExperiment, ORDERS } from './searchTable';

/** What the driver's side of SQL Server has, as far as statements need it. */
const server = {
  dialect: mssqlDialect,
  maxParameters: 2100,
  repeatRow: (insert: string, rows: number) => repeatRow(insert, rows, n => `@${n}`),
} as unknown as DatabaseServer;

/** Every kind of field with every kind of comparison. */
const FILTERS = [
  '',
  'metrics.loss != 0.5 AND metrics.`my metric` BETWEEN -1 AND 2.5',
  'metrics.loss IN (1, 2) OR metrics.loss NOT IN (3) OR metrics.loss IS NULL',
  "params.lr = '0.1' AND NOT params.lr != 'x'",
  "params.model LIKE 'Res[N%' OR params.model ILIKE '%É_'",
  "tags.stage IN ('a', 'b') AND tags.`team tag` NOT IN ('c')",
  "tags.stage BETWEEN 'a' AND 'b' OR tags.stage IS NOT NULL",
  "start_time > 9007199254740993 AND end_time <= 1.5 AND run_id = 'x'",
  "status = 'FINISHED' AND user_id LIKE 'a%' AND run_name ILIKE 'B%' AND artifact_uri != ''",
  "dataset.name = 'iris' AND dataset.digest LIKE 'a%' AND dataset.context IN ('train')",
] as const;

const GOLDEN = join(import.meta.dirname, 'mssqlStatements.sql');
const repository = join(import.meta.dirname, '../..');

let folder: string;
let database: RehearsedDatabase;
let store: SqlStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mssql-'));
  const file = new SqliteFile(join(folder, 'mlflow.db'), { defaultArtifactLocation: folder });
  database = new RehearsedDatabase(new SqliteDatabase(file), server);
  store = new SqlStore(database, {
    uri: 'mssql://',
    artifactRoot: folder,
    workingDir: folder,
    logger: silentLogger,
  });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const golden: string[] = [];

/** Writes down what an operation asks the server that was not asked before. */
async function record<T>(title: string, operation: () => Promise<T>): Promise<T> {
  const before = database.statements.length;
  const result = await operation();
  const texts = new Set(database.statements.slice(before).map(({ sql }) => sql));
  golden.push(`-- ${title}`, ...[...texts].filter(text => !golden.includes(text)), '');
  return result;
}

async function recordEverything(): Promise<void> {
  const experimentId = await record('createExperiment', () =>
    store.createExperiment({ name: 'Größe', tags: [{ key: 'team', value: 'a' }] }),
  );
  const named = { name: 'elsewhere', artifactLocation: 's3://bucket' };
  const other = await record('createExperiment with a location', () =>
    store.createExperiment(named),
  );
  await record('getExperiment', () => store.getExperiment(experimentId));
  await record('getExperimentByName', () => store.getExperimentByName('Größe'));
  await record('renameExperiment', () => store.renameExperiment(experimentId, 'renamed'));
  await record('setExperimentTag', () =>
    store.setExperimentTag(experimentId, { key: 'team', value: 'b' }),
  );
  await record('deleteExperimentTag', () => store.deleteExperimentTag(experimentId, 'team'));
  await record('deleteExperiment', () => store.deleteExperiment(other));
  await record('restoreExperiment', () => store.restoreExperiment(other));
  for (const filter of ['', "name LIKE 'a[b%' AND tags.team != 'x'", 'creation_time > 1']) {
    await record(`searchExperiments ${filter}`, () =>
      store.searchExperiments({
        filter,
        maxResults: 5,
        orderBy: ['name', 'last_update_time DESC'],
      }),
    );
  }
  const { nextPageToken: pageToken = '' } = await store.searchExperiments({ maxResults: 1 });
  await record('searchExperiments, the next page', () =>
    store.searchExperiments({ maxResults: 1, pageToken }),
  );

  const { runId } = (
    await record('createRun', () =>
      store.createRun({ experimentId, runName: 'first', tags: [{ key: 't', value: 'x' }] }),
    )
  ).info;
  await record('getRun', () => store.getRun(runId));
  await record('updateRun', () =>
    store.updateRun(runId, { status: 'FINISHED', endTimeMs: 9, runName: 'renamed' }),
  );
  await record('logMetric', () => store.logMetric(runId, point('m', 1)));
  await record('logParam', () => store.logParam(runId, { key: 'p', value: '1' }));
  await record('setTag', () => store.setTag(runId, { key: 't', value: 'y' }));
  await record('deleteTag', () => store.deleteTag(runId, 't'));
  await record('logBatch', () =>
    store.logBatch(runId, {
      metrics: [point('m', 2, { step: 2 }), point('n', NaN), point('n', 5, { step: -1 })],
      params: ['a', 'b', 'c'].map(key => ({ key, value: '1' })),
      tags: [
        { key: 'u', value: '1' },
        { key: 'mlflow.runName', value: 'again' },
      ],
    }),
  );
  await record('getMetricHistory', () => store.getMetricHistory({ runId, metricKey: 'm' }));
  await record('getMetricHistory, a page', () =>
    store.getMetricHistory({ runId, metricKey: 'm', maxResults: 1 }),
  );
  await record('getMetricColumns', () => store.getMetricColumns(runId, 'm'));
  await record('deleteRun', () => store.deleteRun(runId));
  await record('restoreRun', () => store.restoreRun(runId));
  await record('logInputs', () =>
    store.logInputs(runId, {
      datasets: [
        {
          dataset: { name: 'iris', digest: 'd1', sourceType: 'local', source: '{}' },
          tags: [{ key: 'mlflow.data.context', value: 'train' }],
        },
      ],
    }),
  );
  await record('searchDatasets', () => store.searchDatasets([experimentId]));
  await recordModels(experimentId, runId);
  await recordSearches();
  await record('what others change', () => {
    const reader = new ChangeReader();
    return database.read(session => reader.read(session));
  });
}

async function recordModels(experimentId: string, runId: string): Promise<void> {
  const { modelId } = await record('createLoggedModel', () =>
    store.createLoggedModel({
      experimentId,
      name: 'model',
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'stage', value: 'dev' }],
    }),
  );
  await record('logMetric of a model', () =>
    store.logMetric(runId, { ...point('acc', 1), modelId }),
  );
  await record('getLoggedModel', () => store.getLoggedModel(modelId));
  await record('finalizeLoggedModel', () =>
    store.finalizeLoggedModel(modelId, 'LOGGED_MODEL_READY'),
  );
  await record('logOutputs', () => store.logOutputs(runId, [{ modelId, step: 1 }]));
  await record('deleteLoggedModelTag', () => store.deleteLoggedModelTag(modelId, 'stage'));
  const orderBy = [{ fieldName: 'metrics.acc', ascending: false, datasetName: 'iris' }];
  for (const filter of [
    '',
    'metrics.acc > 0.5 AND metrics.loss IS NULL',
    "params.depth = '3' OR tags.stage LIKE 'd[e%'",
    "status = 'READY' AND NOT name ILIKE 'M%' AND creation_timestamp > 1",
  ]) {
    await record(`searchLoggedModels ${filter}`, () =>
      store.searchLoggedModels({ experimentIds: [experimentId], filter, orderBy }),
    );
  }
  await record('searchLoggedModels on datasets', () =>
    store.searchLoggedModels({
      experimentIds: [experimentId],
      datasets: [{ datasetName: 'iris' }, { datasetName: 'mnist', datasetDigest: 'd' }],
    }),
  );
  await record('deleteLoggedModel', () => store.deleteLoggedModel(modelId));
}

async function recordSearches(): Promise<void> {
  const experimentIds = [await fillSearchExperiment(store, 'searches')];
  for (const filter of FILTERS) {
    await record(`searchRuns ${filter}`, () => store.searchRuns({ experimentIds, filter }));
  }
  for (const { orderBy } of ORDERS) {
    const search = { experimentIds, orderBy, maxResults: 2 };
    const { nextPageToken: pageToken = '' } = await record(
      `searchRuns ORDER BY ${orderBy.join(', ')}`,
      () => store.searchRuns(search),
    );
    await record('… and the next page', () => store.searchRuns({ ...search, pageToken }));
  }
  await record('searchRuns with a projection', () =>
    store.searchRuns({
      experimentIds,
      projection: { metricKeys: ['loss'], paramKeys: ['lr'], tagKeys: [], inputs: false },
    }),
  );
}

it('asks SQL Server what was recorded', async () => {
  await recordEverything();
  await expect(golden.join('\n')).toMatchFileSnapshot(GOLDEN);
});

it('asks for no more values than SQL Server takes', async () => {
  const { runId } = (await store.createRun({ experimentId: '0' })).info;
  const many = Array.from({ length: 1000 }, (_, step) => point('many', step, { step }));
  await store.logBatch(runId, { metrics: many });
  const experimentIds = Array.from({ length: 3000 }, (_, id) => `${id}`);
  await store.searchRuns({ experimentIds });
  const same = Array.from({ length: 900 }, (_, i) => `params.p = '${i}'`).join(' OR ');
  await store.searchRuns({ experimentIds: ['0'], filter: same });
  const most = Math.max(...database.statements.map(({ parameters }) => parameters.length));
  expect(most).toBeGreaterThan(900);
  expect(most).toBeLessThanOrEqual(2100);
});

it('asks in T-SQL', { timeout: 600_000 }, () => {
  const statements = [...golden.filter(isStatement), ...Object.values(mssqlStatements).flat()];
  const python = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
  const answer = execFileSync(
    join(repository, 'examples/.venv', python),
    [join(import.meta.dirname, 'parseTsql.py')],
    {
      input: JSON.stringify(statements),
      encoding: 'utf8',
      env: { PYTHONPATH: join(repository, '.test-env/sql-parsers'), PYTHONUTF8: '1' },
    },
  );
  expect(JSON.parse(answer)).toEqual({ parsed: statements.length, refused: [] });
  expect(statements.length).toBeGreaterThan(100);
});

function isStatement(line: string): boolean {
  return line !== '' && !line.startsWith('--');
}
