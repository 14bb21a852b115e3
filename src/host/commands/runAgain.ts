import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { splitCommand } from '../../base/splitCommand';
import { HIDDEN } from '../../base/urlSecrets';
import { commandText } from '../../launch/commandText';
import { WORKING_DIR_TAG } from '../../launch/contextTags';
import { TrackingError } from '../../tracking/trackingError';
import { tagOf } from '../model/tagOf';
import { commandOf } from '../run/argumentsOfCommand';
import { isTrusted, startTracked } from '../run/runCurrentScript';
import { targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/**
 * Runs the command of a run once more, in its folder and its experiment, with the code as it is now.
 * @param change lets the person change the command line first; a secret that was hidden has to be typed in any case
 */
export async function runAgain(
  { services, experiments }: CommandContext,
  args: CommandArguments,
  change: boolean,
): Promise<void> {
  const [runId] = targetRunIds(args, experiments.selection);
  if (runId === undefined || !(await isTrusted(services))) {
    return;
  }
  const client = await services.getClient();
  const run = await client.getRun(runId);
  const command = commandOf(run);
  if (command === undefined || command.length === 0) {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t(
        'It is not known how this run was started: only runs of Track, and of mlflow-tracker run, record their command.',
      ),
    );
  }
  const cwd = tagOf(run, WORKING_DIR_TAG) ?? services.workingDir;
  if (cwd === undefined || !existsSync(cwd)) {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t(
        'The folder {0}, in which this run was started, is not on this machine.',
        cwd ?? '',
      ),
    );
  }
  const words =
    change || command.some(word => word.includes(HIDDEN)) ? await changed(command) : command;
  if (words === undefined) {
    return;
  }
  const { name: experimentName } = await client.getExperiment(run.info.experimentId);
  services.opener.expectRun();
  await startTracked(services.scriptRuns, {
    name: path.basename(tagOf(run, 'mlflow.source.name') ?? words[0] ?? ''),
    command: words,
    cwd,
    experimentName,
  });
}

async function changed(command: readonly string[]): Promise<readonly string[] | undefined> {
  const value = commandText(command);
  const secret = value.indexOf(HIDDEN);
  const secretFault = vscode.l10n.t('A secret was not recorded: type it where *** stands.');
  const line = await vscode.window.showInputBox({
    title: vscode.l10n.t('Run again'),
    prompt: secret >= 0 ? secretFault : vscode.l10n.t('Change the command line.'),
    value,
    ...(secret >= 0 && { valueSelection: [secret, secret + HIDDEN.length] as const }),
    ignoreFocusOut: true,
    validateInput: text => {
      const words = splitCommand(text);
      if (words === undefined) {
        return vscode.l10n.t('A quote is not closed.');
      }
      if (words.some(word => word.includes(HIDDEN))) {
        return secretFault;
      }
      return words.length === 0 ? vscode.l10n.t('There is nothing to run.') : undefined;
    },
  });
  return line === undefined ? undefined : splitCommand(line);
}
