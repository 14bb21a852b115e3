import * as vscode from 'vscode';
import type { Services } from '../../services';
import { parseRunFilter } from '../../tracking/search/parseFilter';
import { messageOf } from '../notifier';

/** Asks for a filter in MLflow's search language; a fault is shown under the box while it is written. */
export async function filterRuns({ viewState }: Services): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Filter runs'),
    value: viewState.filter,
    placeHolder: "metrics.val_acc > 0.9 AND params.lr = '0.01'",
    prompt: vscode.l10n.t(
      'MLflow search: metrics.x, params.x, tags.x, attributes.status; = != > >= < <= LIKE ILIKE IN BETWEEN; AND OR NOT. Empty shows all runs.',
    ),
    validateInput: filterProblem,
  });
  if (text !== undefined && text.trim() !== viewState.filter) {
    viewState.update({ filter: text.trim() });
  }
}

/** Undefined when the filter can be understood. */
export function filterProblem(text: string): string | undefined {
  try {
    parseRunFilter(text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
