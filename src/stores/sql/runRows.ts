import { sql, type ExpressionWrapper, type ExpressionBuilder } from 'kysely';
import type { Int64 } from '../../base/int64';
import { present } from '../../base/present';
import {
  RUN_STATUSES,
  type KeyValue,
  type Metric,
  type Run,
  type RunId,
  type RunInfo,
} from '../../tracking/entities';
import { compareCodePoints } from '../../tracking/search/values';
import type { RunProjection } from '../../tracking/trackingStore';
import { chunked } from './chunked';
import { latestMetricsFrom } from './latestMetrics';
import type { MlflowTables } from './mlflowTables';
import { readRunInputs } from './runInputs';
import type { SqlSession } from './sqlDialect';

export const RUN_NAME_TAG = 'mlflow.runName';

export interface RunRow {
  readonly run_uuid: string;
  readonly experiment_id: Int64 | null;
  readonly user_id: string | null;
  readonly status: string | null;
  readonly start_time: Int64 | null;
  readonly end_time: Int64 | null;
  readonly artifact_uri: string | null;
  readonly lifecycle_stage: string | null;
  readonly run_name: string | null;
}

export function selectRuns({ db }: SqlSession) {
  return db
    .selectFrom('runs')
    .select([
      'runs.run_uuid',
      'runs.experiment_id',
      'runs.user_id',
      'runs.status',
      'runs.start_time',
      'runs.end_time',
      'runs.artifact_uri',
      'runs.lifecycle_stage',
    ])
    .select(eb => runNameOf(eb).as('run_name'));
}

/** Before MLflow 1.30 the tag alone held the name; `runs.name` was empty. */
export function runNameOf(
  eb: ExpressionBuilder<MlflowTables, 'runs'>,
): ExpressionWrapper<MlflowTables, 'runs', string | null> {
  return eb.fn.coalesce(
    eb
      .selectFrom('tags')
      .select('tags.value')
      .whereRef('tags.run_uuid', '=', 'runs.run_uuid')
      .where('tags.key', '=', RUN_NAME_TAG),
    sql<string | null>`nullif(${eb.ref('runs.name')}, '')`,
  );
}

export function runInfoOf(row: RunRow): RunInfo {
  return present({
    runId: row.run_uuid,
    runName: row.run_name ?? '',
    experimentId: String(row.experiment_id ?? ''),
    userId: row.user_id ?? '',
    status: RUN_STATUSES.find(status => status === row.status) ?? 'RUNNING',
    startTimeMs: row.start_time ?? undefined,
    endTimeMs: row.end_time ?? undefined,
    artifactUri: row.artifact_uri ?? '',
    lifecycleStage: row.lifecycle_stage === 'deleted' ? ('deleted' as const) : ('active' as const),
  });
}

/** Completes runs with what the projection asks for, in a number of statements that grows with the chunks only. */
export async function readDetails(
  session: SqlSession,
  rows: readonly RunRow[],
  projection: RunProjection,
): Promise<Run[]> {
  const runIds = rows.map(row => row.run_uuid);
  const metrics = await readLatestMetrics(session, runIds, projection.metricKeys);
  const params = await readTexts(session, 'params', runIds, projection.paramKeys);
  const tags = await readTexts(session, 'tags', runIds, projection.tagKeys);
  const inputs = await readRunInputs(session, projection.inputs === false ? [] : runIds);
  return rows.map(row => ({
    info: runInfoOf(row),
    data: {
      metrics: metrics.get(row.run_uuid) ?? [],
      params: params.get(row.run_uuid) ?? [],
      tags: tags.get(row.run_uuid) ?? [],
    },
    ...inputs(row.run_uuid),
  }));
}

async function readTexts(
  session: SqlSession,
  table: 'params' | 'tags',
  runIds: readonly RunId[],
  keys: readonly string[] | undefined,
): Promise<ReadonlyMap<RunId, KeyValue[]>> {
  const texts = new Map<RunId, KeyValue[]>();
  if (keys?.length === 0) {
    return texts;
  }
  for (const ids of chunked(runIds)) {
    const rows = await session.all(
      session.db
        .selectFrom(table)
        .select(['run_uuid', 'key', 'value'])
        .where('run_uuid', 'in', ids)
        .$if(keys !== undefined, query => query.where('key', 'in', keys ?? [])),
    );
    for (const { run_uuid, key, value } of rows) {
      addTo(texts, run_uuid, { key, value: value ?? '' });
    }
  }
  return sortedByKey(texts);
}

async function readLatestMetrics(
  session: SqlSession,
  runIds: readonly RunId[],
  keys: readonly string[] | undefined,
): Promise<ReadonlyMap<RunId, Metric[]>> {
  const metrics = new Map<RunId, Metric[]>();
  if (keys?.length === 0) {
    return metrics;
  }
  for (const ids of chunked(runIds)) {
    const rows = await session.all(
      session.db
        .selectFrom(latestMetricsFrom(session).as('latest'))
        .selectAll()
        .where('run_uuid', 'in', ids)
        .$if(keys !== undefined, query => query.where('key', 'in', keys ?? [])),
    );
    for (const { run_uuid, key, value, timestamp, step, is_nan } of rows) {
      addTo(metrics, run_uuid, {
        key,
        value: is_nan ? Number.NaN : value,
        timestampMs: timestamp,
        step,
      });
    }
  }
  return sortedByKey(metrics);
}

function addTo<T>(lists: Map<RunId, T[]>, runId: RunId, item: T): void {
  const list = lists.get(runId);
  if (list) {
    list.push(item);
  } else {
    lists.set(runId, [item]);
  }
}

function sortedByKey<T extends { readonly key: string }>(lists: Map<RunId, T[]>): Map<RunId, T[]> {
  for (const list of lists.values()) {
    list.sort((a, b) => compareCodePoints(a.key, b.key));
  }
  return lists;
}
