import * as vscode from 'vscode';
import { readHeartbeat } from '../../tracking/heartbeat';
import { TrackingError } from '../../tracking/trackingError';
import { targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** Shows the terminal in which a run's script runs. */
export async function openRunTerminal(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const [runId] = targetRunIds(args, experiments.selection);
  if (runId === undefined) {
    return;
  }
  const client = await services.getClient();
  const { data } = await client.getRun(runId);
  const pid = readHeartbeat(data.tags)?.pid;
  for (const terminal of vscode.window.terminals) {
    if (pid !== undefined && (await terminal.processId) === pid) {
      terminal.show();
      return;
    }
  }
  throw new TrackingError(
    'RESOURCE_DOES_NOT_EXIST',
    vscode.l10n.t('The terminal of this run is not open in this window.'),
  );
}
