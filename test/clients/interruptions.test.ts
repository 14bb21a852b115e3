import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { startPostgres } from '../contract/databaseServers';
import { apiOf, type Api } from '../soak/api';
import { makeSmallDisk, noSmallDisk } from '../soak/smallDisk';
import { startCommandLineServer } from './commandLineServer';
import { mlflow3 } from './mlflowEnvironments';
import { PythonDriver } from './pythonDriver';
import { inTemporaryFolder } from './temporaryFolder';

const TOKEN = 'interrupted-token';
const POINTS = 700;

let python: PythonDriver;
beforeAll(() => {
  python = new PythonDriver(mlflow3, tmpdir(), {
    MLFLOW_TRACKING_TOKEN: TOKEN,
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: '7',
  });
});
afterAll(() => python.close());

/**
 * A script of MLflow, with MLflow's own retries, logs through our server while something is in its way.
 * @param interrupt begins when the script is on its way; ends when nothing is in the way any more
 */
async function logThrough(
  trackingUri: string,
  workingDir: string,
  interrupt: (countPoints: () => Promise<number>) => Promise<void>,
): Promise<void> {
  const server = await startCommandLineServer({ trackingUri, token: TOKEN, workingDir });
  try {
    const api = apiOf(server.url, TOKEN);
    const { run } = await api.call<{ run: { info: { run_id: string } } }>(
      'POST',
      'mlflow/runs/create',
      { experiment_id: '0' },
    );
    const runId = run.info.run_id;
    const script = python.ask('log_points', {
      uri: server.url,
      run_id: runId,
      key: 'm',
      count: POINTS,
    });
    const count = async () => (await stepsOf(api, runId)).length;
    const interrupted = (async () => {
      while ((await count()) < 20) {
        await delay(20);
      }
      await interrupt(count);
    })();
    await Promise.all([script, interrupted]);
    expect(await stepsOf(api, runId)).toEqual(Array.from({ length: POINTS }, (_, step) => step));
  } finally {
    await server.close();
  }
}

async function stepsOf(api: Api, runId: string): Promise<number[]> {
  const { metrics = [] } = await api.call<{ metrics?: { step: number }[] }>(
    'GET',
    `mlflow/metrics/get-history?run_id=${runId}&metric_key=m`,
  );
  return metrics.map(({ step }) => step);
}

it('a script outlives the restart of its database, and loses no point', () =>
  inTemporaryFolder(async folder => {
    const database = await startPostgres();
    try {
      await database.administer('CREATE DATABASE interrupted');
      await logThrough(database.uriOf('interrupted'), folder, async count => {
        await database.restart();
        // The script had not come to its end before.
        expect(await count()).toBeLessThan(POINTS);
        await database.restartOrderly();
      });
    } finally {
      await database.stop();
    }
  }));

const title = 'a script waits while the disk is full, and loses no point';
it.skipIf(noSmallDisk)(`${title}${noSmallDisk ? ` (skipped: ${noSmallDisk})` : ''}`, async () => {
  const disk = makeSmallDisk(8 * 1024 * 1024);
  try {
    await logThrough(`sqlite:///${join(disk.path, 'mlflow.db')}`, disk.path, async count => {
      disk.fill(0);
      // What is there goes on to be read, and soon there is no more.
      for (let before = -1, now = await count(); now !== before; now = await count()) {
        before = now;
        await delay(700);
      }
      expect(await count()).toBeLessThan(POINTS);
      disk.free();
    });
  } finally {
    disk.remove();
  }
});
