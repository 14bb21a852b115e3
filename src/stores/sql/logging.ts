import { compareInt64, type Int64 } from '../../base/int64';
import type { KeyValue, Metric, ModelId, RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { LogBatchRequest } from '../../tracking/trackingStore';
import { changedParamError } from '../../tracking/validation';
import { chunked } from './chunked';
import { compareCodePoints } from '../../tracking/search/values';
import { compiledFor } from './compiledStatements';
import { unknownModel } from './loggedModelRows';
import { inactiveRun, renameRun, unknownRun, writeTag } from './runs';
import { RUN_NAME_TAG } from './runRows';
import type { SqlSession, SqlValue } from './sqlDialect';

/** What SQL stores for an infinite metric, as MLflow does: it cannot be told from the number itself afterwards. */
const LARGEST = Number.MAX_VALUE;

/**
 * Writes a batch that was validated before to an active run, as one piece.
 * @returns the experiment of the run.
 */
export async function logBatch(
  session: SqlSession,
  runId: RunId,
  batch: LogBatchRequest,
): Promise<Int64> {
  const experimentId = await findActiveRun(session, runId);
  await writeParams(session, runId, batch.params ?? []);
  const metrics = batch.metrics ?? [];
  await writePoints(
    session,
    metrics.map(metric => ({ runId, metric })),
  );
  await writeModelMetrics(session, runId, experimentId, metrics);
  for (const tag of batch.tags ?? []) {
    await setRunTag(session, runId, tag);
  }
  return experimentId;
}

/** One point of a run, without a logged model. */
export interface Point {
  readonly runId: RunId;
  readonly metric: Metric;
}

/**
 * Writes points that were validated before, each to its run, as far as that is there and active.
 * @returns for each the experiment of its run, or why it was not written.
 */
export async function logPoints(
  session: SqlSession,
  points: readonly Point[],
): Promise<readonly (Int64 | TrackingError)[]> {
  const found = await findRuns(session, [...new Set(points.map(({ runId }) => runId))]);
  const outcomes = points.map(({ runId }) => experimentOrRefusal(runId, found.get(runId)));
  await writePoints(
    session,
    points.filter((_, index) => !(outcomes[index] instanceof TrackingError)),
  );
  return outcomes;
}

interface RunState {
  readonly run_uuid: RunId;
  readonly lifecycle_stage: string | null;
  readonly experiment_id: Int64 | null;
}

async function findRuns(
  session: SqlSession,
  runIds: readonly RunId[],
): Promise<ReadonlyMap<RunId, RunState>> {
  const [only] = runIds;
  const rows =
    only !== undefined && runIds.length === 1
      ? await session.allCompiled<RunState>(compiledFor(session).findRun, [only])
      : await session.all<RunState>(
          session.db
            .selectFrom('runs')
            .select(['run_uuid', 'lifecycle_stage', 'experiment_id'])
            .where('run_uuid', 'in', runIds),
        );
  return new Map(rows.map(row => [row.run_uuid, row]));
}

function experimentOrRefusal(runId: RunId, run: RunState | undefined): Int64 | TrackingError {
  return run === undefined
    ? unknownRun(runId)
    : (inactiveRun(runId, run.lifecycle_stage) ?? run.experiment_id ?? 0);
}

/** @returns the experiment of a run that may be written to. */
export async function findActiveRun(session: SqlSession, runId: RunId): Promise<Int64> {
  const found = experimentOrRefusal(runId, (await findRuns(session, [runId])).get(runId));
  if (found instanceof TrackingError) {
    throw found;
  }
  return found;
}

async function setRunTag(session: SqlSession, runId: RunId, tag: KeyValue): Promise<void> {
  if (tag.key !== RUN_NAME_TAG) {
    await writeTag(session, runId, tag);
  } else if (tag.value !== '') {
    // An empty name changes nothing, as in MLflow.
    await renameRun(session, runId, tag.value);
  }
}

export async function deleteRunTag(session: SqlSession, runId: RunId, key: string): Promise<Int64> {
  const experimentId = await findActiveRun(session, runId);
  const deleted = await session.run(
    session.db
      .deleteFrom('tags')
      .where('run_uuid', '=', runId)
      .where(eb => session.dialect.equals(eb.ref('key'), key)),
  );
  if (deleted === 0) {
    throw new TrackingError(
      'RESOURCE_DOES_NOT_EXIST',
      `No tag with name: ${key} in run with id ${runId}`,
    );
  }
  return experimentId;
}

/** A param keeps its first value: the same again is fine, another one is refused. */
async function writeParams(
  session: SqlSession,
  runId: RunId,
  params: readonly KeyValue[],
): Promise<void> {
  if (params.length === 0) {
    return;
  }
  const stored = new Map<string, string>();
  for (const keys of chunked(params.map(({ key }) => key))) {
    const rows = await session.all(
      session.db
        .selectFrom('params')
        .select(['key', 'value'])
        .where('run_uuid', '=', runId)
        .where('key', 'in', keys),
    );
    rows.forEach(({ key, value }) => stored.set(key, value));
  }
  for (const { key, value } of params) {
    const before = stored.get(key);
    if (before !== undefined && before !== value) {
      throw changedParamError(runId, key, before, value);
    }
  }
  await session.runForEach(
    compiledFor(session).insertParam,
    params.filter(({ key }) => !stored.has(key)).map(({ key, value }) => [key, value, runId]),
  );
}

async function writePoints(session: SqlSession, points: readonly Point[]): Promise<void> {
  if (points.length === 0) {
    return;
  }
  const { dialect } = session;
  const statements = compiledFor(session);
  const isNan = dialect.boolean(true);
  const isNumber = dialect.boolean(false);
  const rowOf = ({ runId, metric: { key, value, timestampMs, step } }: Point): SqlValue[] => [
    key,
    storedValue(value),
    timestampMs,
    step,
    Number.isNaN(value) ? isNan : isNumber,
    runId,
  ];
  // By key: rows that follow each other then meet the same pages of the primary key, which begins with it.
  const series = new Map<string, { newest: Point; readonly rows: SqlValue[][] }>();
  for (const point of points) {
    const name = `${point.metric.key}\n${point.runId}`;
    const known = series.get(name);
    if (!known) {
      series.set(name, { newest: point, rows: [rowOf(point)] });
      continue;
    }
    known.rows.push(rowOf(point));
    if (comparePoints(point.metric, known.newest.metric) > 0) {
      known.newest = point;
    }
  }
  const ordered = [...series].sort(([a], [b]) => compareCodePoints(a, b)).map(([, one]) => one);
  await session.runForEach(
    statements.insertMetric,
    ordered.flatMap(({ rows }) => rows),
  );
  // In one order, so that two transactions do not wait for each other.
  await session.runForEach(
    statements.advanceLatestMetric,
    ordered.map(({ newest }) => rowOf(newest)),
  );
}

/** A point that names a logged model belongs to both. Databases older than logged models keep it for the run, as their MLflow. */
async function writeModelMetrics(
  session: SqlSession,
  runId: RunId,
  experimentId: Int64,
  metrics: readonly Metric[],
): Promise<void> {
  const { db, schema, dialect } = session;
  const modelIds = new Set(metrics.flatMap(({ modelId }) => modelId ?? []));
  if (modelIds.size === 0 || !schema.has('logged_model_metrics')) {
    return;
  }
  await requireModels(session, [...modelIds]);
  for (const metric of metrics) {
    if (metric.modelId !== undefined) {
      await session.run(
        dialect.ignoreExisting(
          db.insertInto('logged_model_metrics').values({
            model_id: metric.modelId,
            metric_name: metric.key,
            metric_timestamp_ms: metric.timestampMs,
            metric_step: metric.step,
            metric_value: storedValue(metric.value),
            experiment_id: experimentId,
            run_id: runId,
            dataset_name: metric.datasetName ?? null,
            dataset_digest: metric.datasetDigest ?? null,
          }),
        ),
      );
    }
  }
}

/** Also deleted models take metrics, as in MLflow. */
async function requireModels(session: SqlSession, modelIds: readonly ModelId[]): Promise<void> {
  for (const ids of chunked(modelIds)) {
    const rows = await session.all(
      session.db.selectFrom('logged_models').select('model_id').where('model_id', 'in', ids),
    );
    const known = new Set(rows.map(row => row.model_id));
    const unknown = ids.find(id => !known.has(id));
    if (unknown !== undefined) {
      throw unknownModel(unknown);
    }
  }
}

function storedValue(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(value, -LARGEST), LARGEST);
}

/** MLflow's order of points: step, timestamp, then the value as it is stored. */
function comparePoints(a: Metric, b: Metric): number {
  return (
    compareInt64(a.step, b.step) ||
    compareInt64(a.timestampMs, b.timestampMs) ||
    storedValue(a.value) - storedValue(b.value)
  );
}
