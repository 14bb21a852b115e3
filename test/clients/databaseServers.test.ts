import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startMariadb, startPostgres, type PrivateServer } from '../contract/databaseServers';
import { canonicalStore, type CanonicalStore } from './canonicalStore';
import { inOrder } from './inOrder';
import { mlflow2, mlflow3, type MlflowEnvironment } from './mlflowEnvironments';
import { PythonDriver } from './pythonDriver';
import { openOurs } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';
import { writeStore } from './writeStore';

/** A database that we made for that MLflow, written by us and by it, and read by both. */
function describeServer(name: string, start: () => Promise<PrivateServer>): void {
  describe(name, () => {
    let server: PrivateServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());

    it.each([mlflow3, mlflow2])('is shared with MLflow $version', environment =>
      inTemporaryFolder(async folder => {
        const database = `mlflow_${environment.version.replaceAll('.', '_')}`;
        await server.administer(`CREATE DATABASE ${database}`);
        await share(server.uriOf(database), environment, folder);
      }),
    );
  });
}

async function share(uri: string, environment: MlflowEnvironment, folder: string): Promise<void> {
  const store = await openOurs(uri, environment, folder);
  const python = new PythonDriver(environment, folder);
  try {
    const { schemaRevision } = await store.getStatus();
    await writeStore(store, { loggedModels: environment.isVersion3 });
    const dump = async () => inOrder(await python.ask<CanonicalStore>('dump', { uri }));
    expect(await dump()).toEqual(inOrder(await canonicalStore(store)));

    const { runId } = (await store.createRun({ experimentId: '0', runName: 'shared' })).info;
    const points = Array.from({ length: 60 }, (_, step) => ({
      key: 'ours',
      value: step / 3,
      step,
      timestampMs: step,
    }));
    await Promise.all([
      python.ask('log_points', { uri, run_id: runId, key: 'theirs', count: 60 }),
      Promise.all(points.map(point => store.logMetric(runId, point))),
    ]);
    const ours = await canonicalStore(store);
    expect(ours.runs[runId]?.histories['ours']).toHaveLength(60);
    expect(ours.runs[runId]?.histories['theirs']).toHaveLength(60);
    expect(inOrder(ours)).toEqual(await dump());
    // MLflow has found everything in order and changed nothing.
    expect((await store.getStatus()).schemaRevision).toBe(schemaRevision);
  } finally {
    await python.close();
    await store.close();
  }
}

describeServer('PostgreSQL', startPostgres);
describeServer('MariaDB', startMariadb);
