import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/host/contributions';
import { artifactUri } from '../../../src/host/editor/artifactUri';
import { DebugTracking } from '../../../src/host/run/debugTracking';
import type { Run } from '../../../src/tracking/entities';
import { eventually } from './support/extension';
import { Suite } from './support/suite';

const SOURCE_TAG = 'mlflow.source.name';

/** VS Code's own debugger, which is there without an extension. */
describe('Track: Debug current script', () => {
  const suite = new Suite();

  before(async () => {
    await suite.openFileStore();
    suite.atEnd(() => vscode.debug.stopDebugging());
    suite.atEnd(() => vscode.debug.removeBreakpoints(vscode.debug.breakpoints));
  });

  async function open(name: string, lines: readonly string[]): Promise<vscode.Uri> {
    return (await suite.show(name, lines)).document.uri;
  }

  async function run(name: string, status: string): Promise<Run> {
    return await eventually(`the run of ${name}, ${status}`, async () =>
      (await suite.runs(`tags.\`${SOURCE_TAG}\` = '${name}'`)).find(
        ({ info }) => info.status === status,
      ),
    );
  }

  it('stops at a breakpoint, goes on, and is a tracked run with output and params', async () => {
    const uri = await open('debugged.js', [
      'console.log("epoch 1: loss=0.5");',
      // A script that names the client makes its run itself.
      'const isServed = Object.keys(process.env).includes("ML" + "FLOW_TRACKING_URI");',
      'console.log(`served: ${isServed}`);',
    ]);
    const line = new vscode.Location(uri, new vscode.Position(2, 0));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(line)]);
    await vscode.commands.executeCommand(COMMANDS.debugScript);
    // A thread is active before it has stopped; a frame is not.
    await eventually(
      'a stop at the breakpoint',
      () => vscode.debug.activeStackItem instanceof vscode.DebugStackFrame,
    );
    await run('debugged.js', 'RUNNING');
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    const { info, data } = await run('debugged.js', 'FINISHED');
    assert.deepEqual(
      data.metrics.map(({ key, value, step }) => [key, value, step]),
      [['loss', 0.5, 1]],
    );
    const client = await suite.services.getClient();
    const files = await client.listArtifacts(info.runId, 'mlflow-tracker');
    assert.ok(files.some(file => file.path === 'mlflow-tracker/console.log'));
    const log = await vscode.workspace.openTextDocument(
      artifactUri(info.runId, 'mlflow-tracker/console.log'),
    );
    assert.match(log.getText(), /Z served: true\n/);
  });

  it('takes any configuration with "track": true, and a script that is stopped is killed', async () => {
    const uri = await open('stopped.js', [
      'console.log("started");',
      'setInterval(() => {}, 1000);',
    ]);
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    const started = await vscode.debug.startDebugging(workspace, {
      type: 'node',
      request: 'launch',
      name: 'with arguments',
      program: uri.fsPath,
      args: ['--lr', '0.5'],
      outputCapture: 'std',
      track: true,
    });
    assert.ok(started);
    await run('stopped.js', 'RUNNING');
    await vscode.debug.stopDebugging();
    const { data } = await run('stopped.js', 'KILLED');
    assert.deepEqual(
      data.params.map(({ key, value }) => [key, value]),
      [['lr', '0.5']],
    );
  });

  it('ends the run of a session that does not come about', async () => {
    const uri = await open('refused.js', ['']);
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    const tracking = new DebugTracking(suite.services, 4_000);
    const config = { type: 'node', request: 'launch', name: 'r', program: uri.fsPath, track: true };
    assert.ok(await tracking.resolveDebugConfigurationWithSubstitutedVariables(workspace, config));
    await run('refused.js', 'RUNNING');
    await run('refused.js', 'KILLED');
    tracking.dispose();
  });

  it('leaves configurations without it alone', async () => {
    const uri = await open('plain.js', ['process.exit(0);']);
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    const ended = new Promise(resolve => vscode.debug.onDidTerminateDebugSession(resolve));
    const config = { type: 'node', request: 'launch', name: 'plain', program: uri.fsPath };
    assert.ok(await vscode.debug.startDebugging(workspace, config));
    await ended;
    const names = (await suite.runs()).map(
      ({ data }) => data.tags.find(tag => tag.key === SOURCE_TAG)?.value,
    );
    assert.ok(names.includes('stopped.js') && !names.includes('plain.js'));
  });
});
