import type { DatasetInput, RunStatus } from '../../src/tracking/entities';
import type { TrackingStore } from '../../src/tracking/trackingStore';
import { HARD_DOUBLES, HARD_POINTS, HARD_TEXTS } from './hardValues';

const BEYOND = 2n ** 53n + 1n;
const STATUSES: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

/** Writes a store with everything that is hard to keep: the counterpart of `python/write_store.py`. */
export async function writeStore(
  store: TrackingStore,
  options: {
    readonly loggedModels: boolean;
    /** Databases of MLflow before 2.4 have none. */
    readonly datasets?: boolean;
    readonly nameMark?: string;
  },
): Promise<{ readonly experimentId: string; readonly runId: string }> {
  const mark = options.nameMark ?? '';
  const experimentId = await store.createExperiment({
    name: `its “hard” / 🎲: 1${mark}`,
    tags: [
      { key: 'mlflow.note.content', value: 'a\nb' },
      { key: 'größe/x', value: '' },
    ],
  });
  const { runId } = (
    await store.createRun({ experimentId, startTimeMs: BEYOND, runName: 'läuft / 1' })
  ).info;
  for (const [key, value] of Object.entries(HARD_TEXTS)) {
    await store.logParam(runId, { key, value });
    await store.setTag(runId, { key, value });
  }
  for (const [key, value] of Object.entries(HARD_DOUBLES)) {
    await store.logMetric(runId, { key, value, timestampMs: 1_700_000_000_000, step: 0 });
  }
  await store.logBatch(runId, {
    metrics: HARD_POINTS.map(point => ({ key: 'points', ...point })),
    params: [{ key: 'batch', value: '1' }],
    tags: [{ key: 'batch', value: '1' }],
  });
  if (options.datasets !== false) {
    await store.logInputs(runId, { datasets: [dataset('d1', 'train'), dataset('d2', 'eval')] });
  }
  await store.updateRun(runId, { status: 'FINISHED', endTimeMs: BEYOND + 4n });
  await writeChildren(store, experimentId, runId);
  await writeExperiments(store, mark);
  if (options.loggedModels) {
    await writeLoggedModel(store, experimentId, runId);
  }
  return { experimentId, runId };
}

async function writeChildren(
  store: TrackingStore,
  experimentId: string,
  parentId: string,
): Promise<void> {
  for (const [index, status] of STATUSES.entries()) {
    const { info } = await store.createRun({
      experimentId,
      startTimeMs: 1_700_000_000_000 + index,
      tags: [
        { key: 'mlflow.parentRunId', value: parentId },
        { key: 'mlflow.user', value: 'ada' },
      ],
    });
    await store.logMetric(info.runId, {
      key: 'loss',
      value: index / 3,
      timestampMs: index,
      step: index,
    });
    await store.logMetric(info.runId, {
      key: 'points',
      value: index,
      timestampMs: index,
      step: index === 0 ? 0 : -index,
    });
    await store.logParam(info.runId, { key: 'lr', value: `${index}e-3` });
    await store.updateRun(info.runId, { status, ...(index === 3 ? { runName: 'renamed ü' } : {}) });
    if (index === 4) {
      await store.deleteRun(info.runId);
    }
  }
}

async function writeExperiments(store: TrackingStore, mark: string): Promise<void> {
  const renamed = await store.createExperiment({ name: `before${mark}` });
  await store.setExperimentTag(renamed, { key: 'kept', value: '1' });
  await store.renameExperiment(renamed, `after: yes${mark}`);
  await store.setExperimentTag(renamed, { key: 'kept', value: '2' });
  const gone = await store.createExperiment({ name: `gone${mark}` });
  await store.createRun({ experimentId: gone, startTimeMs: 5 });
  await store.deleteExperiment(gone);
  const artifactLocation = 's3://bucket/some/where';
  const elsewhere = await store.createExperiment({ name: `elsewhere${mark}`, artifactLocation });
  await store.createRun({ experimentId: elsewhere, startTimeMs: 7 });
}

async function writeLoggedModel(
  store: TrackingStore,
  experimentId: string,
  runId: string,
): Promise<void> {
  const { modelId } = await store.createLoggedModel({
    experimentId,
    name: 'größer',
    sourceRunId: runId,
    modelType: 'tree',
    params: [{ key: 'depth/x', value: '3' }],
    tags: [{ key: 'stage', value: 'dev ü' }],
  });
  await store.logMetric(runId, {
    key: 'acc',
    value: 0.1 + 0.2,
    timestampMs: BEYOND,
    step: BEYOND,
    modelId,
  });
  await store.finalizeLoggedModel(modelId, 'LOGGED_MODEL_READY');
  await store.logOutputs(runId, [{ modelId, step: 3 }]);
  const user = (await store.createRun({ experimentId, startTimeMs: 9 })).info.runId;
  await store.logInputs(user, { models: [{ modelId }] });
}

function dataset(digest: string, context: string): DatasetInput {
  return {
    dataset: {
      name: 'iris / ü',
      digest,
      sourceType: 'local',
      source: '{"uri": "größe.csv"}',
      schema: '{}',
      profile: '{"rows": 3}',
    },
    tags: [{ key: 'mlflow.data.context', value: context }],
  };
}
