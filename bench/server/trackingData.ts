import { silentLogger } from '../../src/base/logger';
import { openStore } from '../../src/stores/openStore';
import type { TrackingStore } from '../../src/tracking/trackingStore';
import { syntheticRuns, type SyntheticRun } from '../datasets';
import type { Workspace } from '../workspace';

/** What the tasks need to know of the data in a store. */
export interface TrackingData {
  readonly experimentId: string;
  /** A run with one long history, and its key. */
  readonly longRunId: string;
  readonly longKey: string;
  readonly points: number;
  /** How many runs of the filtered search come before its last page. */
  readonly lastPageAt: number;
}

export interface DataSize {
  readonly runs: number;
  /** Of the long history. */
  readonly points: number;
}

const WRITES_AT_ONCE = 32;
const POINTS_A_BATCH = 1000;
const LONG_KEY = 'signal';

/** Fills a store through its own interface, the same for every kind, tracking servers included. */
export async function fillStore(
  workspace: Workspace,
  uri: string,
  size: DataSize,
  createSchemaFor?: string,
): Promise<TrackingData> {
  const store = await openStore(uri, {
    logger: silentLogger,
    workingDir: workspace.root,
    createSchemaFor,
  });
  try {
    const experimentId = await store.createExperiment({ name: 'bench' });
    const runs = syntheticRuns(size.runs);
    let next = 0;
    await Promise.all(
      Array.from({ length: WRITES_AT_ONCE }, async () => {
        for (let run = runs[next++]; run; run = runs[next++]) {
          await writeRun(store, experimentId, run);
        }
      }),
    );
    const long = await store.createRun({ experimentId, startTimeMs: 1 });
    const longRunId = long.info.runId;
    for (let first = 0; first < size.points; first += POINTS_A_BATCH) {
      const metrics = Array.from({ length: POINTS_A_BATCH }, (_, offset) => ({
        key: LONG_KEY,
        value: Math.sin((first + offset) / 1000),
        timestampMs: 1_760_000_000_000 + first + offset,
        step: first + offset,
      }));
      await store.logBatch(longRunId, { metrics });
    }
    const found = runs.filter(
      run => (run.metrics['loss'] ?? 1) < 0.5 && run.params['optimizer'] === 'adam',
    );
    const lastPageAt = Math.floor((found.length - 1) / 100) * 100;
    return { experimentId, longRunId, longKey: LONG_KEY, points: size.points, lastPageAt };
  } finally {
    await store.close();
  }
}

async function writeRun(
  store: TrackingStore,
  experimentId: string,
  run: SyntheticRun,
): Promise<void> {
  const pairs = (texts: Readonly<Record<string, string>>) =>
    Object.entries(texts).map(([key, value]) => ({ key, value }));
  const { info } = await store.createRun({
    experimentId,
    runName: run.name,
    startTimeMs: run.startTimeMs,
    tags: pairs(run.tags),
  });
  await store.logBatch(info.runId, {
    params: pairs(run.params),
    metrics: Object.entries(run.metrics).flatMap(([key, value]) =>
      [0, 1, 2].map(step => ({
        key,
        value: value + (2 - step),
        timestampMs: run.startTimeMs + step,
        step,
      })),
    ),
  });
}
