import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { figure } from '../measure';
import { groupCpuMs } from '../processCpu';
import type { Workspace } from '../workspace';
import { mlflowEnvironment, wrapped, type StoreKind } from './wrapperCommands';

export interface SleepingOptions {
  readonly workspace: Workspace;
  /** See `scriptFolder`. */
  readonly folder: string;
  readonly stores: readonly StoreKind[];
  /** ms that are measured. */
  readonly measuredMs: number;
}

/** ms until everybody has started; the run of a silent script is made after two seconds. */
const SETTLE_MS = 12_000;

/**
 * Processor time while a script sleeps and the load of the machine is sampled with each one's defaults, every 10 s: of the
 * wrapper and what it starts, without the script; of a Python script that lets MLflow do it. All at the same time.
 * @returns a Markdown table
 */
export async function cpuWhileSleeping(options: SleepingOptions): Promise<string> {
  const { stores, measuredMs } = options;
  const seconds = (SETTLE_MS + measuredMs) / 1000 + 5;
  const pairs = stores.map(store => ({
    title: store.title,
    ours: start(wrapped(options.workspace, store, ['sleep', String(seconds)]), store, options),
    peer: start(
      [options.workspace.python, 'sleeping_peer.py', store.uriFor('mlflow'), String(seconds)],
      store,
      options,
    ),
  }));
  const usage = () => pairs.map(({ ours, peer }) => [ours(), peer()] as const);
  await delay(SETTLE_MS);
  const before = usage();
  await delay(measuredMs);
  const share = (from = NaN, to = NaN): number => (100 * (to - from)) / measuredMs;
  const rows = usage().map(([oursAfter, peerAfter], index) => {
    const ours = share(before[index]?.[0], oursAfter);
    const peer = share(before[index]?.[1], peerAfter);
    const title = pairs[index]?.title ?? '';
    return `| ${title} | ${figure(ours)} % | ${figure(peer)} % | ${figure(peer / ours)}× | ≤ 1 % |`;
  });
  return [
    `| processor while a script sleeps for ${measuredMs / 1000} s | the wrapper | MLflow in the script |  | goal |`,
    `|${'---|'.repeat(5)}`,
    ...rows,
    '',
  ].join('\n');
}

/** @returns the processor time of its process group so far, ms; the script of the wrapper leads another one */
function start(
  [command = '', ...args]: readonly string[],
  store: StoreKind,
  { workspace, folder }: SleepingOptions,
): () => number {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...mlflowEnvironment(workspace, store.uriFor('mlflow')) },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  workspace.onClose(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return () => {
    if (child.exitCode !== null) {
      throw new Error(`${command} ${args.join(' ')} ended with ${child.exitCode}`);
    }
    return groupCpuMs(child.pid ?? NaN);
  };
}
