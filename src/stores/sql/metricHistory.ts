import type { Metric, MetricColumns, RunId } from '../../tracking/entities';
import { decodePageToken, encodePageToken } from '../../tracking/pageToken';
import type { MetricHistoryRequest, Page } from '../../tracking/trackingStore';
import { metricPointsFrom, readPoint } from './latestMetrics';
import type { SqlSession } from './sqlDialect';

/** Databases take an offset only with a limit. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** A page of a history by timestamp, step, value. Empty for an unknown run, as in MLflow's database store. */
export async function getMetricHistory(
  session: SqlSession,
  request: MetricHistoryRequest,
): Promise<Page<Metric>> {
  const offset = decodePageToken(request.pageToken);
  const { maxResults } = request;
  const rows = await session.all(
    metricPointsFrom(session)
      .where('run_uuid', '=', request.runId)
      .where(eb => session.dialect.equals(eb.ref('key'), request.metricKey))
      .orderBy('timestamp')
      .orderBy('step')
      .orderBy('value')
      .limit(maxResults === undefined ? EVERYTHING : maxResults + 1)
      .offset(offset),
  );
  const hasMore = maxResults !== undefined && rows.length > maxResults;
  const items = (hasMore ? rows.slice(0, maxResults) : rows).flatMap(row =>
    readPoint(session, 'metrics', row),
  );
  return hasMore ? { items, nextPageToken: encodePageToken(offset + maxResults) } : { items };
}

/** A whole history by step, timestamp, value. */
export async function getMetricColumns(
  session: SqlSession,
  runId: RunId,
  metricKey: string,
): Promise<MetricColumns> {
  const points = metricPointsFrom(session)
    .where('run_uuid', '=', runId)
    .where(eb => session.dialect.equals(eb.ref('key'), metricKey))
    .as('points');
  // Sorting here costs more than reading: the rows of one metric come nearly in order already.
  const columns = await session.readColumns(
    session.db
      .selectFrom(points)
      .select(['value', 'is_nan'])
      .select(eb => [
        session.dialect.double(eb.ref('step')).as('step'),
        session.dialect.double(eb.ref('timestamp')).as('timestamp'),
      ]),
  );
  return isOrdered(columns) ? columns : ordered(columns);
}

function comparePoints({ steps, timesMs, values }: MetricColumns, a: number, b: number): number {
  return (
    (steps[a] ?? 0) - (steps[b] ?? 0) ||
    (timesMs[a] ?? 0) - (timesMs[b] ?? 0) ||
    (values[a] ?? 0) - (values[b] ?? 0) ||
    0
  );
}

function isOrdered(columns: MetricColumns): boolean {
  for (let index = 1; index < columns.steps.length; index += 1) {
    if (comparePoints(columns, index - 1, index) > 0) {
      return false;
    }
  }
  return true;
}

function ordered(columns: MetricColumns): MetricColumns {
  const order = Uint32Array.from(columns.steps.keys()).sort((a, b) => comparePoints(columns, a, b));
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(order, index => values[index] ?? 0);
  return {
    steps: pick(columns.steps),
    timesMs: pick(columns.timesMs),
    values: pick(columns.values),
  };
}
