import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/host/contributions';
import { eventually, experimentRow, namesOf, rowsOf, runRows } from './support/extension';
import { OtherProcess } from './support/otherProcess';
import { Suite } from './support/suite';

const RUNS = 10_000;
const PAGE = 100;

describe('An experiment with 10,000 runs', () => {
  const suite = new Suite();
  let uri: string;

  before(async function () {
    this.timeout(120_000);
    uri = path.join(suite.folder, 'mlruns');
    await writeStore(uri);
    await suite.openStore(uri);
  });

  it('shows the newest page, more on demand, and keeps what is shown', async () => {
    const row = await experimentRow(suite.extension, 'many');
    const first = await rowsOf(suite.extension, row);
    assert.equal(first.length, PAGE + 1);
    assert.equal(first[0]?.kind === 'run' && first[0].run.info.runName, `run-${RUNS - 1}`);
    const more = first.at(-1);
    assert.equal(more?.kind, 'more');
    await vscode.commands.executeCommand(COMMANDS.loadMore, more);
    const second = await rowsOf(suite.extension, row);
    assert.equal(second.length, 2 * PAGE + 1);
    assert.deepEqual(second.slice(0, PAGE), first.slice(0, PAGE));
    assert.equal(new Set(second.map(node => node.id)).size, second.length);
  });

  it('asks only for the run that changed', async () => {
    await vscode.commands.executeCommand('tracker.experiments.focus');
    const row = await experimentRow(suite.extension, 'many');
    const [newest] = await runRows(suite.extension, row);
    assert.ok(newest);
    const { runId } = newest.run.info;
    await quiet();
    const drawn: unknown[] = [];
    const subscription = suite.services.model.onDidChange(nodes => {
      drawn.push(...(nodes ?? ['everything']));
    });
    await using script = await OtherProcess.on(uri);
    await script.store.logMetric(runId, { key: 'loss', value: 7, timestampMs: 1, step: 9 });
    await eventually('the new value', () =>
      newest.run.data.metrics.some(metric => metric.value === 7),
    );
    subscription.dispose();
    assert.deepEqual([...new Set(drawn)], [newest], 'no other row is drawn again');
  });

  it('shows a new run on top without losing the pages that are loaded', async () => {
    const row = await experimentRow(suite.extension, 'many');
    const before = await runRows(suite.extension, row);
    await using script = await OtherProcess.on(uri);
    await script.store.createRun({
      experimentId: row.experiment.experimentId,
      runName: 'newest',
      startTimeMs: 2_000_000_000_000,
    });
    const after = await eventually('the new run on top', async () => {
      const runs = await runRows(suite.extension, row);
      return runs[0]?.run.info.runName === 'newest' && runs;
    });
    assert.ok(after.length >= before.length);
    assert.deepEqual(namesOf(after.slice(1, 50)), namesOf(before.slice(0, 49)));
  });

  /** Resolves when nothing has been drawn for a while: a store that was just opened tells of its running runs once. */
  async function quiet(): Promise<void> {
    let last = Date.now();
    const subscription = suite.services.model.onDidChange(() => {
      last = Date.now();
    });
    await eventually('quiet', () => Date.now() - last > 2000);
    subscription.dispose();
  }
});

/** A file store as MLflow writes it, made at once: logging 10,000 runs one by one is not what is tested here. */
async function writeStore(root: string): Promise<void> {
  const experiment = path.join(root, '1');
  await mkdir(experiment, { recursive: true });
  await writeFile(
    path.join(experiment, 'meta.yaml'),
    `artifact_location: ${experiment}\ncreation_time: 1\nexperiment_id: '1'\nlast_update_time: 1\nlifecycle_stage: active\nname: many\n`,
  );
  for (let from = 0; from < RUNS; from += 500) {
    await Promise.all(
      Array.from({ length: 500 }, (_, index) => writeRun(experiment, from + index)),
    );
  }
}

async function writeRun(experiment: string, number: number): Promise<void> {
  const runId = number.toString(16).padStart(32, '0');
  const folder = path.join(experiment, runId);
  await mkdir(path.join(folder, 'metrics'), { recursive: true });
  const start = 1_600_000_000_000 + number * 1000;
  const meta = {
    artifact_uri: `${folder}/artifacts`,
    end_time: start + 500,
    entry_point_name: "''",
    experiment_id: "'1'",
    lifecycle_stage: 'active',
    run_id: `'${runId}'`,
    run_name: `run-${number}`,
    run_uuid: `'${runId}'`,
    source_name: "''",
    source_type: 4,
    source_version: "''",
    start_time: start,
    // RUNNING for the newest, which a test logs to; FINISHED for the others.
    status: number === RUNS - 1 ? 1 : 3,
    tags: '[]',
    user_id: 'ada',
  };
  const lines = Object.entries(meta).map(([key, value]) => `${key}: ${value}\n`);
  await writeFile(path.join(folder, 'meta.yaml'), lines.join(''));
  await writeFile(path.join(folder, 'metrics', 'loss'), `1 ${number} 0\n`);
}
