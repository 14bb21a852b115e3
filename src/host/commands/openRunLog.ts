import * as vscode from 'vscode';
import { consoleLogUri } from '../editor/consoleLogUri';
import { targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** Opens what the script of a tracked run has printed. */
export async function openRunLog(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const [runId] = targetRunIds(args, experiments.selection);
  if (runId === undefined) {
    return;
  }
  await vscode.commands.executeCommand('vscode.open', await consoleLogUri(services, runId));
}
