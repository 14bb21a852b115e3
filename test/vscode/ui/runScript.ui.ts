import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemporaryFolder } from '../harness/temporaryFolder';
import { examplesPython } from './examplesWorkspace';
import { Workbench } from './workbench';

/** Runs until the file `go` is there. */
const SCRIPT = 'import os, time\nwhile not os.path.exists("go"): time.sleep(0.1)\n';
/** Listens on a port of its own until then. */
const LISTENER = `import socket\nlistener = socket.create_server(("127.0.0.1", 0))\n${SCRIPT}`;
const TITLE = 'Track: Run current script';

async function scriptFolder(): Promise<TemporaryFolder> {
  const folder = await TemporaryFolder.create();
  await writeFile(path.join(folder.path, 'waiting.py'), SCRIPT);
  await writeFile(path.join(folder.path, 'listening.py'), LISTENER);
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
    // Its experiment opens by itself, and stays open.
    await vscode.run(0).locator('.codicon-sync').waitFor();
    await vscode.reload();
    await vscode.run(0).locator('.codicon-sync').waitFor();
    await writeFile(path.join(folder.path, 'go'), '');
    await vscode.run(0).locator('.codicon-pass').waitFor();
  });

  it('takes the place of its terminal when that has ended after a reload', async () => {
    await vscode.openCommand(TITLE);
    await vscode.run(1).waitFor();
    await vscode.run(0).locator('.codicon-pass').waitFor();
    // The list of terminals shows as soon as there are two.
    await vscode.terminal.waitFor();
    await vscode.page.locator('.terminal-tabs-entry').first().waitFor({ state: 'detached' });
    await vscode.openCommand('Terminal: Create New Terminal');
    await vscode.page.locator('.terminal-tabs-entry').nth(1).waitFor();
  });

  it('forwards no port of ours from the machine to the person', async () => {
    // What listens here while the script runs: the server of the window, and the one of the wrapper.
    await rm(path.join(folder.path, 'go'));
    await vscode.openFile('waiting.py');
    await vscode.openCommand(TITLE);
    await vscode.run(0).locator('.codicon-sync').waitFor();
    await vscode.openFile('listening.py');
    await vscode.openCommand(TITLE);
    await vscode.openCommand('Ports: Focus on Ports View');
    // VS Code looks every few seconds; it has looked when it has found the port of the script itself.
    const forwarded = vscode.page.locator(
      '.tunnel-view .monaco-list-row, .pane-body .monaco-table .monaco-list-row',
    );
    await forwarded.filter({ hasText: 'listening.py' }).first().waitFor();
    expect(await forwarded.filter({ hasText: 'cli.js' }).count()).toBe(0);
    await writeFile(path.join(folder.path, 'go'), '');
    await vscode.run(0).locator('.codicon-pass').waitFor();
  });
});

describe('A notebook', () => {
  it('that its Python cannot run gives no run, and the person is told what to install', async () => {
    await using folder = await TemporaryFolder.create();
    const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3' } };
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata, cells: [] };
    await writeFile(path.join(folder.path, 'study.ipynb'), JSON.stringify(notebook));
    await using vscode = await Workbench.open(folder.path, {
      settings: { 'tracker.run.python': examplesPython },
    });
    await vscode.openFile('study.ipynb');
    await vscode.openCommand('Track: Run current notebook');
    const notice = await vscode.notice('cannot run notebooks: it has no nbclient');
    await notice.getByText('Install nbclient, ipykernel').waitFor();
    expect(await vscode.terminal.count()).toBe(0);
  });
});

describe('In a folder that is not trusted', () => {
  it('nothing runs, and the person is told how to change that', async () => {
    await using folder = await scriptFolder();
    await using vscode = await Workbench.open(folder.path, { askForTrust: true });
    await vscode.page.getByText('Restricted Mode').first().waitFor();
    await vscode.openFile('waiting.py');
    await vscode.openCommand(TITLE);
    await vscode.notice('Manage Workspace Trust');
    expect(await vscode.terminal.count()).toBe(0);
  });
});
