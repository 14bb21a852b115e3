import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { MetricColumns } from '../../tracking/entities';
import { grownColumns, orderedColumns } from '../../tracking/metricColumns';
import type { MetricHistoryRequest } from '../../tracking/trackingStore';
import { metricPoints } from './metricHistory';
import type { SqlSession } from './sqlDialect';

/** The newest row of the table of points when a history was read. */
interface NewestRow {
  readonly number: number;
  /** The row itself: a copied table has other numbers, and a number is given again when the newest rows are deleted. */
  readonly row: Record<string, unknown>;
}

type MetricOfRun = Pick<MetricHistoryRequest, 'runId' | 'metricKey'>;

/**
 * Whole metric histories. Where rows have numbers that grow (SQLite), one that was read before is read on from there: as long
 * as the row that was the newest is where it was, every later one has a greater number.
 */
export class HistoryColumns {
  private readonly origins = new WeakMap<MetricColumns, NewestRow & MetricOfRun>();

  /** @param earlier what an earlier call returned, see `TrackingStore.getMetricColumns` */
  async get(
    session: SqlSession,
    metric: MetricOfRun,
    earlier: MetricColumns | undefined,
  ): Promise<MetricColumns> {
    const origin = earlier && this.origins.get(earlier);
    const hasGrown =
      origin?.runId === metric.runId &&
      origin.metricKey === metric.metricKey &&
      isDeepStrictEqual(await rowAt(session, origin.number), origin.row);
    const newest = await newestRow(session);
    const columns =
      earlier && hasGrown
        ? grownColumns(earlier, await readPoints(session, metric, origin.number))
        : orderedColumns(await readPoints(session, metric));
    if (newest) {
      this.origins.set(columns, { ...newest, ...metric });
    }
    return columns;
  }
}

/** @param after number of the row after which to begin */
async function readPoints(
  session: SqlSession,
  metric: MetricOfRun,
  after?: number,
): Promise<MetricColumns> {
  const { dialect } = session;
  const points = await metricPoints(session, metric);
  const wanted =
    after === undefined || dialect.rowNumber === undefined
      ? points
      : points.where(sql.ref(dialect.rowNumber), '>', after);
  // Sorting in the database costs more than reading: the rows of one metric come nearly in order already.
  return await session.readColumns(
    session.db
      .selectFrom(wanted.as('points'))
      .select(['value', 'is_nan'])
      .select(eb => [
        dialect.double(eb.ref('step')).as('step'),
        dialect.double(eb.ref('timestamp')).as('timestamp'),
      ]),
  );
}

async function newestRow(session: SqlSession): Promise<NewestRow | undefined> {
  const { rowNumber } = session.dialect;
  if (rowNumber === undefined) {
    return undefined;
  }
  const newest = await session.first(
    session.db
      .selectFrom('metrics')
      .select(sql<number>`${sql.ref(rowNumber)}`.as('number'))
      .orderBy(sql.ref(rowNumber), 'desc')
      .limit(1),
  );
  const row = newest && (await rowAt(session, newest.number));
  return row && { number: newest.number, row };
}

async function rowAt(
  session: SqlSession,
  number: number,
): Promise<Record<string, unknown> | undefined> {
  const { rowNumber = '' } = session.dialect;
  return await session.first(
    session.db.selectFrom('metrics').selectAll().where(sql.ref(rowNumber), '=', number),
  );
}
