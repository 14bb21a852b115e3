import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { openSqlStore } from '../../../../src/stores/sql/openSqlStore';
import { TrackingError, type ErrorCode } from '../../../../src/tracking/trackingError';
import { connect, databaseIn, newRun, openStore, rowsOf, tempFolder } from './sqlFixture';

function refusal(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return error => TrackingError.is(error, code) && message.test(error.message);
}

describe('before the first write', () => {
  it.each(['absent', 'empty'])(
    'an %s file is read as an empty store and left as it is',
    async kind => {
      const folder = tempFolder();
      if (kind === 'empty') {
        writeFileSync(databaseIn(folder), '');
      }
      const store = await openStore(folder);
      expect((await store.searchExperiments({ maxResults: 10 })).items).toEqual([]);
      expect((await store.searchRuns({ experimentIds: ['0'] })).items).toEqual([]);
      await expect(store.getRun('0'.repeat(32))).rejects.toSatisfy(
        refusal('RESOURCE_DOES_NOT_EXIST', /not found/),
      );
      expect(await store.getStatus()).toMatchObject({ kind: 'sqlite', writable: true });
      expect(existsSync(databaseIn(folder))).toBe(kind === 'empty');

      await store.createRun({ experimentId: '0' });
      expect(statSync(databaseIn(folder)).size).toBeGreaterThan(0);
      expect(await store.getExperiment('0')).toMatchObject({
        name: 'Default',
        artifactLocation: `${folder}/mlruns/0`,
      });
      expect(existsSync(join(folder, 'mlruns'))).toBe(false);
    },
  );

  it('two stores that make the database at once make one', async () => {
    const folder = tempFolder();
    const stores = await Promise.all([openStore(folder), openStore(folder)]);
    const ids = await Promise.all(
      stores.map((store, i) => store.createExperiment({ name: `experiment ${i}` })),
    );
    expect(ids.toSorted()).toEqual(['1', '2']);
    expect(rowsOf(connect(folder), 'SELECT count(*) AS n FROM alembic_version')).toEqual([
      { n: 1n },
    ]);
  });
});

describe('what is no MLflow database', () => {
  it('is refused in plain words', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'notes.txt'), 'not a database'.repeat(100));
    const other = new DatabaseSync(join(folder, 'other.db'));
    other.exec('CREATE TABLE users (name TEXT)');
    other.close();
    mkdirSync(join(folder, 'folder.db'));
    for (const [uri, message] of [
      ['sqlite:///notes.txt', /is not a SQLite database/],
      ['sqlite:///other.db', /without MLflow's tracking tables/],
      ['sqlite:///folder.db', /is a folder/],
      ['sqlite:///nowhere/mlflow.db', /folder .*nowhere .*does not exist/],
      ['sqlite://', /names no database file/],
      ['sqlite:///:memory:', /names no database file/],
    ] as const) {
      await expect(
        openSqlStore(uri, { logger: silentLogger, workingDir: folder }),
      ).rejects.toSatisfy(refusal('INVALID_PARAMETER_VALUE', message));
    }
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });
});

