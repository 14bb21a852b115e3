import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/host/contributions';
import type { TreeNode } from '../../../src/host/model/nodes';
import { eventually, experimentRow, namesOf, rowsOf, runRows, textOf } from './support/extension';
import { OtherProcess } from './support/otherProcess';
import { Suite } from './support/suite';

/** Fields of a metric that these tests do not look at. */
const at = (step: number) => ({ timestampMs: 1_700_000_000_000 + step * 1000, step });

describe('The Experiments view', () => {
  const suite = new Suite();
  let script: OtherProcess;
  let experimentId: string;

  before(async () => {
    const uri = `sqlite:///${path.join(suite.folder, 'runs.db')}`;
    // Both servers find the artifacts of a run when they work in the same folder.
    script = suite.use(await OtherProcess.on(uri, suite.services.workingDir));
    experimentId = await script.store.createExperiment({ name: 'iris' });
    await suite.openStore(uri);
  });

  afterEach(() => {
    suite.services.viewState.update({
      filter: '',
      showDeleted: false,
      sort: { by: 'start_time', ascending: false },
    });
  });

  async function newRun(runName: string, startTimeMs: number, parentRunId?: string) {
    const tags = parentRunId ? [{ key: 'mlflow.parentRunId', value: parentRunId }] : [];
    const run = await script.store.createRun({ experimentId, runName, startTimeMs, tags });
    return run.info.runId;
  }

  it('lists runs newest first, children below their parent, and a run by its sections', async () => {
    const old = await newRun('old', 1000);
    const parent = await newRun('parent', 2000);
    const child = await newRun('child', 3000, parent);
    await newRun('new', 4000);
    await script.store.logBatch(old, {
      metrics: [{ key: 'val_acc', value: 0.87312, ...at(7) }],
      params: [{ key: 'lr', value: '0.01' }],
      tags: [{ key: 'team', value: 'vision' }],
    });
    await script.store.updateRun(old, { status: 'FAILED', endTimeMs: 62_000 });
    await vscode.commands.executeCommand(COMMANDS.refresh);

    const iris = await experimentRow(suite.extension, 'iris');
    const runs = await eventually('four runs', async () => {
      const rows = await runRows(suite.extension, iris);
      return rows.length === 3 && rows;
    });
    assert.deepEqual(namesOf(runs), ['new', 'parent', 'old']);
    const [, parentRow, oldRow] = runs;
    assert.ok(parentRow && oldRow);
    const [childRow] = await runRows(suite.extension, parentRow);
    assert.equal(childRow?.run.info.runId, child);
    assert.equal(suite.extension.experiments.provider.getParent(childRow), parentRow);
    assert.match(textOf(suite.extension, oldRow), /^old failed · 0\.8731 · 1m 1s · 1970-01-01$/);

    const sections = (await rowsOf(suite.extension, oldRow)).map(node =>
      textOf(suite.extension, node),
    );
    assert.deepEqual(sections.slice(0, 3), [
      'Metrics val_acc 0.8731',
      'Params lr 0.01',
      'Tags team vision',
    ]);
    const metrics = (await rowsOf(suite.extension, oldRow)).find(
      node => node.kind === 'group' && node.group === 'metrics',
    );
    const [metric] = await rowsOf(suite.extension, metrics);
    assert.equal(metric?.kind === 'field' && metric.value, '0.87312');
  });

  it('shows what another process logs, keeping the rows that it has', async () => {
    const iris = await experimentRow(suite.extension, 'iris');
    const before = await runRows(suite.extension, iris);
    const drawn = new Set<TreeNode | undefined>();
    const subscription = suite.services.model.onDidChange(nodes => {
      for (const node of nodes ?? [undefined]) {
        drawn.add(node);
      }
    });
    // The view follows the store only while it is seen.
    await vscode.commands.executeCommand('tracker.experiments.focus');
    await eventually('a visible view', () => suite.extension.experiments.view.visible);
    const runId = await newRun('live', 5000);
    const row = await eventually('a row for the new run', async () =>
      (await runRows(suite.extension, iris)).find(node => node.run.info.runId === runId),
    );
    for (let step = 0; step < 12; step++) {
      await script.store.logMetric(runId, { key: 'val_acc', value: step / 12, ...at(step) });
    }
    await eventually(
      'the metric and its curve in the row',
      () => /^live 0\.9167 ▁.*█ /.test(textOf(suite.extension, row)) && drawn.has(row),
    );
    await script.store.updateRun(runId, { status: 'FINISHED', endTimeMs: 6000 });
    await eventually('the end of the run', () =>
      /^live 0\.9167 · 1s/.test(textOf(suite.extension, row)),
    );
    subscription.dispose();
    const after = await runRows(suite.extension, iris);
    assert.equal(after[0], row);
    for (const node of before) {
      assert.ok(after.includes(node), 'a refresh must not replace the nodes of the tree');
    }
  });

  it('keeps expansion and selection over a refresh', async () => {
    const { view } = suite.extension.experiments;
    const iris = await experimentRow(suite.extension, 'iris');
    const [first] = await runRows(suite.extension, iris);
    assert.ok(first);
    await view.reveal(first, { select: true, expand: true });
    await eventually('the selection', () => view.selection[0] === first);
    await eventually('the expansion is remembered', () =>
      suite.services.viewState.isExpanded(first.id),
    );
    await vscode.commands.executeCommand(COMMANDS.refresh);
    await newRun('after the refresh', 7000);
    await eventually('the new run', async () =>
      namesOf(await runRows(suite.extension, iris)).includes('after the refresh'),
    );
    await eventually('the same selection', () => view.selection[0] === first);
    assert.ok(suite.services.viewState.isExpanded(first.id));
  });

  it('filters in MLflow’s language, shows the filter, and a matching child with its parent', async () => {
    suite.services.viewState.update({ filter: "attributes.run_name = 'child'" });
    const [filterRow, iris] = await rowsOf(suite.extension);
    assert.equal(filterRow?.kind, 'filter');
    assert.ok(iris);
    const all = await experimentRow(suite.extension, 'iris');
    const [parent, ...others] = await runRows(suite.extension, all);
    assert.deepEqual(others, []);
    assert.ok(parent?.contextOnly);
    assert.deepEqual(namesOf(await runRows(suite.extension, parent)), ['child']);
    await vscode.commands.executeCommand(COMMANDS.clearFilter);
    assert.notEqual((await rowsOf(suite.extension))[0]?.kind, 'filter');
  });

  it('says that nothing matches', async () => {
    suite.services.viewState.update({ filter: 'metrics.val_acc > 5' });
    const rows = await rowsOf(suite.extension, await experimentRow(suite.extension, 'iris'));
    assert.deepEqual(
      rows.map(row => textOf(suite.extension, row)),
      ['No run matches the filter'],
    );
  });

  it('sorts by name, by a metric and by duration', async () => {
    const { viewState } = suite.services;
    const order = async () =>
      namesOf(await runRows(suite.extension, await experimentRow(suite.extension, 'iris')));
    viewState.update({ sort: { by: 'run_name', ascending: true } });
    const byName = await order();
    assert.deepEqual(byName, [...byName].sort());
    viewState.update({ sort: { by: { metric: 'val_acc' }, ascending: false } });
    assert.deepEqual((await order()).slice(0, 2), ['live', 'old']);
    viewState.update({ sort: { by: 'duration', ascending: true } });
    const finished = (await order()).filter(name => name === 'live' || name === 'old');
    assert.deepEqual(finished, ['live', 'old']);
  });

  it('hides deleted runs, shows them on demand, and restores them', async () => {
    const { model, viewState, getClient } = suite.services;
    const client = await getClient();
    const iris = await experimentRow(suite.extension, 'iris');
    const row = (await runRows(suite.extension, iris)).find(
      node => node.run.info.runName === 'old',
    );
    assert.ok(row);
    await client.deleteRun(row.run.info.runId);
    await model.apply([{ kind: 'runs', experimentId }]);
    assert.ok(!namesOf(await runRows(suite.extension, iris)).includes('old'));
    viewState.update({ showDeleted: true });
    const all = await runRows(suite.extension, await experimentRow(suite.extension, 'iris'));
    const deleted = all.find(node => node.run.info.runName === 'old');
    assert.ok(deleted);
    assert.match(
      String(suite.extension.experiments.provider.getTreeItem(deleted).contextValue),
      /deleted/,
    );
    await vscode.commands.executeCommand(COMMANDS.restore, deleted);
    viewState.update({ showDeleted: false });
    await eventually('the restored run', async () =>
      namesOf(
        await runRows(suite.extension, await experimentRow(suite.extension, 'iris')),
      ).includes('old'),
    );
  });

  it('takes the main metric from the setting without a reload', async () => {
    const { model } = suite.services;
    const run = (await runRows(suite.extension, await experimentRow(suite.extension, 'iris'))).find(
      node => node.run.info.runName === 'old',
    );
    assert.ok(run);
    await script.store.logMetric(run.run.info.runId, { key: 'speed', value: 42, ...at(0) });
    const configuration = vscode.workspace.getConfiguration('tracker');
    await configuration.update('mainMetric', 'speed', vscode.ConfigurationTarget.Workspace);
    try {
      await eventually('the other metric', async () => {
        await runRows(suite.extension, await experimentRow(suite.extension, 'iris'));
        const row = model.findRun(run.run.info.runId);
        return row && textOf(suite.extension, row).includes('· 42 ·');
      });
    } finally {
      await configuration.update('mainMetric', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('opens an artifact read-only through the file system of runs', async () => {
    const run = (await runRows(suite.extension, await experimentRow(suite.extension, 'iris')))[0];
    assert.ok(run);
    const { runId } = run.run.info;
    const upload = await fetch(
      `${script.url}/api/2.0/mlflow-artifacts/artifacts/${experimentId}/${runId}/artifacts/notes/read%20me.md`,
      { method: 'PUT', body: '# hello' },
    );
    assert.equal(upload.status, 200);
    const groups = await rowsOf(suite.extension, run);
    const artifacts = groups.find(node => node.kind === 'group' && node.group === 'artifacts');
    const [notes] = await rowsOf(suite.extension, artifacts);
    assert.ok(notes?.kind === 'artifact' && notes.file.isDir);
    const [file] = await rowsOf(suite.extension, notes);
    assert.ok(file?.kind === 'artifact');
    await vscode.commands.executeCommand(COMMANDS.openArtifact, file);
    const editor = await eventually('the artifact in an editor', () =>
      vscode.window.activeTextEditor?.document.uri.scheme === 'mlflow-run'
        ? vscode.window.activeTextEditor
        : undefined,
    );
    assert.equal(editor.document.getText(), '# hello');
    assert.equal(vscode.workspace.fs.isWritableFileSystem('mlflow-run'), false);
    await assert.rejects(
      async () => vscode.workspace.fs.writeFile(editor.document.uri, new Uint8Array()),
      /read-only|readonly|NoPermissions/i,
    );
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('copies the id of the selected run', async () => {
    const [run] = await runRows(suite.extension, await experimentRow(suite.extension, 'iris'));
    assert.ok(run);
    await vscode.commands.executeCommand(COMMANDS.copyId, run);
    assert.equal(await vscode.env.clipboard.readText(), run.run.info.runId);
  });
});
