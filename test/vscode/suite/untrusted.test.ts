import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS, TASK_TYPE } from '../../../src/host/contributions';
import { TerminalEnvironment } from '../../../src/host/run/terminalEnvironment';
import { TrackedTasks } from '../../../src/host/run/trackedTasks';
import { notebookText } from '../../launch/notebookText';
import { STAND_IN_COMMANDS } from '../jupyter/standInCommands';
import { eventually } from './support/extension';
import { Suite } from './support/suite';

describe('In a workspace that is not trusted', () => {
  const suite = new Suite();

  before(async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    await suite.services.getClient();
    await suite.show('train.py', ['print("epoch 1: loss=0.5")']);
  });

  it('the runs of the folder can be looked at', () => {
    assert.equal(suite.services.connection.state.kind, 'open');
  });

  it('terminals do not get the store', async () => {
    // VS Code opens no terminal here. This stands for the variables that it would give to one.
    const given = new Map<string, string>();
    let cleared = 0;
    const variables = {
      persistent: true,
      description: undefined,
      replace: (name: string, value: string) => given.set(name, value),
      append: (name: string, value: string) => given.set(name, value),
      clear: () => {
        cleared += 1;
        given.clear();
      },
    } as unknown as vscode.EnvironmentVariableCollection;
    const environment = new TerminalEnvironment(
      suite.services,
      variables,
      vscode.Uri.file(suite.folder),
    );
    await eventually('an answer', () => cleared > 0);
    assert.deepEqual([...given], []);
    environment.dispose();
  });

  it('kernels of notebooks are left alone', async () => {
    // VS Code runs no cell here: the kernel is one that is there all the same.
    const file = suite.write('study.ipynb', [notebookText(['import mlflow'])]);
    const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(file));
    await vscode.window.showNotebookDocument(notebook);
    await vscode.commands.executeCommand(STAND_IN_COMMANDS.start, notebook.uri);
    await suite.set(SETTINGS.notebookRecordSource, 'always');
    await vscode.commands.executeCommand(STAND_IN_COMMANDS.restart, notebook.uri);
    assert.equal(await vscode.commands.executeCommand(STAND_IN_COMMANDS.asked), 0);
  });

  it('there are no tasks, neither for the active script nor of tasks.json', async () => {
    const provider = new TrackedTasks(suite.services);
    assert.deepEqual(await provider.provideTasks(), []);
    const definition = { type: TASK_TYPE, command: 'train.py' };
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
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
      assert.deepEqual(await suite.runs(), []);
    });
  }
});
