import { sql, type Expression, type SqlBool } from 'kysely';
import type { Metric } from '../../tracking/entities';
import { decodePageToken, encodePageToken, type SortKey } from '../../tracking/pageToken';
import { TrackingError } from '../../tracking/trackingError';
import type { MetricHistoryRequest, Page } from '../../tracking/trackingStore';
import { metricPointsFrom, readPoint } from './latestMetrics';
import type { SqlSession } from './sqlDialect';

/** Databases take an offset only with a limit. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** Up to so many runs the primary key, which holds all that is asked for in order, is read faster. */
const FEW_RUNS = 2;

/** Names the order in page tokens. */
const ORDER = 'time step value';

/**
 * A page of a history by timestamp, step, value. Empty for an unknown run, as in MLflow's database store. A page is read from
 * where the one before ended, so that all pages together cost as much as the history.
 */
export async function getMetricHistory(
  session: SqlSession,
  request: MetricHistoryRequest,
): Promise<Page<Metric>> {
  const { offset, after } = decodePageToken(request.pageToken, ORDER);
  const { maxResults } = request;
  const query = compileHistory(
    session,
    request,
    after,
    await isSharedKey(session, request.metricKey),
  )
    .limit(maxResults === undefined ? EVERYTHING : maxResults + 1)
    .offset(after ? 0 : offset);
  const rows = await session.all(query);
  const page = maxResults === undefined ? rows : rows.slice(0, maxResults);
  const items = page.flatMap(row => readPoint(session, 'metrics', row));
  const last = page.at(-1);
  if (page.length === rows.length || last === undefined) {
    return { items };
  }
  const place = [last.timestamp, last.step, last.value, Number(last.is_nan)];
  const next = {
    offset: offset + page.length,
    ...(place.every(isNumber) && { after: place }),
  };
  return { items, nextPageToken: encodePageToken(next, ORDER) };
}

/** The points of a metric, in any order. */
export async function metricPoints(
  session: SqlSession,
  { runId, metricKey }: Pick<MetricHistoryRequest, 'runId' | 'metricKey'>,
) {
  return metricPointsFrom(session)
    .where('run_uuid', '=', runId)
    .where(isKey(session, metricKey, await isSharedKey(session, metricKey)));
}

/**
 * Whether several runs have the metric. MLflow's primary key begins with the metric's key, and a planner without statistics,
 * as SQLite's is on MLflow's files, would read the points of all runs to find those of one.
 */
async function isSharedKey(session: SqlSession, metricKey: string): Promise<boolean> {
  if (session.dialect.isCommon === undefined || !session.schema.has('latest_metrics')) {
    return false;
  }
  const rows = await session.all(
    session.db
      .selectFrom('latest_metrics')
      .select('run_uuid')
      .where(eb => session.dialect.equals(eb.ref('key'), metricKey))
      .limit(FEW_RUNS + 1),
  );
  return rows.length > FEW_RUNS;
}

function isKey(session: SqlSession, metricKey: string, isShared: boolean) {
  const { dialect } = session;
  return (eb: { ref(column: 'key'): Expression<string> }): Expression<SqlBool> => {
    const condition = dialect.equals(eb.ref('key'), metricKey);
    return isShared && dialect.isCommon ? dialect.isCommon(condition) : condition;
  };
}

/** Selects the points of a metric in order, or those that come after a place in it. */
export function compileHistory(
  session: SqlSession,
  { runId, metricKey }: Pick<MetricHistoryRequest, 'runId' | 'metricKey'>,
  after?: SortKey,
  isShared = false,
) {
  const query = session.db
    .selectFrom(metricPointsFrom(session).as('points'))
    .selectAll()
    .where('run_uuid', '=', runId)
    .where(isKey(session, metricKey, isShared))
    .orderBy('timestamp')
    .orderBy('step')
    .orderBy('value')
    // NaN is stored as 0, and may stand beside a 0 of the same time and step.
    .orderBy('is_nan');
  return after ? query.where(isAfter(after, session)) : query;
}

/** The condition that a point comes after a place; an index can begin at the time. */
function isAfter(place: SortKey, { dialect }: SqlSession): Expression<SqlBool> {
  const [time, step, value, isNan] = place;
  if (!place.every(isNumber) || place.length !== 4) {
    throw new TrackingError('INVALID_PARAMETER_VALUE', 'Invalid page token: it names no point.');
  }
  const [t, s, v, n] = ['timestamp', 'step', 'value', 'is_nan'].map(column => sql.ref(column));
  const atValue = isNan === 0 ? sql`${n} = ${dialect.boolean(true)}` : sql`1 = 0`;
  const atStep = sql`${v} > ${value} or ${v} = ${value} and ${atValue}`;
  const atTime = sql`${s} > ${step} or ${s} = ${step} and (${atStep})`;
  return sql<SqlBool>`(${t} >= ${time} and (${t} > ${time} or ${atTime}))`;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value));
}
