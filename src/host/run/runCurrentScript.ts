import path from 'node:path';
import * as vscode from 'vscode';
import type { Logger } from '../../base/logger';
import { credentialsToEnvironment, type Credentials } from '../../http/credentials';
import { isNotebook } from '../../launch/notebook';
import { TrackingError } from '../../tracking/trackingError';
import type { Notifier } from '../notifier';
import type { ArgumentHistory } from './argumentHistory';
import { canRunNotebooks } from './canRunNotebooks';
import { captureOptions, type RunSettings } from './captureOptions';
import type { ClientOffer } from './clientOffer';
import { findInterpreter } from './pythonInterpreter';
import { needsBuild, scriptCommand } from './scriptCommand';
import type { ScriptTerminals } from './scriptTerminals';

export interface ScriptRunServices {
  readonly settings: RunSettings & { readonly experimentName: string; readonly runPython: string };
  /** The store of the window; `trackingUri` is empty for the default store of `workingDir`. */
  readonly target: () => { readonly trackingUri: string; readonly workingDir: string } | undefined;
  readonly credentials: (uri: string) => Promise<Credentials | undefined>;
  readonly notifier: Pick<Notifier, 'warn' | 'info'>;
  readonly terminals: ScriptTerminals;
  readonly argumentHistory: ArgumentHistory;
  readonly clientOffer: ClientOffer;
  readonly logger: Logger;
}

/**
 * "Track: Run current script": runs a file as a tracked run in a terminal named after it.
 * @param chosen the file of the editor or explorer menu; default: the active editor's
 * @param askArguments asks for the script's arguments first, with those of earlier runs at hand
 * @throws TrackingError when there is nothing that can run
 */
export async function runCurrentScript(
  services: ScriptRunServices,
  chosen?: vscode.Uri,
  askArguments?: (file: string) => Promise<readonly string[] | undefined>,
): Promise<void> {
  if (!(await isTrusted(services))) {
    return;
  }
  const saved = await saveScript(chosen);
  if (saved === undefined) {
    // The person has cancelled the dialog that asks where to save.
    return;
  }
  const file = saved.fsPath;
  const folder = vscode.workspace.getWorkspaceFolder(saved)?.uri.fsPath;
  const cwd = folder ?? path.dirname(file);
  const { settings, logger } = services;
  const python = (): Promise<string> =>
    findInterpreter({ script: file, folder, setting: settings.runPython, logger });
  const script = { file, cwd, languageId: languageOf(saved) };
  const options = { commands: settings.runCommands, python };
  const command = await scriptCommand(script, options);
  if (isNotebook(file) && !(await canRunNotebooks(command, services.notifier))) {
    return;
  }
  const args = await askArguments?.(file);
  if (askArguments !== undefined && args === undefined) {
    return;
  }
  if (needsBuild(script, options) && !(await build(folder))) {
    return;
  }
  services.clientOffer.offerFor(file, command).catch((error: unknown) => {
    logger.debug(`The client cannot be offered: ${String(error)}`);
  });
  await startTracked(services, {
    name: path.basename(file),
    command: [...command, ...(args ?? [])],
    cwd,
    experimentName: settings.experimentName,
  });
}

/** A command to run as a tracked run. */
export interface TrackedCommand {
  /** Of the terminal. */
  readonly name: string;
  readonly command: readonly string[];
  /** Where it runs, absolute. */
  readonly cwd: string;
  /** Empty: the folder's name. */
  readonly experimentName: string;
}

/** Runs a command as a tracked run in a terminal, in the store of the window. */
export async function startTracked(
  services: TrackedRunServices,
  { name, command, ...where }: TrackedCommand,
): Promise<void> {
  await services.terminals.run({ name, command, ...(await trackedOptions(services, where)) });
}

type TrackedRunServices = Omit<ScriptRunServices, 'argumentHistory' | 'clientOffer'>;

