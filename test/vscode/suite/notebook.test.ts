import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ExtensionInternals } from '../../../src/extension';
import { COMMANDS, SETTINGS } from '../../../src/host/contributions';
import { artifactUri } from '../../../src/host/editor/artifactUri';
import { activated, eventually, temporaryFolder, useStore } from './support/extension';

/** With nbclient and ipykernel; the Jupyter extension is not there. */
const PYTHON = path.join(process.env['TRACKER_PROJECT'] ?? '', '.test-env/notebooks/bin/python');

describe('Track: Run current notebook', () => {
  let extension: ExtensionInternals;
  let store: Awaited<ReturnType<typeof temporaryFolder>>;
  let folder: string;

  before(async () => {
    extension = await activated();
    store = await temporaryFolder();
    folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('no folder is open');
    const root = path.join(store.path, 'mlruns');
    mkdirSync(root);
    await useStore(extension, root);
    await setPython(PYTHON);
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    vscode.window.terminals.forEach(terminal => terminal.dispose());
    await setPython(undefined);
    await extension.services.settings.setTrackingUri('');
    await store[Symbol.asyncDispose]();
  });

  async function setPython(value: string | undefined): Promise<void> {
    const target = vscode.ConfigurationTarget.Workspace;
    await vscode.workspace.getConfiguration().update(SETTINGS.runPython, value, target);
  }

  it('saves it, executes it in a terminal, and keeps the executed copy', async () => {
    const file = path.join(folder, 'study.ipynb');
    const metadata = {
      kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
    };
    writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [] }));
    const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(file));
    await vscode.window.showNotebookDocument(notebook);
    const cell = new vscode.NotebookCellData(
      vscode.NotebookCellKind.Code,
      'print("epoch 2: loss=0.25")',
      'python',
    );
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(0, [cell])]);
    await vscode.workspace.applyEdit(edit);
    assert.equal(notebook.isDirty, true);
    await vscode.commands.executeCommand(COMMANDS.runNotebook);
    const client = await extension.services.getClient();
    const { info, data } = await eventually('the run of the notebook', async () => {
      const experiments = await client.searchExperiments({ maxResults: 100 });
      const { items } = await client.searchRuns({
        experimentIds: experiments.items.map(({ experimentId }) => experimentId),
      });
      return items.find(run => run.info.status === 'FINISHED');
    });
    assert.equal(notebook.isDirty, false);
    const tags = Object.fromEntries(data.tags.map(({ key, value }) => [key, value]));
    assert.equal(tags['mlflow.source.name'], 'study.ipynb');
    assert.equal(tags['mlflow.source.type'], 'NOTEBOOK');
    assert.deepEqual(
      data.metrics.map(({ key, value, step }) => [key, value, step]),
      [['loss', 0.25, 2]],
    );
    const copy = await vscode.workspace.fs.readFile(
      artifactUri(info.runId, 'mlflow-tracker/study.ipynb'),
    );
    assert.match(Buffer.from(copy).toString(), /"epoch 2: loss=0\.25\\n"/);
    // The one that is shown is the person's.
    assert.doesNotMatch(readFileSync(file, 'utf8'), /"output_type"/);
  });
});
