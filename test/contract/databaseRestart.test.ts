import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { silentLogger } from '../../src/base/logger';
import { openStore } from '../../src/stores/openStore';
import { startCommandLineServer } from '../clients/commandLineServer';
import { apiOf } from '../soak/api';
import { problemsOf } from '../soak/killSoak';
import { LoggingClient, newAccount } from '../soak/loggingClient';
import { patient } from '../soak/patientApi';
import { makeSmallDisk, noSmallDisk } from '../soak/smallDisk';
import { verifyAccount } from '../soak/verifyAccount';
import { startMariadb, startPostgres, type PrivateServer } from './databaseServers';
import { asRecord, newRun, point } from './expectations';
import { seededRandom } from './seededRandom';

const TOKEN = 'restart-token';
const CLIENTS = 5;

describe.each([
  ['PostgreSQL', startPostgres],
  ['MariaDB', startMariadb],
])('while %s restarts', (_name, start) => {
  let database: PrivateServer;
  beforeAll(async () => {
    database = await start();
    await database.administer('CREATE DATABASE restarted');
  });
  afterAll(() => database.stop());

  it('clients that try again as they are asked lose nothing and write nothing twice', async () => {
    const workingDir = await mkdtemp(join(tmpdir(), 'restart-'));
    const trackingUri = database.uriOf('restarted');
    const server = await startCommandLineServer({ trackingUri, token: TOKEN, workingDir });
    try {
      const api = apiOf(server.url, TOKEN);
      const { experiment_id } = await api.call<{ experiment_id: string }>(
        'POST',
        'mlflow/experiments/create',
        { name: 'restarts' },
      );
      let isOver = false;
      const clients = Array.from({ length: CLIENTS }, (_, i) => {
        const account = newAccount(`client ${i}`, experiment_id);
        const own = patient(api, path => {
          account.createsUnanswered += Number(path === 'mlflow/runs/create');
        });
        return { account, own, client: new LoggingClient(own, account, seededRandom(i)) };
      });
      const logging = clients.map(async ({ client, account }) => {
        while (!isOver) {
          await client.step();
          account.acknowledged += 1;
        }
      });
      const whileLogging = async () => {
        for (const isOrderly of [false, true, false]) {
          await delay(500);
          await (isOrderly ? database.restartOrderly() : database.restart());
        }
        await delay(500);
        isOver = true;
      };
      await Promise.all([whileLogging(), ...logging]);
      for (const { account, own } of clients) {
        expect(account.acknowledged).toBeGreaterThan(10);
        expect(own.refusals.length).toBeGreaterThan(0);
        expect(own.refusals.filter(({ status }) => status !== 503)).toEqual([]);
        expect(await verifyAccount(api, account)).toEqual([]);
      }
      expect(await problemsOf(api)).toEqual([]);
    } finally {
      await server.close();
      await rm(workingDir, { recursive: true, force: true });
    }
  });
});

// MariaDB itself ends when its disk is full, and then it is away like any other server that has crashed.
describe('while the disk of PostgreSQL is full', () => {
  const title = 'writes are refused as such, keep nothing, and go on when there is room';
  it.skipIf(noSmallDisk)(`${title}${noSmallDisk ? ` (skipped: ${noSmallDisk})` : ''}`, async () => {
    const disk = makeSmallDisk(200 * 1024 * 1024);
    try {
      const database = await startPostgres({ parent: disk.path });
      try {
        await database.administer('CREATE DATABASE full_disk');
        const store = await openStore(database.uriOf('full_disk'), {
          logger: silentLogger,
          workingDir: disk.path,
        });
        const { runId } = (await newRun(store)).info;
        const stored: number[] = [];
        const log = async (first: number) => {
          const steps = Array.from({ length: 500 }, (_, i) => first + i);
          await store.logBatch(runId, {
            metrics: steps.map(step => point('m', step, { step })),
            tags: [{ key: 'last', value: `${first}` }],
          });
          stored.push(...steps);
        };
        await log(0);
        disk.fill(0);
        let refusal: unknown;
        for (let first = 1000; refusal === undefined; first += 1000) {
          await log(first).catch((error: unknown) => {
            refusal = error;
          });
        }
        expect(refusal).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
        const last = async () => asRecord((await store.getRun(runId)).data.tags)['last'];
        expect([...(await store.getMetricColumns(runId, 'm')).steps]).toEqual(stored);
        expect(await last()).toBe(String(stored.at(-500)));
        disk.free();
        await log(1_000_000);
        expect([...(await store.getMetricColumns(runId, 'm')).steps]).toEqual(stored);
        await store.close();
      } finally {
        await database.stop();
      }
    } finally {
      disk.remove();
    }
  });
});
