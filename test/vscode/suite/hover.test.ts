import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { experimentRow, runRows } from './support/extension';
import { OtherProcess } from './support/otherProcess';
import { Suite } from './support/suite';

describe('The hover card', () => {
  const suite = new Suite();
  let runId: string;

  before(async () => {
    const uri = path.join(suite.folder, 'mlruns');
    const { store } = suite.use(await OtherProcess.on(uri));
    const experimentId = await store.createExperiment({ name: 'iris' });
    const startTimeMs = Date.now() - 60_000;
    const run = await store.createRun({
      experimentId,
      runName: 'eager_fox|12',
      startTimeMs,
      tags: [
        { key: 'mlflow.source.name', value: 'train_softmax.py' },
        { key: 'mlflow.source.git.commit', value: 'a1b2c3d4e5f6' },
        { key: 'mlflow.source.git.branch', value: 'main' },
        { key: 'mlflow.source.git.dirty', value: 'true' },
      ],
    });
    ({ runId } = run.info);
    await store.logBatch(runId, {
      params: [{ key: 'lr', value: '0.01' }],
      metrics: [0.1, 0.5, 0.9, 0.8].map((value, step) => ({
        key: 'val_acc',
        value,
        step,
        timestampMs: startTimeMs + step,
      })),
    });
    await suite.openStore(uri);
  });

  async function hoversOver(text: string, at: number): Promise<string> {
    const document = await vscode.workspace.openTextDocument({ content: text });
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(0, at),
    );
    return hovers
      .flatMap(hover => hover.contents)
      .map(content => (content instanceof vscode.MarkdownString ? content.value : ''))
      .join('\n');
  }

  it('of a row tells status, source, params and every metric with its extremes and curve', async () => {
    const { provider } = suite.extension.experiments;
    const [row] = await runRows(suite.extension, await experimentRow(suite.extension, 'iris'));
    assert.ok(row);
    const item = provider.getTreeItem(row);
    assert.equal(item.tooltip, undefined, 'made only when it is wanted');
    const { token } = new vscode.CancellationTokenSource();
    const { tooltip } = await provider.resolveTreeItem(item, row, token);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    const card = tooltip.value;
    assert.ok(card.includes('**eager\\_fox\\|12**'), card);
    assert.match(card, /running/);
    assert.match(card, /train\\_softmax\\\.py/);
    assert.match(card, /a1b2c3d on main/);
    assert.match(card, /uncommitted changes/);
    assert.match(card, /lr \*\*0\\\.01\*\*/);
    assert.match(card, /val\\_acc \| 0\\\.8000 \| 0\\\.1000 @0 \| \*\*0\\\.9000\*\* @2 \|/);
    assert.match(card, /data:image\/svg\+xml;base64,/);
    assert.deepEqual(
      typeof tooltip.isTrusted === 'object' && [...tooltip.isTrusted.enabledCommands].sort(),
      [
        'tracker.item.copyId',
        'tracker.run.openLog',
        'tracker.runs.compare',
        'tracker.runs.showHistories',
      ],
    );
    assert.notEqual(tooltip.supportHtml, true);
  });

  it('is not made for a pointer that has left', async () => {
    const { provider } = suite.extension.experiments;
    const [row] = await runRows(suite.extension, await experimentRow(suite.extension, 'iris'));
    assert.ok(row);
    const source = new vscode.CancellationTokenSource();
    source.cancel();
    await assert.rejects(
      provider.resolveTreeItem(provider.getTreeItem({ ...row }), row, source.token),
      { name: 'AbortError' },
    );
  });

  it('shows over a run id in any text, and over nothing else', async () => {
    const text = `best run: ${runId} (and ${'0'.repeat(32)})`;
    assert.match(await hoversOver(text, 15), /train\\_softmax/);
    assert.equal(await hoversOver(text, 3), '');
    assert.equal(await hoversOver(text, text.length - 5), '');
  });

  it('over text can be switched off by the setting', async () => {
    const configuration = vscode.workspace.getConfiguration('tracker');
    await configuration.update('hover.enabled', false, vscode.ConfigurationTarget.Workspace);
    try {
      assert.equal(await hoversOver(runId, 3), '');
    } finally {
      await configuration.update('hover.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
