import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { expect } from 'vitest';

import { asRecord, newExperiment, newRun, point } from './expectations';
import { testAlone, type Subject } from './subject';

export function durabilityContract(subject: Subject): void {
  testAlone(subject, 'a reopened store gives the same answers', async backend => {
    const { store } = backend;
    const experimentId = await newExperiment(store);
    const { runId } = (await store.createRun({ experimentId, runName: 'kept' })).info;
    await store.logBatch(runId, {
      metrics: [point('m/a', 0.1 + 0.2, { step: -(2n ** 60n) }), point('n', NaN)],
      params: [{ key: 'empty', value: '' }],
      tags: [{ key: 'größe', value: 'a\nb' }],
    });
    await store.logInputs(runId, {
      datasets: [
        {
          dataset: { name: 'd', digest: '1', sourceType: 'local', source: 's' },
          tags: [{ key: 'mlflow.data.context', value: 'train' }],
        },
      ],
    });
    const gone = (await store.createRun({ experimentId })).info.runId;
    await store.deleteRun(gone);
    const ask = async (from: typeof store) => ({
      experiment: await from.getExperiment(experimentId),
      runs: await from.searchRuns({ experimentIds: [experimentId], viewType: 'ALL' }),
      history: await from.getMetricHistory({ runId, metricKey: 'm/a' }),
    });
    const before = await ask(store);
    expect(before.runs.items).toHaveLength(2);
    expect(await ask(await backend.reopen())).toEqual(before);
  });

  testAlone(subject, 'two stores on one backend see each other at once', async backend => {
    const { store } = backend;
    const other = await backend.openAnother();
    const { runId, experimentId } = (await newRun(store)).info;
    expect((await other.getRun(runId)).info.experimentId).toBe(experimentId);
    // Warms every cache that a store may have before the other one writes.
    await store.searchRuns({ experimentIds: [experimentId] });
    await store.getMetricColumns(runId, 'm');

    await other.logMetric(runId, point('m', 1));
    await other.logParam(runId, { key: 'p', value: '1' });
    await other.updateRun(runId, { status: 'FINISHED', runName: 'by the other' });
    const filter = "metrics.m = 1 AND params.p = '1' AND status = 'FINISHED'";
    const { items } = await store.searchRuns({ experimentIds: [experimentId], filter });
    expect(items).toEqual([await other.getRun(runId)]);
    expect(await store.getRun(runId)).toEqual(items[0]);

    await store.logMetric(runId, point('m', 2, { step: 1 }));
    await store.setTag(runId, { key: 't', value: '1' });
    expect([...(await other.getMetricColumns(runId, 'm')).values]).toEqual([1, 2]);
    expect(asRecord((await other.getRun(runId)).data.tags)).toMatchObject({ t: '1' });

    const added = await other.createRun({ experimentId, runName: 'added' });
    await other.deleteRun(runId);
    const left = await store.searchRuns({ experimentIds: [experimentId] });
    expect(left.items.map(run => run.info.runId)).toEqual([added.info.runId]);

    await other.deleteExperiment(experimentId);
    expect((await store.getExperiment(experimentId)).lifecycleStage).toBe('deleted');
  });

  testAlone(subject, 'two stores that write at the same time lose nothing', async backend => {
    const stores = [backend.store, await backend.openAnother()];
    const { runId } = (await newRun(backend.store)).info;
    await Promise.all(
      stores.flatMap((store, writer) =>
        Array.from({ length: 30 }, async (_, i) => {
          await store.logMetric(runId, point('m', writer, { step: i * 2 + writer }));
          await store.logParam(runId, { key: `${writer} ${i}`, value: `${i}` });
        }),
      ),
    );
    const columns = await backend.store.getMetricColumns(runId, 'm');
    expect([...columns.steps]).toEqual(Array.from({ length: 60 }, (_, i) => i));
    const run = await backend.store.getRun(runId);
    expect(run.data.params).toHaveLength(60);
    expect(run.data.metrics[0]).toMatchObject({ step: 59 });
  });

  testAlone(subject, 'what a killed process was told is stored, is stored', async backend => {
    const { runId } = (await newRun(backend.store)).info;
    const folder = await mkdtemp(join(tmpdir(), 'killed-writer-'));
    try {
      const program = bundleWriter(folder);
      const child = spawn(process.execPath, [program, backend.uri, runId], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      let acknowledged = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Number(line);
        if (acknowledged === 40) {
          child.kill('SIGKILL');
        }
      }
      await exited;
      expect(acknowledged).toBeGreaterThanOrEqual(40);

      const { steps } = await backend.store.getMetricColumns(runId, 'm');
      expect(steps.length).toBeGreaterThanOrEqual(acknowledged);
      expect([...steps]).toEqual(Array.from({ length: steps.length }, (_, i) => i + 1));
      const run = await backend.store.getRun(runId);
      expect(run.data.params.length).toBeGreaterThanOrEqual(acknowledged);
      await backend.store.logMetric(runId, point('m', 1, { step: 1_000_000 }));
      expect((await backend.store.getRun(runId)).data.metrics[0]).toMatchObject({
        step: 1_000_000,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Plain Node cannot run our sources: imports have no extension. Returns the path of the program. */
function bundleWriter(folder: string): string {
  const program = join(folder, 'killedWriter.mjs');
  execFileSync(
    join(import.meta.dirname, '../../node_modules/.bin/esbuild'),
    [
      join(import.meta.dirname, 'killedWriter.ts'),
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--log-level=error',
      "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      `--outfile=${program}`,
    ],
    { stdio: 'inherit' },
  );
  return program;
}
