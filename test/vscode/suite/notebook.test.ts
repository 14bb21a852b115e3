import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS } from '../../../src/host/contributions';
import { artifactUri } from '../../../src/host/editor/artifactUri';
import { eventually } from './support/extension';
import { Suite } from './support/suite';

/** With nbclient and ipykernel; the Jupyter extension has no part in it. */
const PYTHON = path.join(process.env['TRACKER_PROJECT'] ?? '', '.test-env/notebooks/bin/python');

describe('Track: Run current notebook', () => {
  const suite = new Suite();

  before(async () => {
    await suite.openFileStore();
    await suite.set(SETTINGS.runPython, PYTHON);
  });

  it('saves it, executes it in a terminal, and keeps the executed copy', async () => {
    const metadata = {
      kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
    };
    const content = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [] });
    const file = suite.write('study.ipynb', [content]);
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
    const { info, data } = await eventually('the run of the notebook', async () =>
      (await suite.runs()).find(run => run.info.status === 'FINISHED'),
    );
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
