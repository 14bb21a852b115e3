import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { SETTINGS } from '../../../src/host/contributions';
import { GitRepository } from '../../launch/gitRepository';
import { notebookText } from '../../launch/notebookText';
import { STAND_IN_COMMANDS } from '../jupyter/standInCommands';
import { eventually } from './support/extension';
import { Suite } from './support/suite';

type Tags = Readonly<Record<string, string>>;

describe('cells of an open notebook, with the Jupyter extension (a stand-in with a real kernel)', () => {
  const suite = new Suite();
  let repository: GitRepository;

  before(async () => {
    await suite.openFileStore();
    repository = new GitRepository(path.join(suite.folder, 'code'));
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand(STAND_IN_COMMANDS.allow, true);
    await record(undefined);
  });

  async function record(value: 'always' | undefined): Promise<void> {
    await vscode.workspace
      .getConfiguration()
      .update(SETTINGS.notebookRecordSource, value, vscode.ConfigurationTarget.Global);
  }

  /** Saved, committed and shown. */
  async function open(name: string, cells: readonly string[]): Promise<vscode.NotebookDocument> {
    const file = repository.write(name, notebookText(cells));
    commitAll();
    const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(file));
    await vscode.window.showNotebookDocument(notebook);
    return notebook;
  }

  function commitAll(): void {
    repository.git('add', '--all');
    repository.git('commit', '--quiet', '--allow-empty', '--message', 'state');
  }

  function commit(): string {
    return repository.git('rev-parse', 'HEAD');
  }

  async function runAll(notebook: vscode.NotebookDocument): Promise<void> {
    const last = notebook.cellAt(notebook.cellCount - 1);
    const before = last.executionSummary?.timing?.endTime;
    await vscode.commands.executeCommand('notebook.execute', notebook.uri);
    await eventually('the end of the last cell', () => {
      const { timing, success } = last.executionSummary ?? {};
      return success !== undefined && timing?.endTime !== before;
    });
  }

  async function hasTags(runName: string, expected: Tags): Promise<void> {
    const run = await eventually(`the run ${runName}`, async () =>
      (await suite.runs()).find(
        ({ info }) => info.runName === runName && info.status === 'FINISHED',
      ),
    );
    const tags = Object.fromEntries(run.data.tags.map(({ key, value }) => [key, value]));
    assert.deepEqual({ ...tags, ...expected }, tags);
  }

  async function asked(): Promise<number> {
    return await vscode.commands.executeCommand<number>(STAND_IN_COMMANDS.asked);
  }

  it('log runs to the store of the window, with the name and the git state of the notebook', async () => {
    await record('always');
    const notebook = await open('work/study.ipynb', [
      'import mlflow\nmlflow.set_experiment("cells")',
      'with mlflow.start_run(run_name="first"): pass',
    ]);
    const source = {
      'mlflow.source.name': notebook.uri.fsPath,
      'mlflow.source.type': 'NOTEBOOK',
      'mlflow.source.git.branch': 'main',
      'tracker.source.path': 'work/study.ipynb',
    };
    // Both cells were queued before the kernel had started.
    await runAll(notebook);
    await hasTags('first', { ...source, 'mlflow.source.git.commit': commit() });

    await vscode.commands.executeCommand(STAND_IN_COMMANDS.restart, notebook.uri);
    commitAll();
    const { document } = notebook.cellAt(1);
    const edit = new vscode.WorkspaceEdit();
    const text = document.getText().replace('first', 'second');
    edit.replace(document.uri, new vscode.Range(0, 0, 1, 0), text);
    await vscode.workspace.applyEdit(edit);
    await runAll(notebook);
    await hasTags('second', { ...source, 'mlflow.source.git.commit': commit() });

    await notebook.save();
    assert.doesNotMatch(readFileSync(notebook.uri.fsPath, 'utf8'), /mlflow_tracker|MLFLOW_TRACK/);
  });

  it('are left alone until the person says yes', async () => {
    const before = await asked();
    const notebook = await open('asked.ipynb', ['import mlflow']);
    await runAll(notebook);
    assert.equal(await asked(), before);
  });

  it('are left alone when the person says no, for good', async () => {
    await vscode.commands.executeCommand(STAND_IN_COMMANDS.allow, false);
    await record('always');
    const before = await asked();
    const notebook = await open('refused.ipynb', ['import mlflow', '6 * 7']);
    await runAll(notebook);
    assert.equal(notebook.cellAt(1).executionSummary?.success, true);
    await eventually(
      'the answer to be kept',
      () => suite.services.settings.notebookRecordSource === 'never',
    );
    const first = await asked();
    assert.ok(first > before);
    await vscode.commands.executeCommand(STAND_IN_COMMANDS.restart, notebook.uri);
    await runAll(await open('again.ipynb', ['6 * 7']));
    assert.equal(await asked(), first);
  });
});