/** Options, folder and environment of `mlflow-tracker run` for a command in the store of the window. */
export async function trackedOptions(
  services: TrackedRunServices,
  { cwd, experimentName }: Pick<TrackedCommand, 'cwd' | 'experimentName'>,
): Promise<{
  readonly options: readonly string[];
  readonly workingDir: string;
  readonly env: Readonly<Record<string, string | null>>;
}> {
  const target = services.target();
  const workingDir = target?.workingDir ?? cwd;
  const trackingUri = target?.trackingUri ?? '';
  return {
    options: [
      ...(workingDir === cwd ? [] : ['--cwd', cwd]),
      ...(experimentName === '' ? [] : ['--experiment', experimentName]),
      ...captureOptions(services.settings),
    ],
    workingDir,
    env: {
      // Not among the arguments, which other users of the machine can read: it may hold a password.
      ...(trackingUri === '' ? {} : { MLFLOW_TRACKING_URI: trackingUri }),
      ...credentialsToEnvironment(await services.credentials(trackingUri)),
    },
  };
}

/** Tells, with the way out, that nothing is run in a folder that is not trusted. */
export async function isTrusted({
  notifier,
}: Pick<ScriptRunServices, 'notifier'>): Promise<boolean> {
  if (vscode.workspace.isTrusted) {
    return true;
  }
  await notifier.warn(
    vscode.l10n.t('Scripts run in trusted workspaces only. You can look at the recorded runs.'),
    {
      title: vscode.l10n.t('Manage Workspace Trust'),
      run: () => vscode.commands.executeCommand('workbench.trust.manage'),
    },
  );
  return false;
}

/** Runs the folder's own build task. @returns false when it failed or was cancelled. Throws INVALID_STATE without one. */
async function build(folder: string | undefined): Promise<boolean> {
  const tasks = await vscode.tasks.fetchTasks();
  const builds = tasks.filter(task => task.group?.id === vscode.TaskGroup.Build.id);
  const task = builds.find(({ group }) => group?.isDefault) ?? builds[0];
  if (task === undefined) {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t(
        'This program has to be built first, and {0} has no build task: add one (Tasks: Configure Default Build Task), or set a command in tracker.run.commands.',
        folder === undefined ? vscode.l10n.t('this window') : path.basename(folder),
      ),
    );
  }
  const execution = await vscode.tasks.executeTask(task);
  return await new Promise(resolve => {
    const subscriptions = [
      vscode.tasks.onDidEndTaskProcess(event => {
        if (event.execution === execution) {
          end(event.exitCode === 0);
        }
      }),
      vscode.tasks.onDidEndTask(event => {
        if (event.execution === execution) {
          // A task without a process of its own; one with a process has told its exit code before.
          setTimeout(() => end(false), 0);
        }
      }),
    ];
    const end = (isBuilt: boolean): void => {
      for (const subscription of subscriptions) {
        subscription.dispose();
      }
      resolve(isBuilt);
    };
  });
}

/**
 * The chosen file, or the active editor's or notebook's, saved.
 * @returns the file on disk; undefined when the person does not want to save it
 */
export async function saveScript(chosen: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  const uri =
    chosen ??
    vscode.window.activeNotebookEditor?.notebook.uri ??
    vscode.window.activeTextEditor?.document.uri;
  const { notebookDocuments, textDocuments } = vscode.workspace;
  const document = [...notebookDocuments, ...textDocuments].find(
    candidate => candidate.uri.toString() === uri?.toString(),
  );
  if (uri === undefined) {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t('Open a script first: it is the current script that is run.'),
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

async function save(
  document: vscode.TextDocument | vscode.NotebookDocument,
): Promise<vscode.Uri | undefined> {
  if (document.isUntitled) {
    return await vscode.workspace.save(document.uri);
  }
  return (await document.save()) ? document.uri : undefined;
}

function languageOf(uri: vscode.Uri): string | undefined {
  return vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString())
    ?.languageId;
}
