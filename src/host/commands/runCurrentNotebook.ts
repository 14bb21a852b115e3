import path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../../services';
import { TrackingError } from '../../tracking/trackingError';
import { runCurrentScript } from '../run/runCurrentScript';
import type { CommandArguments } from './commandTargets';

/** "Track: Run current notebook": executes a notebook in a terminal as a tracked run; the one that is shown stays as it is. */
export async function runCurrentNotebook(
  services: Services,
  args: CommandArguments,
): Promise<void> {
  const uri = notebookOf(args);
  if (uri === undefined || path.extname(uri.path).toLowerCase() !== '.ipynb') {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t('Open a notebook first: a file that ends with .ipynb.'),
    );
  }
  services.opener.expectRun();
  await runCurrentScript(services.scriptRuns, uri);
}

/** A file from a menu, the notebook of the toolbar that was used, the active notebook, or one that is shown as text. */
function notebookOf([first]: CommandArguments): vscode.Uri | undefined {
  if (first instanceof vscode.Uri) {
    return first;
  }
  const toolbar = first as
    { readonly notebookEditor?: { readonly notebookUri?: unknown } } | undefined;
  const ofToolbar = toolbar?.notebookEditor?.notebookUri;
  if (ofToolbar instanceof vscode.Uri) {
    return ofToolbar;
  }
  const { activeNotebookEditor, activeTextEditor } = vscode.window;
  return activeNotebookEditor?.notebook.uri ?? activeTextEditor?.document.uri;
}
