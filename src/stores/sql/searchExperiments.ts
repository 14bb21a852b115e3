import { expressionBuilder, sql } from 'kysely';
import type { Experiment } from '../../tracking/entities';
import { completeExperimentOrder, pagingOf } from '../../tracking/search/ordering';
import { parseExperimentFilter } from '../../tracking/search/parseFilter';
import { parseExperimentOrderBy } from '../../tracking/search/parseOrderBy';
import type { Page, SearchExperimentsRequest } from '../../tracking/trackingStore';
import { validateMaxResults } from '../../tracking/validation';
import { selectExperiments, stagesOf, withTags } from './experiments';
import { compileFilter, type FieldSource, type Operand } from './filterCompiler';
import type { MlflowTables } from './mlflowTables';
import { whereAttribute } from './runSearchFields';
import { nextPage, paged, sortKeyColumns } from './sortTerms';
import type { SqlSession } from './sqlDialect';

const experiments = expressionBuilder<MlflowTables, 'experiments'>();

/** Filters, orders and pages in one statement, then reads the tags of the page. */
export async function searchExperiments(
  session: SqlSession,
  request: SearchExperimentsRequest,
): Promise<Page<Experiment>> {
  const { maxResults } = request;
  validateMaxResults(maxResults);
  const filter = parseExperimentFilter(request.filter);
  const order = completeExperimentOrder(parseExperimentOrderBy(request.orderBy));
  const paging = pagingOf(order, request.pageToken);
  const terms = order.map(({ field, ascending }) => ({
    operand: experimentAttribute(session, field.key),
    ascending,
    isRequired: field.key === 'experiment_id',
  }));
  const query = selectExperiments(session)
    .select(sortKeyColumns(terms))
    .where('experiments.lifecycle_stage', 'in', stagesOf(request.viewType))
    .where(compileFilter(filter, experimentFields(session), session.dialect));
  const rows = await session.all(
    paged(query, terms, { ...paging.start, maxResults }, session.dialect),
  );
  const page = rows.slice(0, maxResults);
  const items = await withTags(session, page);
  return page.length === rows.length
    ? { items }
    : { items, ...nextPage(terms, page.at(-1), maxResults, paging) };
}

function experimentFields(session: SqlSession): FieldSource {
  return {
    where(field, matches) {
      if (field.entity !== 'tag') {
        return whereAttribute(experimentAttribute(session, field.key), matches);
      }
      if (!session.schema.has('experiment_tags')) {
        return sql`1 = 0`;
      }
      const tag = expressionBuilder<{ t: MlflowTables['experiment_tags'] }, 't'>();
      return experiments.exists(
        session.db
          .selectFrom('experiment_tags as t')
          .select(sql`1`.as('found'))
          .where('t.experiment_id', '=', experiments.ref('experiments.experiment_id'))
          .where(session.dialect.equals(tag.ref('t.key'), field.key))
          .where(matches({ type: 'text', value: tag.ref('t.value') })),
      );
    },
  };
}

/** An attribute of the table `experiments` of the statement around; NULL where the schema is older than the column. */
function experimentAttribute({ schema }: SqlSession, key: string): Operand {
  switch (key) {
    case 'name':
      return { type: 'text', value: experiments.ref('experiments.name') };
    case 'experiment_id':
      return { type: 'number', value: experiments.ref('experiments.experiment_id') };
    case 'creation_time':
    case 'last_update_time':
      return {
        type: 'number',
        value: schema.has('experiments', key) ? experiments.ref(`experiments.${key}`) : sql`null`,
      };
    default:
      throw new RangeError(`Experiments have no attribute ${key}`);
  }
}