describe('a schema that is not written', () => {
  it('newer than known is read, and writes say why not', async () => {
    const { store, folder, runId } = await newRun();
    await store.logMetric(runId, { key: 'm', value: 1, step: 0, timestampMs: 1 });
    const database = connect(folder);
    database.exec(
      "UPDATE alembic_version SET version_num = 'ffff00000000'; ALTER TABLE runs ADD COLUMN novelty TEXT",
    );
    const before = rowsOf(database, 'SELECT * FROM sqlite_master');

    expect((await store.getRun(runId)).data.metrics).toHaveLength(1);
    expect(await store.getStatus()).toMatchObject({
      writable: false,
      schemaRevision: 'ffff00000000',
      readOnlyReason: expect.stringMatching(/ffff00000000\) is newer/) as string,
    });
    for (const write of [
      store.setTag(runId, { key: 't', value: '1' }),
      store.createExperiment({ name: 'x' }),
      store.deleteRun(runId),
    ]) {
      await expect(write).rejects.toSatisfy(refusal('PERMISSION_DENIED', /is newer/));
    }
    expect(rowsOf(database, 'SELECT * FROM sqlite_master')).toEqual(before);

    // And written again once the database is one that is known.
    database.exec("UPDATE alembic_version SET version_num = 'dc11669786a5'");
    await store.setTag(runId, { key: 't', value: '1' });
  });

  it('of MLflow 0.9 to 1.2 is read with what it lacks derived', async () => {
    const folder = tempFolder();
    const database = connect(folder);
    // The tables as MLflow 0.9 made them, before Alembic, steps, NaN and latest_metrics.
    database.exec(`
      CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256) UNIQUE NOT NULL,
        artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32));
      CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20),
        source_name VARCHAR(500), entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(20),
        start_time BIGINT, end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20),
        artifact_uri VARCHAR(200), experiment_id INTEGER REFERENCES experiments);
      CREATE TABLE tags (key VARCHAR(250), value VARCHAR(250), run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
      CREATE TABLE params (key VARCHAR(250), value VARCHAR(250), run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
      CREATE TABLE metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32),
        PRIMARY KEY (key, timestamp, run_uuid, value));
      INSERT INTO experiments VALUES (0, 'Default', '/m/0', 'active');
      INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, artifact_uri, experiment_id)
        VALUES ('a1', '', 'FINISHED', 5, 'active', '/m/0/a1/artifacts', 0),
               ('b2', '', 'FAILED', 6, 'active', '/m/0/b2/artifacts', 0);
      INSERT INTO tags VALUES ('mlflow.runName', 'old name', 'a1');
      INSERT INTO metrics VALUES ('loss', 0.5, 10, 'a1'), ('loss', 0.75, 30, 'a1'), ('loss', 0.25, 20, 'a1'),
        ('loss', 9, 1, 'b2');
    `);
    const store = await openStore(folder);
    const run = await store.getRun('a1');
    expect(run.info).toMatchObject({ runName: 'old name', status: 'FINISHED', startTimeMs: 5 });
    expect(run.data.metrics).toEqual([{ key: 'loss', value: 0.75, timestampMs: 30, step: 0 }]);
    const found = await store.searchRuns({
      experimentIds: ['0'],
      filter: "metrics.loss < 1 AND run_name = 'old name'",
      orderBy: ['metrics.loss DESC'],
    });
    expect(found.items).toEqual([run]);
    expect([...(await store.getMetricColumns('a1', 'loss')).values]).toEqual([0.5, 0.25, 0.75]);
    expect((await store.searchExperiments({ maxResults: 5 })).items).toMatchObject([
      { experimentId: '0', name: 'Default', tags: [] },
    ]);
    expect(await store.getStatus()).toMatchObject({
      writable: false,
      readOnlyReason: expect.stringMatching(/older than MLflow 1.0/) as string,
    });

    // The same tables under Alembic's care, one revision before latest_metrics.
    database.exec(
      "CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES ('7ac759974ad8')",
    );
    await expect(store.setTag('a1', { key: 't', value: '1' })).rejects.toSatisfy(
      refusal('PERMISSION_DENIED', /older than MLflow 1.3/),
    );
  });
});

describe('a database that changes underneath', () => {
  it('is read by its new columns at once', async () => {
    const folder = tempFolder();
    const store = await openStore(folder, { createSchemaFor: '2.2.2' });
    const { runId } = (await store.createRun({ experimentId: '0' })).info;
    await expect(store.logOutputs(runId, [])).rejects.toSatisfy(
      refusal('NOT_IMPLEMENTED', /97727af70f4d/),
    );

    const newer = tempFolder();
    await (await openStore(newer, { createSchemaFor: '3.0.0' })).createExperiment({ name: 'x' });
    const database = connect(folder);
    for (const { sql } of rowsOf(
      connect(newer),
      "SELECT sql FROM sqlite_master WHERE tbl_name IN ('inputs', 'input_tags', 'datasets', 'logged_models') AND sql IS NOT NULL",
    )) {
      database.exec(String(sql));
    }
    await store.logOutputs(runId, [{ modelId: 'm-1', step: 3 }]);
    expect((await store.getRun(runId)).outputs.models).toEqual([{ modelId: 'm-1', step: 3 }]);
  });

  it('is reopened when another file has taken its place, and empty when it is gone', async () => {
    const { store, folder, runId } = await newRun();
    const other = await newRun();
    await other.store.close();
    renameSync(databaseIn(folder), join(folder, 'old.db'));
    renameSync(databaseIn(other.folder), databaseIn(folder));
    expect((await store.getRun(other.runId)).info.runId).toBe(other.runId);
    await expect(store.getRun(runId)).rejects.toSatisfy(
      refusal('RESOURCE_DOES_NOT_EXIST', /not found/),
    );
    await store.setTag(other.runId, { key: 't', value: 'kept' });
    expect(rowsOf(connect(folder), "SELECT value FROM tags WHERE key = 't'")).toEqual([
      { value: 'kept' },
    ]);

    rmSync(databaseIn(folder));
    expect((await store.searchExperiments({ maxResults: 5 })).items).toEqual([]);
  });
});

it('shows the default workspace only', async () => {
  const { store, folder } = await newRun();
  connect(folder).exec(
    "INSERT INTO workspaces (name) VALUES ('other'); INSERT INTO experiments (experiment_id, name, lifecycle_stage, workspace) VALUES (7, 'theirs', 'active', 'other')",
  );
  const { items } = await store.searchExperiments({ maxResults: 10 });
  expect(items.map(({ name }) => name)).toEqual(['Default']);
  await expect(store.getExperiment('7')).rejects.toSatisfy(
    refusal('RESOURCE_DOES_NOT_EXIST', /id=7/),
  );
});
