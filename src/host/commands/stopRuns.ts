import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { isAlive, thisHost } from '../../launch/process/processIdentity';
import { closeLeftRun, findLeftRuns, leftRun } from '../../launch/repairRuns';
import { signOfLife } from '../../launch/staleRun';
import { STOP_TAG, type Heartbeat } from '../../tracking/heartbeat';
import type { Run } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { TrackingStore } from '../../tracking/trackingStore';
import {
  experimentNodesOf,
  targetNodes,
  targetRunIds,
  type CommandArguments,
} from './commandTargets';
import type { CommandContext } from './commandContext';

/** ms that a script gets to end after Ctrl-C, before it is told as a system does that shuts down; then it is made to. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 500;

/** Ends the scripts of runs that are going on, wherever the wrapper that looks after them is. */
export async function stopRuns(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const client = await services.getClient();
  const runs = await Promise.all(
    targetRunIds(args, experiments.selection).map(runId => client.getRun(runId)),
  );
  await Promise.all(
    runs
      .filter(({ info }) => info.status === 'RUNNING')
      .map(async run => {
        const sign = signOfLife(run);
        if (sign.kind === 'unknown') {
          throw new TrackingError(
            'INVALID_STATE',
            vscode.l10n.t(
              '{0} was not started by Track, so it cannot be stopped from here. Stop it where it runs; if nothing runs any more, use "End stale runs".',
              run.info.runName || run.info.runId,
            ),
          );
        }
        if (sign.kind === 'stale') {
          await closeLeftRun(client, leftRun(run, 'stale'));
        } else if (sign.heartbeat.host === thisHost() && process.platform !== 'win32') {
          await stopHere(client, run, sign.heartbeat);
        } else {
          await client.setTag(run.info.runId, { key: STOP_TAG, value: 'true' });
        }
      }),
  );
}

/** The wrapper passes signals on to the whole process tree, and kills what does not end. */
async function stopHere(
  client: TrackingStore,
  { info: { runId, runName } }: Run,
  { pid, processStartMs }: Heartbeat,
): Promise<void> {
  // A wrapper that stays open for a key is alive, but its script is not: the run tells.
  const goesOn = async (): Promise<boolean> =>
    isAlive(pid, processStartMs) && (await client.getRun(runId)).info.status === 'RUNNING';
  const title = vscode.l10n.t('Stopping {0}', runName || runId);
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title },
    async () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        if (!(await goesOn())) {
          return;
        }
        process.kill(pid, signal);
        const untilMs = Date.now() + PATIENCE_MS;
        while (Date.now() < untilMs && (await goesOn())) {
          await pause(LOOK_MS);
        }
      }
    },
  );
}

/** Ends the runs that say RUNNING though nothing will end them: of the chosen rows, else of all experiments. */
export async function endStaleRuns(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const client = await services.getClient();
  const nodes = targetNodes(args, args.length === 0 ? [] : experiments.selection);
  const runIds = targetRunIds(args, nodes);
  const experimentIds = experimentNodesOf(nodes).map(node => node.experiment.experimentId);
  const left =
    runIds.length > 0
      ? (await Promise.all(runIds.map(runId => client.getRun(runId))))
          .filter(run => signOfLife(run).kind === 'stale')
          .map(run => leftRun(run, 'stale'))
      : await findLeftRuns(client, experimentIds.length > 0 ? { experimentIds } : {});
  if (left.length === 0) {
    await services.notifier.info(vscode.l10n.t('There are no stale runs here.'));
    return;
  }
  for (const item of left) {
    await closeLeftRun(client, item);
  }
  await services.notifier.info(
    left.length === 1
      ? vscode.l10n.t('1 stale run was ended: it is killed since its last sign of life.')
      : vscode.l10n.t('{0} stale runs were ended, at their last sign of life.', left.length),
  );
}
