import * as vscode from 'vscode';
import { MAX_PANEL_RUNS } from '../../protocol/runSummary';
import { pickRecentRuns, targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** What a click on a run does: its metric histories, in a panel that the next click uses again. */
export function previewHistories(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): void {
  services.panels.previewMetricHistories(targetRunIds(args, experiments.selection));
}

/** Opens the metric histories of the chosen runs. */
export async function showHistories(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const chosen = targetRunIds(args, experiments.selection);
  const runIds =
    chosen.length > 0
      ? chosen
      : await pickRecentRuns(services, vscode.l10n.t('Show metric histories'));
  if (runIds) {
    services.panels.openMetricHistories(runIds.slice(0, MAX_PANEL_RUNS));
  }
}
