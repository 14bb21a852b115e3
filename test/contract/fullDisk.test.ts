import { join } from 'node:path';

import { expect, it } from 'vitest';

import { startCommandLineServer, type ServerProcess } from '../clients/commandLineServer';
import { apiOf, Refused, type Api } from '../soak/api';
import { BACKENDS, problemsOf } from '../soak/killSoak';
import { LoggingClient, newAccount, takeAsRefused, type Account } from '../soak/loggingClient';
import { makeSmallDisk, noSmallDisk } from '../soak/smallDisk';
import { verifyAccount } from '../soak/verifyAccount';
import { verifyDatabase, verifyFiles } from '../soak/verifyFolder';
import { seededRandom } from './seededRandom';

const MEGABYTE = 1024 * 1024;
const PAGE = 4096;
const TOKEN = 'full-disk-token';

/** @returns how many calls were refused because there was no room */
async function logWhileFull(client: LoggingClient, account: Account, calls: number) {
  let refused = 0;
  for (let i = 0; i < calls; i += 1) {
    try {
      await client.step();
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
      expect(error.message).toMatch(/^429 .*RESOURCE_EXHAUSTED.*[Mm]ake room/);
      expect(Number(error.retryAfter)).toBeGreaterThan(0);
      takeAsRefused(account);
      refused += 1;
    }
  }
  return refused;
}

async function faultsOf(api: Api, account: Account, backend: string, store: string) {
  return [
    ...(await verifyAccount(api, account)),
    ...(await problemsOf(api)),
    ...(backend === 'files' ? verifyFiles(store) : verifyDatabase(store)),
  ];
}

const title = 'of %s refuses writes for as long, keeps nothing of them, and goes on by itself';
for (const backend of BACKENDS) {
  const name = `a full disk ${title.replace('%s', backend)}`;
  const readOnly = `a read-only file system with ${backend} is read, and refuses writes for good`;
  it.skipIf(noSmallDisk)(
    `${readOnly}${noSmallDisk ? ` (skipped: ${noSmallDisk})` : ''}`,
    async () => {
      const disk = makeSmallDisk(4 * MEGABYTE);
      const store = join(disk.path, backend === 'files' ? 'mlruns' : 'mlflow.db');
      const trackingUri = backend === 'files' ? store : `sqlite:///${store}`;
      const serve = async (use: (api: Api) => Promise<void>) => {
        const options = { trackingUri, token: TOKEN, workingDir: disk.path };
        const server = await startCommandLineServer(options);
        try {
          await use(apiOf(server.url, TOKEN));
        } finally {
          await server.close();
        }
      };
      const account = newAccount('client', '0');
      try {
        await serve(async api => {
          const client = new LoggingClient(api, account, seededRandom(7));
          expect(await logWhileFull(client, account, 30)).toBe(0);
        });
        disk.makeReadOnly();
        await serve(async api => {
          const client = new LoggingClient(api, account, seededRandom(8));
          let refused = 0;
          for (let i = 0; i < 30; i += 1) {
            const refusal: unknown = await client.step().catch((error: unknown) => error);
            takeAsRefused(account);
            // Deleting a tag when there is none asks for nothing.
            if (refusal !== undefined) {
              expect(refusal).toMatchObject({ status: 403, retryAfter: null });
              refused += 1;
            }
          }
          expect(refused).toBeGreaterThan(20);
          expect(await verifyAccount(api, account)).toEqual([]);
        });
      } finally {
        disk.remove();
      }
    },
  );

  it.skipIf(noSmallDisk)(`${name}${noSmallDisk ? ` (skipped: ${noSmallDisk})` : ''}`, async () => {
    const disk = makeSmallDisk(12 * MEGABYTE);
    const workingDir = disk.path;
    const store = join(workingDir, backend === 'files' ? 'mlruns' : 'mlflow.db');
    const trackingUri = backend === 'files' ? store : `sqlite:///${store}`;
    const running = new Set<ServerProcess>();
    const start = async () => {
      const server = await startCommandLineServer({ trackingUri, token: TOKEN, workingDir });
      running.add(server);
      return apiOf(server.url, TOKEN);
    };
    try {
      const api = await start();
      const made = await api.call<{ experiment_id: string }>('POST', 'mlflow/experiments/create', {
        name: 'small',
      });
      const account = newAccount('client', made.experiment_id);
      const client = new LoggingClient(api, account, seededRandom(7));
      expect(await logWhileFull(client, account, 60)).toBe(0);
      // With some room left the calls fail at different points, also in the middle of a batch.
      for (const pages of [0, 1, 2, 3, 5, 8, 13, 21]) {
        disk.fill(pages * PAGE);
        expect(await logWhileFull(client, account, 25)).toBeGreaterThan(0);
        expect(await faultsOf(api, account, backend, store)).toEqual([]);
        disk.free();
        expect(await logWhileFull(client, account, 5)).toBe(0);
        expect(await faultsOf(api, account, backend, store)).toEqual([]);
      }
      expect(await faultsOf(await start(), account, backend, store)).toEqual([]);
    } finally {
      await Promise.all([...running].map(server => server.close()));
      disk.remove();
    }
  });
}
