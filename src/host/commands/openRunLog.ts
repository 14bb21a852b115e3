import * as vscode from 'vscode';
import { CONSOLE_ARTIFACT } from '../../launch/recordedArtifacts';
import { TrackingError } from '../../tracking/trackingError';
import { artifactUri } from '../editor/artifactUri';
import { targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** Opens what the script of a tracked run has printed. */
export async function openRunLog(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const [runId] = targetRunIds(args, experiments.selection);
  if (runId === undefined) {
    return;
  }
  const client = await services.getClient();
  const folder = CONSOLE_ARTIFACT.split('/').slice(0, -1).join('/');
  const files = await client.listArtifacts(runId, folder);
  if (!files.some(file => file.path === CONSOLE_ARTIFACT)) {
    throw new TrackingError(
      'RESOURCE_DOES_NOT_EXIST',
      vscode.l10n.t(
        'This run has no console log: only a run that was started by Track, or by mlflow-tracker run, and has printed something has one.',
      ),
    );
  }
  await vscode.commands.executeCommand('vscode.open', artifactUri(runId, CONSOLE_ARTIFACT));
}
