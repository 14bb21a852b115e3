import { sql, type Expression, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { Run } from '../../tracking/entities';
import { decodePageToken, encodePageToken } from '../../tracking/pageToken';
import type { Field, OrderClause } from '../../tracking/search/ast';
import { completeRunOrder } from '../../tracking/search/ordering';
import { parseRunFilter } from '../../tracking/search/parseFilter';
import { parseRunOrderBy } from '../../tracking/search/parseOrderBy';
import type { Page, SearchRunsRequest } from '../../tracking/trackingStore';
import { validateMaxResults } from '../../tracking/validation';
import { stagesOf } from './experiments';
import { parseExperimentId } from './experimentIds';
import { compileFilter, missingLast, orderedValue } from './filterCompiler';
import { latestMetricsFrom } from './latestMetrics';
import type { MlflowTables } from './mlflowTables';
import { readDetails, readRuns } from './runRows';
import { runAttribute, runFields } from './runSearchFields';
import type { SqlSession } from './sqlDialect';

/**
 * Filters, orders and pages in one statement, then reads the page's runs only: sorting whole rows costs several times as
 * much as sorting their ids.
 */
export async function searchRuns(
  session: SqlSession,
  request: SearchRunsRequest,
): Promise<Page<Run>> {
  const maxResults = request.maxResults ?? 1000;
  validateMaxResults(maxResults);
  const offset = decodePageToken(request.pageToken);
  const query = compileRunSearch(session, request)
    .limit(maxResults + 1)
    .offset(offset);
  if (request.experimentIds.length === 0) {
    return { items: [] };
  }
  const ids = (await session.all(query)).map(row => row.run_uuid);
  const hasMore = ids.length > maxResults;
  const rows = await readRuns(session, ids.slice(0, maxResults));
  const items = await readDetails(session, rows, request.projection ?? {});
  return hasMore ? { items, nextPageToken: encodePageToken(offset + maxResults) } : { items };
}

/** Selects the ids of all runs that are searched for, in order. */
export function compileRunSearch(
  session: SqlSession,
  request: Pick<SearchRunsRequest, 'experimentIds' | 'filter' | 'orderBy' | 'viewType'>,
) {
  const filter = parseRunFilter(request.filter);
  const order = completeRunOrder(parseRunOrderBy(request.orderBy));
  const query = session.db
    .selectFrom('runs')
    .select('runs.run_uuid')
    .where(eb =>
      session.dialect.isAmong(
        eb.ref('runs.experiment_id'),
        request.experimentIds.map(parseExperimentId),
      ),
    )
    .where('runs.lifecycle_stage', 'in', stagesOf(request.viewType))
    .where(compileFilter(filter, runFields(session), session.dialect));
  return order.reduce(
    (ordered, clause, index) => orderedBy(session, ordered, clause, index),
    query,
  );
}

type RunQuery = SelectQueryBuilder<MlflowTables, 'runs', Pick<MlflowTables['runs'], 'run_uuid'>>;

/** Values in the asked direction, then NaN, then missing. The value is joined once, for its rank and itself. */
function orderedBy(
  session: SqlSession,
  query: RunQuery,
  { field, ascending }: OrderClause,
  index: number,
): RunQuery {
  const direction = ascending ? 'asc' : 'desc';
  if (field.entity === 'attribute') {
    const operand = runAttribute(field.key);
    const isKey = field.key === 'run_id';
    return (isKey ? query : query.orderBy(missingLast(operand.value))).orderBy(
      orderedValue(operand, session.dialect),
      direction,
    );
  }
  const alias = `order_${index}`;
  const value = sql.ref(`${alias}.value`);
  const isNan = sql`${sql.ref(`${alias}.is_nan`)} = ${session.dialect.boolean(true)}`;
  const rank: Expression<unknown> =
    field.entity === 'metric'
      ? sql`case when ${value} is null then 2 when ${isNan} then 1 else 0 end`
      : missingLast(value);
  return query
    .leftJoin(valuesOf(session, field).as(alias), join =>
      join.on(sql<boolean>`${sql.ref(`${alias}.run_uuid`)} = ${sql.ref('runs.run_uuid')}`),
    )
    .orderBy(rank)
    .orderBy(
      orderedValue({ type: field.entity === 'metric' ? 'number' : 'text', value }, session.dialect),
      direction,
    );
}

/** The rows of one metric, param or tag of all runs. */
function valuesOf(session: SqlSession, field: Field) {
  const isKey = (key: Expression<string>): Expression<SqlBool> =>
    session.dialect.equals(key, field.key);
  if (field.entity === 'metric') {
    return latestMetricsFrom(session).where(eb => isKey(eb.ref('key')));
  }
  return session.db
    .selectFrom(field.entity === 'param' ? 'params' : 'tags')
    .select(['run_uuid', 'value'])
    .where(eb => isKey(eb.ref('key'))) as unknown as ReturnType<typeof latestMetricsFrom>;
}
