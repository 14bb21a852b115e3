import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { ARTIFACT_SCHEME, COMMANDS, SETTINGS, VIEWS } from '../../../src/host/contributions';
import type { RunNode } from '../../../src/host/model/nodes';
import { encodeHeartbeat, HEARTBEAT_TAG } from '../../../src/tracking/heartbeat';
import { eventually, experimentRow, runRows, textOf } from './support/extension';
import { Suite } from './support/suite';

const PYTHON = path.join(process.env['TRACKER_PROJECT'] ?? '', 'examples/.venv/bin/python');

describe('Track: Run current script', () => {
  const suite = new Suite();

  before(async () => {
    await suite.openFileStore();
    // What nobody sees is not kept up to date.
    await vscode.commands.executeCommand(`${VIEWS.experiments}.focus`);
    await suite.set(SETTINGS.runPython, PYTHON);
    await suite.set(SETTINGS.experimentName, 'from the editor');
  });

  async function trackedRun(status: string, count = 1): Promise<RunNode> {
    return await eventually(`${count} runs, the newest ${status}`, async () => {
      const runs = await runRows(
        suite.extension,
        await experimentRow(suite.extension, 'from the editor'),
      );
      return runs.length === count && runs[0]?.run.info.status === status ? runs[0] : undefined;
    });
  }

  function terminalsOf(name: string): readonly vscode.Terminal[] {
    return vscode.window.terminals.filter(terminal => terminal.name === name);
  }

  it('runs in a terminal of its name, shows in the sidebar while it runs, and stays to be read', async () => {
    await suite.show('watched.py', [
      'import json, os, sys, time',
      'facts = [sys.stdout.isatty(), os.getcwd(), sys.argv[0], "ELECTRON_RUN_AS_NODE" in os.environ]',
      'json.dump(facts, open("facts.json", "w"))',
      'while not os.path.exists("go"): time.sleep(0.1)',
    ]);
    await vscode.commands.executeCommand(COMMANDS.runScript);
    const { run } = await trackedRun('RUNNING');
    assert.equal(run.data.tags.find(tag => tag.key === 'mlflow.source.name')?.value, 'watched.py');
    assert.equal(terminalsOf('watched.py').length, 1);
    suite.write('go', []);
    await trackedRun('FINISHED');
    assert.deepEqual(JSON.parse(readFileSync(path.join(suite.workspace, 'facts.json'), 'utf8')), [
      true,
      suite.workspace,
      'watched.py',
      false,
    ]);
    assert.equal(terminalsOf('watched.py').length, 1);
  });

  it('takes the place of its own terminal when that has ended, and saves the editor first', async () => {
    const [first] = terminalsOf('watched.py');
    const editor = vscode.window.activeTextEditor ?? assert.fail('no editor');
    await editor.edit(edit => edit.insert(new vscode.Position(0, 0), 'import sys; sys.exit(3)\n'));
    assert.equal(editor.document.isDirty, true);
    await vscode.commands.executeCommand(COMMANDS.runScript, editor.document.uri);
    await trackedRun('FAILED', 2);
    assert.equal(editor.document.isDirty, false);
    await eventually('one terminal', () => terminalsOf('watched.py').length === 1);
    assert.notEqual(terminalsOf('watched.py')[0], first);
  });

  it('ends the run as killed when the terminal is closed', async () => {
    await suite.show('closed.py', ['import time', 'time.sleep(100)']);
    await vscode.commands.executeCommand(COMMANDS.runScript);
    await trackedRun('RUNNING', 3);
    terminalsOf('closed.py')[0]?.dispose();
    await trackedRun('KILLED', 3);
  });

  it('is stopped from its row, with its terminal and console log at hand', async () => {
    await suite.show('stopped.py', [
      'import time',
      'print("\\x1b[32mtraining\\x1b[0m", flush=True)',
      'time.sleep(6)',
      'print("went on", flush=True)',
      'time.sleep(100)',
    ]);
    await vscode.commands.executeCommand(COMMANDS.runScript);
    const row = await trackedRun('RUNNING', 4);
    assert.equal(contextOf(row), 'run+active+live');
    await vscode.commands.executeCommand(COMMANDS.openTerminal, row);
    assert.equal(vscode.window.activeTerminal?.name, 'stopped.py');
    const log = await eventually('a console log', async () => {
      await vscode.commands.executeCommand(COMMANDS.openLog, row).then(undefined, () => undefined);
      const document = vscode.window.activeTextEditor?.document;
      return document?.uri.scheme === ARTIFACT_SCHEME ? document.getText() : undefined;
    });
    assert.match(log, /^\d{4}-\d\d-\d\dT\S+Z training\n$/);
    await eventually('the log to grow in its editor', () =>
      vscode.window.activeTextEditor?.document.getText().includes('went on'),
    );
    await vscode.commands.executeCommand(COMMANDS.stop, row);
    await trackedRun('KILLED', 4);
  });

  it('is shown as stale when its wrapper was killed, and ended by one click', async () => {
    const client = await suite.services.getClient();
    const { experimentId } = await client.getExperimentByName('from the editor');
    const wrapper = spawn('sleep', ['100']);
    const heartbeat = {
      ...{ host: hostname(), pid: wrapper.pid ?? 0 },
      ...{ processStartMs: Date.now(), atMs: 5_000 },
    };
    const { info } = await client.createRun({
      experimentId,
      startTimeMs: Date.now(),
      tags: [{ key: HEARTBEAT_TAG, value: encodeHeartbeat(heartbeat) }],
    });
    const row = await trackedRun('RUNNING', 5);
    assert.equal(contextOf(row), 'run+active+live');
    wrapper.kill('SIGKILL');
    // Nothing of this is in the store: the view looks again.
    await eventually('a stale run', () => contextOf(row) === 'run+active+stale');
    assert.match(textOf(suite.extension, row), / stale/);
    // Its message stays until somebody closes it.
    void vscode.commands.executeCommand(COMMANDS.endStale, row);
    await trackedRun('KILLED', 5);
    assert.equal((await client.getRun(info.runId)).info.endTimeMs, info.startTimeMs);
  });

  function contextOf(row: RunNode): string | undefined {
    return suite.extension.experiments.provider.getTreeItem(row).contextValue;
  }

  it('runs again with the same command, in the experiment of the run', async () => {
    const [row] = await runRows(
      suite.extension,
      await experimentRow(suite.extension, 'from the editor'),
    );
    assert.ok(row);
    const client = await suite.services.getClient();
    await suite.show('again.py', ['import sys', 'print(sys.argv[1:])']);
    const first = await client.createRun({
      experimentId: row.run.info.experimentId,
      startTimeMs: Date.now(),
      tags: [
        { key: 'tracker.command', value: `${PYTHON} again.py --name 'a b'` },
        { key: 'tracker.workingDir', value: suite.workspace },
      ],
    });
    await client.updateRun(first.info.runId, { status: 'FINISHED', endTimeMs: Date.now() });
    await suite.set(SETTINGS.experimentName, 'another');
    await vscode.commands.executeCommand(COMMANDS.runAgain, first.info.runId);
    const again = await trackedRun('FINISHED', 7);
    const { data } = await client.getRun(again.run.info.runId);
    assert.deepEqual(
      data.params.map(({ key, value }) => [key, value]),
      [['name', 'a b']],
    );
    await suite.set(SETTINGS.experimentName, 'from the editor');
  });

  it('runs any language that has an interpreter here, and says what to set for the others', async () => {
    await suite.show('steps.sh', ['echo "step 3: loss=0.25"']);
    await vscode.commands.executeCommand(COMMANDS.runScript);
    const { run } = await trackedRun('FINISHED', 8);
    const client = await suite.services.getClient();
    const { data } = await client.getRun(run.info.runId);
    assert.deepEqual(
      data.metrics.map(({ key, value, step }) => [key, value, step]),
      [['loss', 0.25, 3]],
    );
    const before = vscode.window.terminals.length;
    await suite.show('notes.txt', ['hello']);
    await vscode.commands.executeCommand(COMMANDS.runScript);
    assert.equal(vscode.window.terminals.length, before);
  });
});
