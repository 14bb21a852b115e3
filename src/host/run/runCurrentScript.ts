import path from 'node:path';
import * as vscode from 'vscode';
import type { Logger } from '../../base/logger';
import { credentialsToEnvironment, type Credentials } from '../../http/credentials';
import { TrackingError } from '../../tracking/trackingError';
import type { Notifier } from '../notifier';
import { findInterpreter } from './pythonInterpreter';
import type { ScriptTerminals } from './scriptTerminals';

export interface ScriptRunServices {
  readonly settings: { readonly experimentName: string; readonly runPython: string };
  /** The store of the window; `trackingUri` is empty for the default store of `workingDir`. */
  readonly target: () => { readonly trackingUri: string; readonly workingDir: string } | undefined;
  readonly credentials: (uri: string) => Promise<Credentials | undefined>;
  readonly notifier: Pick<Notifier, 'warn'>;
  readonly terminals: ScriptTerminals;
  readonly logger: Logger;
}

/**
 * "Track: Run current script": runs a Python file as a tracked run in a terminal named after it.
 * @param chosen the file of the editor or explorer menu; default: the active editor's
 * @throws TrackingError when there is nothing that can run
 */
export async function runCurrentScript(
  services: ScriptRunServices,
  chosen?: vscode.Uri,
): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    await services.notifier.warn(
      vscode.l10n.t('Scripts run in trusted workspaces only. You can look at the recorded runs.'),
      {
        title: vscode.l10n.t('Manage Workspace Trust'),
        run: () => vscode.commands.executeCommand('workbench.trust.manage'),
      },
    );
    return;
  }
  const saved = await saveScript(chosen);
  if (saved === undefined) {
    // The person has cancelled the dialog that asks where to save.
    return;
  }
  const script = saved.fsPath;
  const folder = vscode.workspace.getWorkspaceFolder(saved)?.uri.fsPath;
  const cwd = folder ?? path.dirname(script);
  const target = services.target();
  const { experimentName, runPython } = services.settings;
  const python = await findInterpreter({
    script,
    folder,
    setting: runPython,
    logger: services.logger,
  });
  const workingDir = target?.workingDir ?? cwd;
  const trackingUri = target?.trackingUri ?? '';
  await services.terminals.run({
    script,
    options: [
      ...(workingDir === cwd ? [] : ['--cwd', cwd]),
      ...(experimentName === '' ? [] : ['--experiment', experimentName]),
    ],
    command: [python, path.relative(cwd, script)],
    workingDir,
    env: {
      // Not among the arguments, which other users of the machine can read: it may hold a password.
      ...(trackingUri === '' ? {} : { MLFLOW_TRACKING_URI: trackingUri }),
      ...credentialsToEnvironment(await services.credentials(trackingUri)),
    },
  });
}

/** @returns the file on disk; undefined when the person does not want to save it. */
async function saveScript(chosen: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  const uri = chosen ?? vscode.window.activeTextEditor?.document.uri;
  const document = vscode.workspace.textDocuments.find(
    candidate => candidate.uri.toString() === uri?.toString(),
  );
  if (uri === undefined || !isPython(uri, document)) {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t('Open a Python script first: it is the current script that is run.'),
    );
  }
  const saved = document?.isDirty || document?.isUntitled ? await save(document) : uri;
  if (saved !== undefined && saved.scheme !== 'file') {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t('The script is not a file on this machine, so it cannot be run here.'),
    );
  }
  return saved;
}

async function save(document: vscode.TextDocument): Promise<vscode.Uri | undefined> {
  if (document.isUntitled) {
    return await vscode.workspace.save(document.uri);
  }
  return (await document.save()) ? document.uri : undefined;
}

function isPython(uri: vscode.Uri, document: vscode.TextDocument | undefined): boolean {
  return document?.languageId === 'python' || /\.pyw?$/i.test(uri.path);
}
