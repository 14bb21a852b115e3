import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as vscode from 'vscode';
import { artifactUri } from '../editor/artifactUri';
import { signalOf } from '../abort';
import type { ArtifactNode } from '../model/nodes';
import { targetNodes, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** Opens artifacts in whatever editor VS Code has for them. */
export async function openArtifact(
  { experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  for (const { runId, file } of filesOf(args, experiments.selection)) {
    await vscode.commands.executeCommand('vscode.open', artifactUri(runId, file.path));
  }
}

/** Copies one artifact to a file on disk, as a stream: its size does not matter. */
export async function saveArtifact(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const [node] = filesOf(args, experiments.selection);
  if (!node) {
    return;
  }
  const name = node.file.path.split('/').at(-1) ?? 'artifact';
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
    title: vscode.l10n.t('Save artifact as'),
  });
  if (!target) {
    return;
  }
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Saving {0}', name),
      cancellable: true,
    },
    async (_progress, token) => {
      const signal = signalOf(token);
      const options = signal ? { signal } : {};
      const client = await services.getClient(options);
      const { stream } = await client.readArtifact(node.runId, node.file.path, options);
      await pipeline(Readable.from(stream), createWriteStream(target.fsPath), options);
    },
  );
}

function filesOf(
  args: CommandArguments,
  selection: Parameters<typeof targetNodes>[1],
): readonly ArtifactNode[] {
  return targetNodes(args, selection).filter(
    (node): node is ArtifactNode => node.kind === 'artifact' && !node.file.isDir,
  );
}
