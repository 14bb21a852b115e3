import * as vscode from 'vscode';
import type { RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import { PREVIEW_SCHEME } from '../contributions';
import { consoleLogUri } from '../editor/consoleLogUri';
import type { PreviewSource } from '../editor/metricsPreview';
import { targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/**
 * "Track: Preview captured metrics": shows which lines give which metrics with the patterns of the settings, in the console
 * log of the run it was called on, else in the active editor's text or selection, else in the log of the selected run. In a
 * preview it reads that one again.
 */
export async function previewMetrics(
  context: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const { services, experiments } = context;
  const editor = vscode.window.activeTextEditor;
  const [runId] = targetRunIds(args, editor === undefined ? experiments.selection : []);
  if (runId !== undefined) {
    await services.metricsPreview.show(await logOf(context, runId));
  } else if (editor?.document.uri.scheme === PREVIEW_SCHEME) {
    await services.metricsPreview.reload(editor.document.uri);
  } else {
    await services.metricsPreview.show(editor === undefined ? missing() : textOf(editor));
  }
}

async function logOf({ services }: CommandContext, runId: RunId): Promise<PreviewSource> {
  const uri = await consoleLogUri(services, runId);
  const client = await services.getClient();
  const { info } = await client.getRun(runId);
  return { title: info.runName, uri };
}

function textOf({ document, selection }: vscode.TextEditor): PreviewSource {
  const title = document.uri.path.split('/').at(-1) ?? '';
  return { title, uri: document.uri, ...(selection.isEmpty ? {} : { range: selection }) };
}

function missing(): never {
  throw new TrackingError(
    'INVALID_STATE',
    vscode.l10n.t('Select a run that has a console log, or open a file with output of a script.'),
  );
}
