import * as vscode from 'vscode';
import { CONSOLE_ARTIFACT } from '../../launch/recordedArtifacts';
import type { RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { GetClient } from '../model/runDetails';
import { artifactUri } from './artifactUri';

/** What the script of a tracked run has printed. Throws RESOURCE_DOES_NOT_EXIST for a run that has no such log. */
export async function consoleLogUri(
  { getClient }: { readonly getClient: GetClient },
  runId: RunId,
): Promise<vscode.Uri> {
  const client = await getClient();
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
  return artifactUri(runId, CONSOLE_ARTIFACT);
}
