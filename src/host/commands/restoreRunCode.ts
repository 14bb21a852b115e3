import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { WORKING_DIR_TAG } from '../../launch/contextTags';
import type { Run } from '../../tracking/entities';
import { tagOf } from '../model/tagOf';
import { gitExecutable } from '../panels/gitExecutable';
import { commandOf } from '../run/argumentsOfCommand';
import { findCode, restoreCode, type CodeSource } from '../run/restoredCode';
import { isTrusted, startTracked } from '../run/runCurrentScript';
import { targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** "Track: Restore code of run": the code that ran, in a new folder, from which it can be run again. */
export async function restoreRunCode(
  context: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const { services, experiments } = context;
  const [runId] = targetRunIds(args, experiments.selection);
  if (runId === undefined || !(await isTrusted(services))) {
    return;
  }
  const client = await services.getClient();
  const run = await client.getRun(runId);
  const git = gitExecutable();
  const ranIn = tagOf(run, WORKING_DIR_TAG);
  const source = await findCode(client, run, git, [
    ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
    ...(ranIn === undefined ? [] : [ranIn]),
  ]);
  const folder = await askFolder(run, source, ranIn);
  if (folder === undefined) {
    return;
  }
  const isWhole = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Restoring the code of {0}', run.info.runName),
    },
    () => restoreCode(client, run, source, git, folder),
  );
  const actions = [
    {
      title: vscode.l10n.t('Open folder'),
      run: () =>
        vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), {
          forceNewWindow: true,
        }),
    },
    { title: vscode.l10n.t('Run again there'), run: () => runThere(context, run, source, folder) },
  ];
  const where = vscode.workspace.asRelativePath(folder);
  await (isWhole
    ? services.notifier.info(
        vscode.l10n.t('The code of {0} is in {1}.', run.info.runName, where),
        ...actions,
      )
    : services.notifier.warn(
        vscode.l10n.t(
          'The commit of {0} is in {1}, but not all of its uncommitted changes could be restored.',
          run.info.runName,
          where,
        ),
        ...actions,
      ));
}

async function askFolder(
  run: Run,
  source: CodeSource,
  ranIn: string | undefined,
): Promise<string | undefined> {
  const near = source.kind === 'commit' ? source.repository : (ranIn ?? process.cwd());
  const name = `${path.basename(near)}-${run.info.runName}`.replace(/[^\w.-]+/g, '-');
  return await vscode.window.showInputBox({
    title: vscode.l10n.t('Restore the code of {0}', run.info.runName),
    prompt: vscode.l10n.t('A new folder; nothing that exists is touched.'),
    value: path.join(path.dirname(near), name),
    ignoreFocusOut: true,
    validateInput: text =>
      !path.isAbsolute(text)
        ? vscode.l10n.t('Give an absolute path.')
        : existsSync(text)
          ? vscode.l10n.t('This folder exists already: choose another.')
          : undefined,
  });
}

/** In the place of the new folder that corresponds to where the run was started. */
async function runThere(
  { services }: CommandContext,
  run: Run,
  source: CodeSource,
  folder: string,
): Promise<void> {
  const command = commandOf(run);
  const ranIn = tagOf(run, WORKING_DIR_TAG);
  if (command === undefined || ranIn === undefined) {
    await services.notifier.warn(
      vscode.l10n.t(
        'It is not known how this run was started: only runs of Track record their command.',
      ),
    );
    return;
  }
  const below = source.kind === 'commit' ? path.relative(source.repository, ranIn) : '';
  const client = await services.getClient();
  const { name: experimentName } = await client.getExperiment(run.info.experimentId);
  services.opener.expectRun();
  await startTracked(services.scriptRuns, {
    name: path.basename(tagOf(run, 'mlflow.source.name') ?? command[0] ?? ''),
    command,
    cwd: below.startsWith('..') ? folder : path.join(folder, below),
    experimentName,
  });
}
