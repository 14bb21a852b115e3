import * as vscode from 'vscode';
import { MAX_PANEL_RUNS } from '../../protocol/runSummary';
import { CONTEXTS } from '../contributions';
import { pickRecentRuns, targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** Opens the diff of the chosen runs; asks for the others when only one was chosen. */
export async function compareRuns(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const chosen = targetRunIds(args, experiments.selection);
  const others =
    chosen.length > 1
      ? []
      : await pickRecentRuns(
          services,
          chosen.length === 1 ? vscode.l10n.t('Compare with…') : vscode.l10n.t('Compare runs'),
          chosen,
        );
  const runIds = [...chosen, ...(others ?? [])];
  if (others && runIds.length > 1) {
    services.panels.openRunDiff(runIds.slice(0, MAX_PANEL_RUNS));
  }
}

/** Remembers a run as the left side, as "Select for compare" of VS Code's explorer does. */
export async function selectForCompare(
  context: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const [runId] = targetRunIds(args, context.experiments.selection);
  if (runId !== undefined) {
    context.compareWith = runId;
    await vscode.commands.executeCommand('setContext', CONTEXTS.compareCandidate, true);
  }
}

export function compareWithSelected(
  { services, experiments, compareWith: left }: CommandContext,
  args: CommandArguments,
): void {
  const others = targetRunIds(args, experiments.selection).filter(runId => runId !== left);
  if (left !== undefined && others.length > 0) {
    services.panels.openRunDiff([left, ...others].slice(0, MAX_PANEL_RUNS));
  }
}
