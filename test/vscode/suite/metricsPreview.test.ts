import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { COMMANDS, PREVIEW_SCHEME, SETTINGS } from '../../../src/host/contributions';
import { eventually, experimentRow, runRows } from './support/extension';
import { Suite } from './support/suite';

describe('Track: Preview captured metrics', () => {
  const suite = new Suite();

  /** Runs a command as a terminal would, outside of VS Code. */
  async function track(trackingUri: string, runName: string, ...command: string[]): Promise<void> {
    const cli = path.join(process.env['TRACKER_PROJECT'] ?? '', 'dist/cli.js');
    const options = ['--tracking-uri', trackingUri, '--experiment', 'logs', '--run-name', runName];
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const args = [cli, 'run', ...options, '--', ...command];
    await promisify(execFile)(process.execPath, args, { cwd: suite.folder, env });
  }

  function active(): vscode.TextDocument {
    return vscode.window.activeTextEditor?.document ?? assert.fail('no editor');
  }

  async function preview(...args: unknown[]): Promise<vscode.TextDocument> {
    await vscode.commands.executeCommand(COMMANDS.previewMetrics, ...args);
    assert.equal(active().uri.scheme, PREVIEW_SCHEME);
    return active();
  }

  it('reads the text of the editor, unsaved as it is, and again when asked in the preview', async () => {
    const editor = await suite.show('train.log', ['start', 'epoch 1: loss=0.5']);
    const document = await preview();
    assert.equal(path.basename(document.uri.path), 'train.log: captured metrics');
    assert.equal(
      document.getText(),
      '1 of the 2 lines of train.log give metrics: loss.\n\nline 2: epoch 1: loss=0.5\n    loss = 0.5  (step 1)\n',
    );
    // Nothing that has to be saved when it is closed, nor that could be written into.
    assert.equal(document.isUntitled, false);
    assert.equal(vscode.workspace.fs.isWritableFileSystem(PREVIEW_SCHEME), false);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(editor.document.uri, new vscode.Position(2, 0), 'epoch 2: loss=0.25\n');
    await vscode.workspace.applyEdit(edit);
    assert.equal(await preview(), document);
    await eventually('the second epoch', () => document.getText().includes('loss = 0.25'));
    await editor.document.save();
  });

  it('reads a selection alone, with the numbers of its lines', async () => {
    const editor = await suite.show('part.log', ['epoch 1: loss=0.5', 'epoch 2: loss=0.4', 'end']);
    editor.selection = new vscode.Selection(1, 0, 2, 0);
    const text = (await preview()).getText();
    assert.match(text, /^1 of the 1 lines of the selection in part\.log give metrics: loss\.\n/);
    assert.match(text, /\nline 2: epoch 2: loss=0\.4\n/);
  });

  it('says what to do when nothing is recognised, and follows the patterns of the settings', async () => {
    await suite.show('own.log', ['it 3 took us to 0.125']);
    const document = await preview();
    assert.match(
      document.getText(),
      /^None of the 1 lines of own\.log gives a metric\.\n\nA line is /,
    );
    await suite.set(SETTINGS.runMetricPatterns, ['it (?<step>\\d+) took us to (?<score>\\S+)']);
    await eventually('the metric', () => document.getText().includes('score = 0.125  (step 3)'));
    await suite.set(SETTINGS.runMetricPatterns, ['(?<loss>']);
    await eventually('what is wrong', () => /is no regular expression/.test(document.getText()));
    await suite.set(SETTINGS.runMetricPatterns, undefined);
  });

  it('reads the console log of a run from its menu, and says which runs have none', async () => {
    const root = path.join(suite.folder, 'mlruns');
    await track(root, 'with a/log', '/bin/echo', 'epoch 7: acc=0.75');
    await track(root, 'silent', '/bin/true');
    await suite.openStore(root);
    const rows = await runRows(suite.extension, await experimentRow(suite.extension, 'logs'));
    const row = (name: string) => rows.find(({ run }) => run.info.runName === name);
    const document = await preview(row('with a/log'));
    assert.equal(path.basename(document.uri.path), 'with a-log: captured metrics');
    assert.match(document.getText(), /^1 of the 1 lines of console\.log give metrics: acc\.\n/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    // Its message stays until somebody closes it.
    await vscode.commands.executeCommand(COMMANDS.previewMetrics, row('silent'));
    assert.equal(vscode.window.activeTextEditor, undefined);
  });
});
