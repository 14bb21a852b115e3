import { expressionBuilder, sql, type Expression, type SqlBool } from 'kysely';
import type { LoggedModel, LoggedModelStatus } from '../../tracking/entities';
import type { Field } from '../../tracking/search/ast';
import {
  parseLoggedModelSearch,
  STATUS_WORDS,
  type DatasetChoice,
  type LoggedModelSearch,
} from '../../tracking/search/parseLoggedModelSearch';
import type { LoggedModelOrderClause } from '../../tracking/search/parseOrderBy';
import type { Page, SearchLoggedModelsRequest } from '../../tracking/trackingStore';
import { parseExperimentId } from './experimentIds';
import { anyOf, compileFilter, type FieldSource, type Operand } from './filterCompiler';
import { selectModels, STATUS_NUMBERS, withDetails } from './loggedModelRows';
import type { MlflowTables } from './mlflowTables';
import { whereAttribute } from './runSearchFields';
import { nextPage, paged, sortKeyColumns } from './sortTerms';
import type { SqlSession } from './sqlDialect';

const models = expressionBuilder<MlflowTables, 'logged_models'>();
const points = expressionBuilder<MlflowTables, 'logged_model_metrics'>();

/** Filters, orders and pages in one statement, then reads the details of the page. */
export async function searchLoggedModels(
  session: SqlSession,
  request: SearchLoggedModelsRequest,
): Promise<Page<LoggedModel>> {
  const search = parseLoggedModelSearch(request);
  const ids = request.experimentIds.map(parseExperimentId);
  // A schema without models has none to find.
  if (ids.length === 0 || !session.schema.has('logged_models')) {
    return { items: [] };
  }
  const { maxResults, orderBy, paging } = search;
  const terms = orderBy.map(clause => ({
    operand: orderedOperand(session, clause, search),
    ascending: clause.ascending,
  }));
  const query = selectModels(session)
    .select(sortKeyColumns(terms))
    .where(eb => session.dialect.isAmong(eb.ref('experiment_id'), ids))
    .where(compileFilter(search.filter, modelFields(session, search.datasets), session.dialect))
    .$if(search.needsMetricOnDatasets, narrowed =>
      narrowed.where(hasMetricOn(session, search.datasets)),
    );
  const rows = await session.all(
    paged(query, terms, { ...paging.start, maxResults }, session.dialect),
  );
  const page = rows.slice(0, maxResults);
  const items = await withDetails(session, page);
  return page.length === rows.length
    ? { items }
    : { items, ...nextPage(terms, page.at(-1), maxResults, paging) };
}

function modelFields(session: SqlSession, datasets: readonly DatasetChoice[]): FieldSource {
  return {
    where(field, matches) {
      switch (field.entity) {
        case 'metric':
          // One evaluation of the subquery; the comparison with a missing value is no match rather than NULL.
          return sql<SqlBool>`(case when ${matches({
            type: 'number',
            value: newestValue(session, field, [datasets]),
          })} then 1 else 0 end = 1)`;
        case 'param':
        case 'tag':
          return whereText(session, field, matches);
        default:
          return whereAttribute(modelAttribute(field.key), matches);
      }
    },
  };
}

type Matches = (operand: Operand) => Expression<SqlBool>;

function whereText(session: SqlSession, field: Field, matches: Matches): Expression<SqlBool> {
  const { db, dialect } = session;
  const text = expressionBuilder<{ t: { model_id: string; key: string; value: string } }, 't'>();
  const texts =
    field.entity === 'param'
      ? db
          .selectFrom('logged_model_params')
          .select(['model_id', 'param_key as key', 'param_value as value'])
      : db
          .selectFrom('logged_model_tags')
          .select(['model_id', 'tag_key as key', 'tag_value as value']);
  return models.exists(
    db
      .selectFrom(texts.as('t'))
      .select(sql`1`.as('found'))
      .where('t.model_id', '=', models.ref('logged_models.model_id'))
      .where(dialect.equals(text.ref('t.key'), field.key))
      .where(matches({ type: 'text', value: text.ref('t.value') })),
  );
}

function orderedOperand(
  session: SqlSession,
  clause: LoggedModelOrderClause,
  { datasets }: LoggedModelSearch,
): Operand {
  const { field } = clause;
  if (field.entity === 'metric') {
    const own = clause.datasetName === undefined ? [] : [clause];
    return { type: 'number', value: newestValue(session, field, [datasets, own]) };
  }
  // MLflow sorts the numbers that it stores, not their names.
  return field.key === 'status'
    ? { type: 'number', value: models.ref('logged_models.status') }
    : modelAttribute(field.key);
}

/** The newest point of a metric of the model of the statement around. @param choices each limits the datasets. */
function newestValue(
  session: SqlSession,
  { key }: Field,
  choices: readonly (readonly DatasetChoice[])[],
): Expression<number | null> {
  const { dialect, schema, db } = session;
  if (!schema.has('logged_model_metrics')) {
    return sql`null`;
  }
  return choices
    .reduce(
      (query, datasets) => query.where(isOnDatasets(session, datasets)),
      db
        .selectFrom('logged_model_metrics')
        .select('metric_value')
        .where('logged_model_metrics.model_id', '=', models.ref('logged_models.model_id'))
        .where(dialect.equals(points.ref('metric_name'), key)),
    )
    .orderBy('metric_step', 'desc')
    .orderBy('metric_timestamp_ms', 'desc')
    .orderBy('metric_value', 'desc')
    .limit(1) as unknown as Expression<number | null>;
}

function hasMetricOn(session: SqlSession, datasets: readonly DatasetChoice[]): Expression<SqlBool> {
  return session.schema.has('logged_model_metrics')
    ? models.exists(
        session.db
          .selectFrom('logged_model_metrics')
          .select(sql`1`.as('found'))
          .where('logged_model_metrics.model_id', '=', models.ref('logged_models.model_id'))
          .where(isOnDatasets(session, datasets)),
      )
    : sql<SqlBool>`1 = 0`;
}

/** True for every point when there are no datasets to choose from. */
function isOnDatasets(
  { dialect }: SqlSession,
  datasets: readonly DatasetChoice[],
): Expression<SqlBool> {
  const conditions = datasets.map(({ datasetName, datasetDigest }) => {
    const name = dialect.equals(points.ref('dataset_name'), datasetName ?? '');
    return datasetDigest === undefined
      ? name
      : sql<SqlBool>`(${name} and ${dialect.equals(points.ref('dataset_digest'), datasetDigest)})`;
  });
  return conditions.length === 0 ? sql<SqlBool>`1 = 1` : anyOf(conditions);
}

function modelAttribute(key: string): Operand {
  switch (key) {
    case 'name':
    case 'model_id':
    case 'model_type':
    case 'source_run_id':
      return { type: 'text', value: models.ref(`logged_models.${key}`) };
    case 'status':
      return { type: 'text', value: statusWord() };
    case 'creation_timestamp':
      return { type: 'number', value: models.ref('logged_models.creation_timestamp_ms') };
    case 'last_updated_timestamp':
      return { type: 'number', value: models.ref('logged_models.last_updated_timestamp_ms') };
    default:
      throw new RangeError(`Logged models have no attribute ${key}`);
  }
}

function statusWord(): Expression<string | null> {
  const cases = (Object.keys(STATUS_WORDS) as readonly LoggedModelStatus[]).map(
    status =>
      sql`when ${sql.raw(String(STATUS_NUMBERS[status]))} then ${sql.lit(STATUS_WORDS[status])}`,
  );
  return sql<
    string | null
  >`case ${models.ref('logged_models.status')} ${sql.join(cases, sql` `)} end`;
}
