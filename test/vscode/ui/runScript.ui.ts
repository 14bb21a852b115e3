import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemporaryFolder } from '../harness/temporaryFolder';
import { examplesPython } from './examplesWorkspace';
import { Workbench } from './workbench';

/** Runs until the file `go` is there. */
const SCRIPT = 'import os, time\nwhile not os.path.exists("go"): time.sleep(0.1)\n';
const TITLE = 'Track: Run current script';

async function scriptFolder(): Promise<TemporaryFolder> {
  const folder = await TemporaryFolder.create();
  await writeFile(path.join(folder.path, 'waiting.py'), SCRIPT);
  return folder;
}

describe('A tracked script', () => {
  let folder: TemporaryFolder;
  let vscode: Workbench;

  beforeAll(async () => {
    folder = await scriptFolder();
    vscode = await Workbench.open(folder.path, {
      settings: { 'tracker.run.python': examplesPython },
    });
  });

  afterAll(async () => {
    await vscode[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('goes on while the window is loaded again', async () => {
    await vscode.openView('Experiments');
    await vscode.openFile('waiting.py');
    await vscode.openCommand(TITLE);
    await vscode.expandRow(path.basename(folder.path));
    await vscode.run(0).locator('.codicon-sync').waitFor();
    await vscode.reload();
    await vscode.openView('Experiments');
    await vscode.expandRow(path.basename(folder.path));
    await vscode.run(0).locator('.codicon-sync').waitFor();
    await writeFile(path.join(folder.path, 'go'), '');
    await vscode.run(0).locator('.codicon-pass').waitFor();
  });
});

describe('In a folder that is not trusted', () => {
  it('nothing runs, and the person is told how to change that', async () => {
    await using folder = await scriptFolder();
    await using vscode = await Workbench.open(folder.path, { askForTrust: true });
    await vscode.page.getByText('Restricted Mode').first().waitFor();
    await vscode.openFile('waiting.py');
    await vscode.openCommand(TITLE);
    await vscode.openCommand('Notifications: Show Notifications');
    await vscode.notifications.getByText('Manage Workspace Trust').waitFor();
    expect(await vscode.terminal.count()).toBe(0);
  });
});
