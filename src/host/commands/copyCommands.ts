import * as vscode from 'vscode';
import type { TreeNode } from '../model/nodes';
import { targetNodes, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

export function copyId({ experiments }: CommandContext, args: CommandArguments): Promise<void> {
  const [clicked] = args;
  return copy(
    typeof clicked === 'string' ? [clicked] : targetNodes(args, experiments.selection).map(idOf),
  );
}

export function copyName({ experiments }: CommandContext, args: CommandArguments): Promise<void> {
  return copy(targetNodes(args, experiments.selection).map(nameOf));
}

/** The recorded value in full, not the rounded one that is shown. */
export function copyValue({ experiments }: CommandContext, args: CommandArguments): Promise<void> {
  return copy(
    targetNodes(args, experiments.selection).map(node =>
      node.kind === 'field' ? node.value : undefined,
    ),
  );
}

function idOf(node: TreeNode): string | undefined {
  switch (node.kind) {
    case 'run':
      return node.run.info.runId;
    case 'experiment':
      return node.experiment.experimentId;
    case 'field':
      return node.value;
    case 'artifact':
      return node.file.path;
    case 'filter':
      return node.text;
    case 'more':
    case 'group':
    case 'note':
    case 'action':
      return undefined;
  }
}

function nameOf(node: TreeNode): string | undefined {
  switch (node.kind) {
    case 'run':
      return node.run.info.runName;
    case 'experiment':
      return node.experiment.name;
    case 'field':
      return node.key;
    default:
      return idOf(node);
  }
}

async function copy(texts: readonly (string | undefined)[]): Promise<void> {
  const lines = texts.filter(text => text !== undefined);
  if (lines.length > 0) {
    await vscode.env.clipboard.writeText(lines.join('\n'));
    const message =
      lines.length === 1 ? vscode.l10n.t('Copied') : vscode.l10n.t('Copied {0}', lines.length);
    vscode.window.setStatusBarMessage(message, 2000);
  }
}
