import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startMariadb, startPostgres, type PrivateServer } from '../contract/databaseServers';
import { canonicalStore, type CanonicalStore } from './canonicalStore';
import { inOrder } from './inOrder';
import { newestMlflow, type MlflowEnvironment } from './mlflowEnvironments';
import { PythonDriver } from './pythonDriver';
import { openOurs, uriIn } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';
import { writeStore } from './writeStore';

/** The revision that the newest MLflow makes. */
const HEAD = 'f4a9b2c7d1e6';

/** Each has another schema; those before 2.4 have no datasets, those before 3.0 no logged models. */
const OLDER = ['1.30.1', '2.22.5', '3.1.0', '3.17.2'];
/** Those whose schemas on servers are known. */
const OLDER_ON_SERVERS = ['2.22.5', '3.17.2'];

/** A database that we made for an older MLflow and wrote: the newest takes it on, and nothing in it changes for anyone. */
async function upgrade(
  uri: string,
  version: string,
  python: PythonDriver,
  folder: string,
): Promise<void> {
  const older: MlflowEnvironment = { ...newestMlflow, version };
  const before = await openOurs(uri, older, folder);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  await writeStore(before, {
    loggedModels: major >= 3,
    datasets: major > 2 || (major === 2 && minor >= 4),
  });
  const written = await canonicalStore(before);
  expect((await before.getStatus()).schemaRevision).not.toBe(HEAD);
  await before.close();

  expect(await python.ask('upgrade', { uri })).toBe(newestMlflow.version);

  const after = await openOurs(uri, newestMlflow, folder);
  try {
    expect(await after.getStatus()).toMatchObject({ schemaRevision: HEAD, writable: true });
    expect(inOrder(await canonicalStore(after))).toEqual(inOrder(written));
    expect(inOrder(await python.ask<CanonicalStore>('dump', { uri }))).toEqual(inOrder(written));
    const { runId } = (await after.createRun({ experimentId: '0', runName: 'later' })).info;
    await after.logMetric(runId, { key: 'm', value: 1, timestampMs: 1, step: 1 });
    expect((await python.ask<CanonicalStore>('dump', { uri })).runs[runId]?.runName).toBe('later');
  } finally {
    await after.close();
  }
}

describe(`mlflow db upgrade of MLflow ${newestMlflow.version}`, () => {
  let folder: string;
  let python: PythonDriver;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracking-upgrade-'));
    python = new PythonDriver(newestMlflow, folder);
  });
  afterAll(async () => {
    await python.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(OLDER)('takes on the SQLite file that we made for MLflow %s', version =>
    inTemporaryFolder(own => upgrade(uriIn(own, 'sqlite'), version, python, own)),
  );

  describe.each([
    ['PostgreSQL', startPostgres],
    ['MariaDB', startMariadb],
  ] as const)('%s', (_, start) => {
    let server: PrivateServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());

    it.each(OLDER_ON_SERVERS)('takes on the database that we made for MLflow %s', async version => {
      const database = `mlflow_${version.replaceAll('.', '_')}`;
      await server.administer(`CREATE DATABASE ${database}`);
      await upgrade(server.uriOf(database), version, python, folder);
    });
  });
});
