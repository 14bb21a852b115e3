import * as vscode from 'vscode';
import { targetNodes, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** Renames one run or one experiment. */
export async function renameItem(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const node = targetNodes(args, experiments.selection).find(
    one => one.kind === 'run' || one.kind === 'experiment',
  );
  if (node?.kind === 'run') {
    const { runId, runName, experimentId } = node.run.info;
    const name = await askName(vscode.l10n.t('Rename run'), runName);
    if (name !== undefined && name !== runName) {
      const client = await services.getClient();
      await client.updateRun(runId, { runName: name });
      await services.model.apply([{ kind: 'runs', experimentId, runId }]);
    }
  } else if (node?.kind === 'experiment') {
    const { experimentId, name: oldName } = node.experiment;
    const name = await askName(vscode.l10n.t('Rename experiment'), oldName);
    if (name !== undefined && name !== oldName) {
      const client = await services.getClient();
      await client.renameExperiment(experimentId, name);
      await services.model.apply([{ kind: 'experiments' }]);
    }
  }
}

/** Undefined when dismissed; never blank. */
export async function askName(title: string, value = ''): Promise<string | undefined> {
  const answer = await vscode.window.showInputBox({
    title,
    value,
    prompt: vscode.l10n.t('Name'),
    validateInput: text =>
      text.trim() === '' ? vscode.l10n.t('A name needs at least one character.') : undefined,
  });
  return answer?.trim();
}
