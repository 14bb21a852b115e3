import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startCommandLineServer } from '../clients/commandLineServer';
import { seededRandom } from '../contract/seededRandom';
import { apiOf, type Api } from './api';
import { logUntilGone, newAccount, type Account } from './loggingClient';
import { startWrapper } from './startWrapper';
import { verifyAccount } from './verifyAccount';
import { verifyDatabase, verifyFiles } from './verifyFolder';

export const BACKENDS = ['files', 'sqlite'] as const;
export const VICTIMS = ['server', 'wrapper'] as const;

export interface KillOptions {
  readonly backend: (typeof BACKENDS)[number];
  /** Which process is killed: `mlflow-tracker server`, or `mlflow-tracker run` around a script. */
  readonly victim: (typeof VICTIMS)[number];
  readonly seed: number;
  /** The store is in it, and goes on from kill to kill. */
  readonly folder: string;
}

export interface KillResult {
  /** Calls that were acknowledged before the kill. */
  readonly acknowledged: number;
  /** Whether clients were waiting for answers when it came. */
  readonly unanswered: number;
  readonly faults: readonly string[];
}

const CLIENTS = 6;
/** ms of load before the kill, at most. */
const RANDOM_MS = 500;
const TOKEN = 'soak-token';

/** Loads a server, kills it with SIGKILL at a random moment, starts another on its store and compares. */
export async function killOnce(options: KillOptions): Promise<KillResult> {
  const { backend, seed, folder } = options;
  await mkdir(folder, { recursive: true });
  const store = join(folder, backend === 'files' ? 'mlruns' : 'mlflow.db');
  const trackingUri = backend === 'files' ? store : `sqlite:///${store}`;
  const accounts = await loadAndKill(options, trackingUri);
  const faults: string[] = [];
  const server = await startCommandLineServer({ trackingUri, token: TOKEN, workingDir: folder });
  try {
    const api = apiOf(server.url, TOKEN);
    for (const account of accounts) {
      faults.push(...(await verifyAccount(api, account)));
    }
    faults.push(...(await problemsOf(api)));
    faults.push(...(backend === 'files' ? verifyFiles(store) : verifyDatabase(store)));
  } finally {
    await server.close();
  }
  return {
    acknowledged: acknowledgedBy(accounts),
    unanswered: accounts.filter(isUnanswered).length,
    faults: faults.map(fault => `seed ${seed}: ${fault}`),
  };
}

function acknowledgedBy(accounts: readonly Account[]): number {
  return accounts.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}

async function loadAndKill({ victim, seed, folder }: KillOptions, trackingUri: string) {
  const random = seededRandom(seed);
  const start = victim === 'server' ? startCommandLineServer : startWrapper;
  const server = await start({ trackingUri, token: TOKEN, workingDir: folder });
  const api = apiOf(server.url, server.token);
  const experiment = await api.call<{ experiment_id: string }>(
    'POST',
    'mlflow/experiments/create',
    {
      name: `kill ${seed}`,
    },
  );
  const accounts = Array.from({ length: CLIENTS }, (_, i) =>
    newAccount(`${seed}-${i}`, experiment.experiment_id),
  );
  const over = new AbortController();
  const logging = Promise.all(
    accounts.map((account, i) => logUntilGone(api, account, seededRandom(seed * 100 + i))),
  ).finally(() => over.abort());
  try {
    // A busy machine takes its time to get going.
    while (!over.signal.aborted && acknowledgedBy(accounts) < CLIENTS) {
      await delay(5);
    }
    await Promise.race([logging, delay(random.below(RANDOM_MS))]);
  } finally {
    await server.kill();
  }
  await logging;
  return accounts;
}

/** What the server says is broken in its store. */
export async function problemsOf(api: Api): Promise<string[]> {
  const { store } = await api.call<{ store: { problems: readonly unknown[] } }>(
    'GET',
    'mlflow-tracker/status',
  );
  return store.problems.map(problem => JSON.stringify(problem));
}

function isUnanswered(account: Account): boolean {
  const cells = [...account.artifacts.values(), ...account.experimentTags.values()].concat();
  return (
    account.createsUnanswered > 0 ||
    cells.some(cell => 'unanswered' in cell) ||
    account.models.some(({ status }) => 'unanswered' in status) ||
    account.runs.some(
      run =>
        run.unanswered.length > 0 ||
        'unanswered' in run.status ||
        'unanswered' in run.stage ||
        [...run.tags.values()].some(cell => 'unanswered' in cell),
    )
  );
}
