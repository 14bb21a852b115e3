import path from 'node:path';
import * as vscode from 'vscode';
import { TrackingError } from '../../tracking/trackingError';
import { isTrusted, saveScript } from '../run/runCurrentScript';
import type { CommandContext } from './commandContext';

interface Debugger {
  readonly type: string;
  /** Extension that brings it; absent for VS Code's own. */
  readonly extension?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Debuggers whose configuration needs no more than the file. For others there is `"track": true` in launch.json. */
const DEBUGGERS: Readonly<Record<string, Debugger>> = {
  python: { type: 'debugpy', extension: 'ms-python.debugpy', options: { justMyCode: true } },
  javascript: { type: 'node', options: { outputCapture: 'std' } },
  typescript: { type: 'node', options: { outputCapture: 'std' } },
  go: { type: 'go', extension: 'golang.go', options: { mode: 'auto' } },
};

/** "Track: Debug current script": runs a file under its debugger as a tracked run. */
export async function debugCurrentScript(
  { services }: CommandContext,
  chosen: vscode.Uri | undefined,
): Promise<void> {
  if (!(await isTrusted(services))) {
    return;
  }
  const saved = await saveScript(chosen);
  if (saved === undefined) {
    return;
  }
  const { languageId } = await vscode.workspace.openTextDocument(saved);
  const found = DEBUGGERS[languageId];
  if (found === undefined) {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t(
        'There is no debugger for {0} that needs no configuration: add "track": true to its configuration in launch.json, and start that.',
        languageId,
      ),
    );
  }
  const { type, extension, options } = found;
  if (extension !== undefined && vscode.extensions.getExtension(extension) === undefined) {
    await services.notifier.warn(
      vscode.l10n.t('The debugger for {0} is not installed.', languageId),
      {
        title: vscode.l10n.t('Show extension'),
        run: () => vscode.commands.executeCommand('workbench.extensions.search', extension),
      },
    );
    return;
  }
  const folder = vscode.workspace.getWorkspaceFolder(saved);
  await vscode.debug.startDebugging(folder, {
    type,
    name: path.basename(saved.fsPath),
    request: 'launch',
    program: saved.fsPath,
    cwd: folder?.uri.fsPath ?? path.dirname(saved.fsPath),
    console: 'internalConsole',
    ...options,
    track: true,
  });
}
