import * as vscode from 'vscode';
import type { RunId } from '../../tracking/entities';
import { ARTIFACT_SCHEME } from '../contributions';

/** `mlflow-run:/<run id>/<path>`; an empty path is the run's root. */
export function artifactUri(runId: RunId, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: ARTIFACT_SCHEME, path: `/${runId}/${path}` });
}

export function parseArtifactUri(uri: vscode.Uri): { runId: RunId; path: string } {
  const [, runId = '', ...rest] = uri.path.split('/');
  return { runId, path: rest.join('/').replace(/\/$/, '') };
}
