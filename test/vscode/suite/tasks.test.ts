import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ExtensionInternals } from '../../../src/extension';
import { COMMANDS, SETTINGS, TASK_TYPE } from '../../../src/host/contributions';
import type { Run } from '../../../src/tracking/entities';
import { activated, eventually, temporaryFolder, useStore } from './support/extension';

describe('tasks of the type tracker', () => {
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
    await setPython('python3');
  });

  after(async () => {
    rmSync(path.join(folder, '.vscode/tasks.json'), { force: true });
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

  /** As a person writes them into tasks.json. */
  function writeTasks(tasks: readonly object[]): void {
    mkdirSync(path.join(folder, '.vscode'), { recursive: true });
    const content = JSON.stringify({ version: '2.0.0', tasks });
    writeFileSync(path.join(folder, '.vscode/tasks.json'), content);
  }

  async function taskNamed(name: string): Promise<vscode.Task> {
    return await eventually(`the task ${name}`, async () => {
      const tasks = await vscode.tasks.fetchTasks({ type: TASK_TYPE });
      return tasks.find(task => task.name === name);
    });
  }

  /** @returns the exit code */
  async function execute(task: vscode.Task): Promise<number | undefined> {
    const ended = new Promise<number | undefined>(resolve => {
      const subscription = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.name === task.name) {
          subscription.dispose();
          resolve(exitCode);
        }
      });
    });
    await vscode.tasks.executeTask(task);
    return await ended;
  }

  async function runs(): Promise<readonly Run[]> {
    const client = await extension.services.getClient();
    const { items } = await client.searchExperiments({ maxResults: 100 });
    const experimentIds = items.map(({ experimentId }) => experimentId);
    return (await client.searchRuns({ experimentIds })).items;
  }

  it('of tasks.json run as tracked runs, and the exit code counts', async () => {
    writeFileSync(path.join(folder, 'task.py'), 'import sys\nint(sys.argv[1])\n');
    const task = {
      type: TASK_TYPE,
      command: 'task.py',
      experiment: 'by task',
      runName: 'nightly',
      params: { depth: 3 },
      tags: { who: 'me' },
    };
    writeTasks([
      { ...task, label: 'good', args: ['1'] },
      { ...task, label: 'bad', args: ['x'] },
    ]);
    assert.equal(await execute(await taskNamed('good')), 0);
    const [run] = await runs();
    assert.equal(run?.info.status, 'FINISHED');
    assert.equal(run.info.runName, 'nightly');
    assert.deepEqual(run.data.params, [{ key: 'depth', value: '3' }]);
    const tags = Object.fromEntries(run.data.tags.map(({ key, value }) => [key, value]));
    assert.equal(tags['who'], 'me');
    assert.equal(tags['mlflow.source.name'], 'task.py');
    assert.equal(tags['tracker.command'], 'python3 task.py 1');

    assert.equal(await execute(await taskNamed('bad')), 1);
    assert.deepEqual((await runs()).map(({ info }) => info.status).sort(), ['FAILED', 'FINISHED']);
  });

  it('are chosen in the picker of Track: Run task…', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    writeFileSync(path.join(folder, 'task.py'), 'pass\n');
    writeTasks([{ type: TASK_TYPE, command: 'task.py', label: 'picked', runName: 'picked' }]);
    await taskNamed('picked');
    const finished = vscode.commands.executeCommand(COMMANDS.runTask);
    // The picker opens when VS Code has asked for the tasks; its only row is the active one.
    await eventually('the run', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return (await runs()).some(
        ({ info }) => info.runName === 'picked' && info.status === 'FINISHED',
      );
    });
    await finished;
  });

  describe('and the Problems panel', () => {
    const task = { type: TASK_TYPE, command: 'broken.py' };

    /** Runs a script that fails in this line, or in none. */
    async function run(name: string, errorLine: number | undefined): Promise<void> {
      const lines = ['import json', '', '', ''];
      if (errorLine !== undefined) {
        lines[errorLine - 1] = 'json.loads("{")';
      }
      writeFileSync(path.join(folder, 'broken.py'), `${lines.join('\n')}\n`);
      assert.equal(await execute(await taskNamed(name)), errorLine === undefined ? 0 : 1);
    }

    function problems(): readonly vscode.Diagnostic[] {
      return vscode.languages.getDiagnostics(vscode.Uri.file(path.join(folder, 'broken.py')));
    }

    it('show where the script failed, each time, and nothing once it succeeds', async () => {
      writeTasks([{ ...task, label: 'broken' }]);
      // VS Code runs it again in the terminal of the first time.
      for (const line of [2, 4]) {
        await run('broken', line);
        const problem = await eventually(`a problem in line ${line}`, () =>
          problems().find(({ range }) => range.start.line === line - 1),
        );
        assert.match(problem.message, /^json\.decoder\.JSONDecodeError: Expecting property name/);
        assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
        assert.equal(problem.source, 'MLflow Tracker');
        assert.equal(problems().length, 1);
      }
      await run('broken', undefined);
      await eventually('no problem', () => problems().length === 0);
    });

    it('leave that to the matcher of tasks.json where there is one', async () => {
      // The very last line: what another matcher had found before would be there by then.
      const pattern = {
        regexp: '^mlflow-tracker: run (.+):(\\d+) (FAILED)',
        ...{ file: 1, line: 2, message: 3 },
      };
      const problemMatcher = { owner: 'mine', source: 'mine', fileLocation: 'absolute', pattern };
      const runName = `${path.join(folder, 'broken.py')}:1`;
      writeTasks([{ ...task, label: 'own matcher', runName, problemMatcher }]);
      await run('own matcher', 3);
      await eventually('my problem', () => problems().some(({ source }) => source === 'mine'));
      assert.deepEqual(
        problems().map(({ message }) => message),
        ['FAILED'],
      );
    });
  });

  it('are offered for the active script', async () => {
    const file = path.join(folder, 'active.py');
    writeFileSync(file, 'print("epoch 1: loss=0.5")\n');
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    assert.equal(await execute(await taskNamed('active.py')), 0);
    const run = (await runs()).find(({ data }) => data.metrics.some(({ key }) => key === 'loss'));
    assert.equal(run?.info.status, 'FINISHED');
  });
});
