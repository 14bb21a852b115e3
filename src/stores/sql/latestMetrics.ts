import { sql, type SelectQueryBuilder } from 'kysely';
import type { Int64 } from '../../base/int64';
import type { Metric } from '../../tracking/entities';
import type { MlflowTables } from './mlflowTables';
import type { SqlSession } from './sqlDialect';

export interface LatestMetric {
  readonly run_uuid: string;
  readonly key: string;
  readonly value: number;
  readonly timestamp: Int64;
  readonly step: Int64;
  readonly is_nan: boolean | number;
}

/**
 * The latest point of every metric, as a table to select from: MLflow's own since 1.3, derived from the histories of
 * older databases.
 */
export function latestMetricsFrom(
  session: SqlSession,
): SelectQueryBuilder<MlflowTables, 'latest_metrics' | 'metrics', LatestMetric> {
  const { db, schema } = session;
  if (schema.has('latest_metrics')) {
    return db
      .selectFrom('latest_metrics')
      .select(['run_uuid', 'key', 'value', 'timestamp', 'step', 'is_nan']);
  }
  const points = metricPointsFrom(session)
    .select(eb =>
      sql<number>`row_number() over (partition by ${eb.ref('run_uuid')}, ${eb.ref('key')} order by ${stepOf(session)} desc, ${eb.ref('timestamp')} desc, ${eb.ref('value')} desc)`.as(
        'newest_first',
      ),
    )
    .as('points');
  return db
    .selectFrom(points)
    .select(['run_uuid', 'key', 'value', 'timestamp', 'step', 'is_nan'])
    .where('newest_first', '=', 1) as unknown as ReturnType<typeof latestMetricsFrom>;
}

/** The points of `metrics` with the columns that MLflow 1.0 and 1.1 added. */
export function metricPointsFrom(session: SqlSession) {
  const isNan = session.schema.has('metrics', 'is_nan')
    ? sql<boolean | number>`is_nan`
    : sql<number>`case when value is null then 1 else 0 end`;
  return session.db
    .selectFrom('metrics')
    .select(['run_uuid', 'key', 'value', 'timestamp'])
    .select([stepOf(session).as('step'), isNan.as('is_nan')]);
}

function stepOf({ schema }: SqlSession) {
  return schema.has('metrics', 'step') ? sql<Int64>`step` : sql<Int64>`0`;
}

/** The point that a row of a metrics table holds; none when one of its numbers is no number. */
export function readPoint(
  { problems }: SqlSession,
  table: 'metrics' | 'latest_metrics',
  { run_uuid, key, value, timestamp, step, is_nan }: LatestMetric,
): readonly Metric[] {
  const number = is_nan ? Number.NaN : value;
  const row = `${key} of run ${run_uuid}`;
  const timestampMs = problems.int64(timestamp, table, row, 'timestamp');
  const wholeStep = problems.int64(step, table, row, 'step');
  const isNumber = problems.check(typeof number === 'number', value, table, row, 'value');
  return isNumber && timestampMs !== undefined && wholeStep !== undefined
    ? [{ key, value: number, timestampMs, step: wholeStep }]
    : [];
}
