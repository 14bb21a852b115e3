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
import { latestMetricsFrom, readPoint } from './latestMetrics';
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

/** @returns the rows in the order of the ids. */
export async function readRuns(
  session: SqlSession,
  runIds: readonly RunId[],
): Promise<readonly RunRow[]> {
  const rows = new Map<RunId, RunRow>();
  for (const ids of chunked(runIds)) {
    for (const row of await session.all(selectRuns(session).where('runs.run_uuid', 'in', ids))) {
      rows.set(row.run_uuid, row);
    }
  }
  return runIds.flatMap(id => rows.get(id) ?? []);
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

export function runInfoOf({ problems }: SqlSession, row: RunRow): RunInfo {
  const { run_uuid, status } = row;
  const known = RUN_STATUSES.find(name => name === status);
  problems.check(known !== undefined || status === null, status, 'runs', run_uuid, 'status');
  return present({
    runId: run_uuid,
    runName: row.run_name ?? '',
    experimentId: String(row.experiment_id ?? ''),
    userId: row.user_id ?? '',
    status: known ?? 'RUNNING',
    startTimeMs: problems.int64(row.start_time, 'runs', run_uuid, 'start_time'),
    endTimeMs: problems.int64(row.end_time, 'runs', run_uuid, 'end_time'),
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
    info: runInfoOf(session, row),
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
      // Of a column of texts, SQLite may return bytes.
      const isText = !isBytes(value);
      if (session.problems.check(isText, value, table, `${key} of run ${run_uuid}`, 'value')) {
        addTo(texts, run_uuid, { key, value: value ?? '' });
      }
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
    for (const row of rows) {
      for (const metric of readPoint(session, 'latest_metrics', row)) {
        addTo(metrics, row.run_uuid, metric);
      }
    }
  }
  return sortedByKey(metrics);
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array;
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
