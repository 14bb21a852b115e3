import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS, TASK_TYPE } from '../../../src/host/contributions';
import { eventually } from './support/extension';
import { Suite } from './support/suite';

describe('tasks of the type tracker', () => {
  const suite = new Suite();

  before(async () => {
    await suite.openFileStore();
    suite.atEnd(() => rmSync(path.join(suite.workspace, '.vscode/tasks.json'), { force: true }));
  });

  /** As a person writes them into tasks.json. */
  function writeTasks(tasks: readonly object[]): void {
    suite.write('.vscode/tasks.json', [JSON.stringify({ version: '2.0.0', tasks })]);
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

  it('of tasks.json run as tracked runs, and the exit code counts', async () => {
    suite.write('task.py', ['import sys', 'int(sys.argv[1])']);
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
    const [run] = await suite.runs();
    assert.equal(run?.info.status, 'FINISHED');
    assert.equal(run.info.runName, 'nightly');
    assert.deepEqual(run.data.params, [{ key: 'depth', value: '3' }]);
    const tags = Object.fromEntries(run.data.tags.map(({ key, value }) => [key, value]));
    assert.equal(tags['who'], 'me');
    assert.equal(tags['mlflow.source.name'], 'task.py');
    assert.equal(tags['tracker.command'], 'python3 task.py 1');

    assert.equal(await execute(await taskNamed('bad')), 1);
    assert.deepEqual((await suite.runs()).map(({ info }) => info.status).sort(), [
      'FAILED',
      'FINISHED',
    ]);
  });

  it('are chosen in the picker of Track: Run task…', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    suite.write('task.py', ['pass']);
    writeTasks([{ type: TASK_TYPE, command: 'task.py', label: 'picked', runName: 'picked' }]);
    await taskNamed('picked');
    const finished = vscode.commands.executeCommand(COMMANDS.runTask);
    // The picker opens when VS Code has asked for the tasks; its only row is the active one.
    await eventually('the run', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return (await suite.runs()).some(
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
      suite.write('broken.py', lines);
      assert.equal(await execute(await taskNamed(name)), errorLine === undefined ? 0 : 1);
    }

    function problems(): readonly vscode.Diagnostic[] {
      const file = path.join(suite.workspace, 'broken.py');
      return vscode.languages.getDiagnostics(vscode.Uri.file(file));
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
      const runName = `${path.join(suite.workspace, 'broken.py')}:1`;
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
    await suite.show('active.py', ['print("epoch 1: loss=0.5")']);
    assert.equal(await execute(await taskNamed('active.py')), 0);
    const run = (await suite.runs()).find(({ data }) =>
      data.metrics.some(({ key }) => key === 'loss'),
    );
    assert.equal(run?.info.status, 'FINISHED');
  });
});
