import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { GitRepository } from '../../launch/gitRepository';
import { notebookText } from '../../launch/notebookText';
import { projectRoot } from '../harness/projectPaths';
import { TemporaryFolder } from '../harness/temporaryFolder';
import { Workbench } from './workbench';

/** Beside the real one, which comes from the marketplace only, see its own comment. */
const jupyter = path.join(projectRoot, 'dist/test/jupyter');

describe('The cells of an open notebook', () => {
  let folder: TemporaryFolder;
  let vscode: Workbench;
  let commit: string;

  beforeAll(async () => {
    folder = await TemporaryFolder.create();
    const repository = new GitRepository(folder.path);
    repository.write('.gitignore', '*.db\n');
    const cells = ['import mlflow', 'with mlflow.start_run(run_name="by cell"): pass'];
    repository.write('study.ipynb', notebookText(cells));
    commit = repository.commitAll();
    vscode = await Workbench.open(folder.path, {
      extensions: [jupyter],
      env: { TRACKER_PROJECT: projectRoot },
    });
  });

  afterAll(async () => {
    await vscode[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('are asked about once, and a Yes counts for the run that they have just made', async () => {
    await vscode.openView('Experiments');
    await vscode.openFile('study.ipynb');
    await vscode.page.locator('.notebook-toolbar-container [aria-label="Run All"]').click();
    await vscode.run(0).getByText('by cell').waitFor();
    await vscode.openCommand('Notifications: Show Notifications');
    await vscode.notifications
      .filter({ hasText: 'Record the name and the git state of study.ipynb' })
      .locator('.monaco-button', { hasText: 'Record' })
      .click();
    await vscode.run(0).click();
    await vscode.row(new RegExp(`Source.*study\\.ipynb · ${commit.slice(0, 7)} main`)).waitFor();
  });
});
