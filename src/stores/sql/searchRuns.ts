import { sql, type Expression, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { Run } from '../../tracking/entities';
import type { PageStart } from '../../tracking/pageToken';
import type { Field, OrderClause } from '../../tracking/search/ast';
import { completeRunOrder, pagingOf } from '../../tracking/search/ordering';
import { parseRunFilter } from '../../tracking/search/parseFilter';
import { parseRunOrderBy } from '../../tracking/search/parseOrderBy';
import type { Page, SearchRunsRequest } from '../../tracking/trackingStore';
import { validateMaxResults } from '../../tracking/validation';
import { stagesOf } from './experiments';
import { parseExperimentId } from './experimentIds';
import { compileFilter } from './filterCompiler';
import { latestMetricsFrom } from './latestMetrics';
import type { MlflowTables } from './mlflowTables';
import { readDetails, readRuns } from './runRows';
import { runAttribute, runFields } from './runSearchFields';
import { nextPage, paged, sortKeyColumns, type SortTerm } from './sortTerms';
import type { SqlSession } from './sqlDialect';

/**
 * Filters, orders and pages in one statement, then reads the page's runs only: sorting whole rows costs several times as
 * much as sorting their ids. A page begins after the last run of the page before, whatever came or went meanwhile.
 */
export async function searchRuns(
  session: SqlSession,
  request: SearchRunsRequest,
): Promise<Page<Run>> {
  const maxResults = request.maxResults ?? 1000;
  validateMaxResults(maxResults);
  const order = completeRunOrder(parseRunOrderBy(request.orderBy));
  const paging = pagingOf(order, request.pageToken);
  const terms = order.map((clause, index) => sortTerm(session, clause, index));
  const query = compileRunSearch(session, request, { ...paging.start, maxResults });
  if (request.experimentIds.length === 0) {
    return { items: [] };
  }
  const ids = (await session.all(query)).map(row => row.run_uuid);
  const page = ids.slice(0, maxResults);
  const rows = await readRuns(session, page);
  const items = await readDetails(session, rows, request.projection ?? {});
  const last = page.at(-1);
  if (page.length === ids.length || last === undefined) {
    return { items };
  }
  const place = await session.first(
    withOrderValues(session, order)
      .clearSelect()
      .select(sortKeyColumns(terms))
      .where('runs.run_uuid', '=', last),
  );
  return { items, ...nextPage(terms, place, maxResults, paging) };
}

/** Selects the ids of a page of the runs that are searched for, and one more. */
export function compileRunSearch(
  session: SqlSession,
  request: Pick<SearchRunsRequest, 'experimentIds' | 'filter' | 'orderBy' | 'viewType'>,
  page: PageStart & { readonly maxResults: number },
) {
  const filter = parseRunFilter(request.filter);
  const order = completeRunOrder(parseRunOrderBy(request.orderBy));
  const terms = order.map((clause, index) => sortTerm(session, clause, index));
  const query = withOrderValues(session, order)
    .where(eb =>
      session.dialect.isAmong(
        eb.ref('runs.experiment_id'),
        request.experimentIds.map(parseExperimentId),
      ),
    )
    .where('runs.lifecycle_stage', 'in', stagesOf(request.viewType))
    .where(compileFilter(filter, runFields(session), session.dialect));
  return paged(query, terms, page, session.dialect);
}

type RunQuery = SelectQueryBuilder<MlflowTables, 'runs', Pick<MlflowTables['runs'], 'run_uuid'>>;

/** The runs with what they are sorted by. A value is joined once, for its rank and itself. */
function withOrderValues(session: SqlSession, order: readonly OrderClause[]): RunQuery {
  let query: RunQuery = session.db.selectFrom('runs').select('runs.run_uuid');
  for (const [index, { field }] of order.entries()) {
    if (field.entity !== 'attribute') {
      const alias = aliasOf(index);
      query = query.leftJoin(valuesOf(session, field).as(alias), join =>
        join.on(sql<boolean>`${sql.ref(`${alias}.run_uuid`)} = ${sql.ref('runs.run_uuid')}`),
      );
    }
  }
  return query;
}

function sortTerm(
  { dialect }: SqlSession,
  { field, ascending }: OrderClause,
  index: number,
): SortTerm {
  if (field.entity === 'attribute') {
    return {
      operand: runAttribute(field.key),
      ascending,
      isRequired: field.key === 'run_id',
    };
  }
  const value = sql.ref(`${aliasOf(index)}.value`);
  if (field.entity !== 'metric') {
    return { operand: { type: 'text', value }, ascending };
  }
  const isNan = sql<SqlBool>`${sql.ref(`${aliasOf(index)}.is_nan`)} = ${dialect.boolean(true)}`;
  return { operand: { type: 'number', value, isNan }, ascending };
}

function aliasOf(index: number): string {
  return `order_${index}`;
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
