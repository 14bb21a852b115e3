import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ExtensionInternals } from '../../../src/extension';
import { COMMANDS, TASK_TYPE } from '../../../src/host/contributions';
import { TerminalEnvironment } from '../../../src/host/run/terminalEnvironment';
import { TrackedTasks } from '../../../src/host/run/trackedTasks';
import { activated, eventually } from './support/extension';

describe('In a workspace that is not trusted', () => {
  let extension: ExtensionInternals;
  let folder: vscode.WorkspaceFolder;

  before(async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    extension = await activated();
    folder = vscode.workspace.workspaceFolders?.[0] ?? assert.fail('no folder is open');
    mkdirSync(path.join(folder.uri.fsPath, 'mlruns'));
    await extension.services.getClient();
    const script = path.join(folder.uri.fsPath, 'train.py');
    writeFileSync(script, 'print("epoch 1: loss=0.5")\n');
    await vscode.window.showTextDocument(vscode.Uri.file(script));
  });

  it('the runs of the folder can be looked at', () => {
    assert.equal(extension.services.connection.state.kind, 'open');
  });

  it('terminals do not get the store', async () => {
    // VS Code opens no terminal here. This stands for the variables that it would give to one.
    const given = new Map<string, string>();
    let cleared = 0;
    const variables = {
      persistent: true,
      description: undefined,
      replace: (name: string, value: string) => given.set(name, value),
      clear: () => {
        cleared += 1;
        given.clear();
      },
    } as unknown as vscode.EnvironmentVariableCollection;
    const environment = new TerminalEnvironment(extension.services, variables);
    await eventually('an answer', () => cleared > 0);
    assert.deepEqual([...given], []);
    environment.dispose();
  });

  it('there are no tasks, neither for the active script nor of tasks.json', async () => {
    const provider = new TrackedTasks(extension.services);
    assert.deepEqual(await provider.provideTasks(), []);
    const definition = { type: TASK_TYPE, command: 'train.py' };
    const task = new vscode.Task(definition, folder, 'train', TASK_TYPE);
    assert.equal(await provider.resolveTask(task), undefined);
  });

  for (const command of [
    COMMANDS.runScript,
    COMMANDS.runScriptWithArguments,
    COMMANDS.debugScript,
    COMMANDS.runTask,
  ]) {
    it(`${command} runs nothing`, async () => {
      let isDone = false;
      void vscode.commands.executeCommand(command).then(() => (isDone = true));
      // It has nothing more to do once its message is closed.
      await eventually('the end of the command', async () => {
        await vscode.commands.executeCommand('notifications.clearAll');
        return isDone;
      });
      assert.equal(vscode.window.terminals.length, 0);
      assert.equal(vscode.debug.activeDebugSession, undefined);
      const client = await extension.services.getClient();
      const { items } = await client.searchExperiments({ maxResults: 100 });
      const experimentIds = items.map(({ experimentId }) => experimentId);
      assert.deepEqual((await client.searchRuns({ experimentIds })).items, []);
    });
  }
});
