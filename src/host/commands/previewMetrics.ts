import * as vscode from 'vscode';
import { CONSOLE_ARTIFACT } from '../../launch/recordedArtifacts';
import { TrackingError } from '../../tracking/trackingError';
import { artifactUri } from '../editor/artifactUri';
import { capturedMetricsText } from '../run/capturedMetricsText';
import { targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/**
 * "Track: Preview captured metrics": shows which lines give which metrics with the patterns of the settings, in the console
 * log of the run it was called on, else in the active editor's text or selection, else in the log of the selected run.
 */
export async function previewMetrics(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const [runId] = targetRunIds(args, editor === undefined ? experiments.selection : []);
  const { name, text } =
    runId !== undefined ? await logOf(runId) : editor !== undefined ? textOf(editor) : missing();
  const content = capturedMetricsText(text, services.settings.runMetricPatterns, name);
  const document = await vscode.workspace.openTextDocument({ content, language: 'plaintext' });
  await vscode.window.showTextDocument(document, { preview: true });
}

async function logOf(runId: string): Promise<{ name: string; text: string }> {
  const bytes = await vscode.workspace.fs.readFile(artifactUri(runId, CONSOLE_ARTIFACT));
  return { name: 'console.log', text: new TextDecoder().decode(bytes) };
}

function textOf({ document, selection }: vscode.TextEditor): { name: string; text: string } {
  const name = document.uri.path.split('/').at(-1) ?? '';
  return { name, text: document.getText(selection.isEmpty ? undefined : selection) };
}

function missing(): never {
  throw new TrackingError(
    'INVALID_STATE',
    vscode.l10n.t('Select a run that has a console log, or open a file with output of a script.'),
  );
}
