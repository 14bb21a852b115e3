import { expressionBuilder, sql, type Expression, type SqlBool } from 'kysely';
import type { Field } from '../../tracking/search/ast';
import type { FieldSource, Operand } from './filterCompiler';
import { latestMetricsFrom } from './latestMetrics';
import type { ColumnOf } from './sqlDialect';
import type { MlflowTables } from './mlflowTables';
import { runNameOf } from './runRows';
import type { SqlSession } from './sqlDialect';

type RunAttribute = { readonly column: ColumnOf<'runs'>; readonly type: Operand['type'] };

/** Every attribute but `run_name`, which is a tag as well. */
const ATTRIBUTES: ReadonlyMap<string, RunAttribute> = new Map([
  ['run_id', { column: 'run_uuid', type: 'text' }],
  ['user_id', { column: 'user_id', type: 'text' }],
  ['status', { column: 'status', type: 'text' }],
  ['artifact_uri', { column: 'artifact_uri', type: 'text' }],
  ['start_time', { column: 'start_time', type: 'number' }],
  ['end_time', { column: 'end_time', type: 'number' }],
]);

const runs = expressionBuilder<MlflowTables, 'runs'>();

/** An attribute of the table `runs` of the statement around. */
export function runAttribute(key: string): Operand {
  if (key === 'run_name') {
    return { type: 'text', value: runNameOf(runs) };
  }
  const attribute = ATTRIBUTES.get(key);
  if (!attribute) {
    throw new RangeError(`Runs have no attribute ${key}`);
  }
  return { type: attribute.type, value: runs.ref(`runs.${attribute.column}`) };
}

/** The values that the fields of a run filter name. */
export function runFields(session: SqlSession): FieldSource {
  return {
    where(field, matches) {
      switch (field.entity) {
        case 'attribute':
          return whereAttribute(runAttribute(field.key), matches);
        case 'metric':
          return whereMetric(session, field, matches);
        case 'param':
          return whereText(session, 'params', field, matches);
        case 'tag':
          return whereText(session, 'tags', field, matches);
        case 'dataset':
          return whereDataset(session, field, matches);
      }
    },
  };
}

type Matches = (operand: Operand) => Expression<SqlBool>;

/** `AND` with IS NOT NULL turns the NULL of a comparison with a missing value into false, so that NOT works. */
export function whereAttribute(operand: Operand, matches: Matches): Expression<SqlBool> {
  return sql<SqlBool>`(${operand.value} is not null and ${matches(operand)})`;
}

function whereMetric(session: SqlSession, field: Field, matches: Matches): Expression<SqlBool> {
  const metric = expressionBuilder<{ m: MlflowTables['latest_metrics'] }, 'm'>();
  const operand: Operand = {
    type: 'number',
    value: metric.ref('m.value'),
    isNan: sql<SqlBool>`${metric.ref('m.is_nan')} = ${session.dialect.boolean(true)}`,
  };
  return runs.exists(
    session.db
      .selectFrom(latestMetricsFrom(session).as('m'))
      .select(sql`1`.as('found'))
      .where('m.run_uuid', '=', runs.ref('runs.run_uuid'))
      .where(session.dialect.equals(metric.ref('m.key'), field.key))
      .where(matches(operand)),
  );
}

function whereText(
  session: SqlSession,
  table: 'params' | 'tags',
  field: Field,
  matches: Matches,
): Expression<SqlBool> {
  const text = expressionBuilder<{ t: MlflowTables['tags'] }, 't'>();
  return runs.exists(
    session.db
      // Both tables have the same columns.
      .selectFrom(`${table} as t` as 'tags as t')
      .select(sql`1`.as('found'))
      .where('t.run_uuid', '=', runs.ref('runs.run_uuid'))
      .where(session.dialect.equals(text.ref('t.key'), field.key))
      .where(matches({ type: 'text', value: text.ref('t.value') })),
  );
}

function whereDataset(session: SqlSession, field: Field, matches: Matches): Expression<SqlBool> {
  if (!session.schema.has('inputs') || !session.schema.has('datasets')) {
    return sql<SqlBool>`1 = 0`;
  }
  const used = session.db
    .selectFrom('inputs')
    .innerJoin('datasets', 'datasets.dataset_uuid', 'inputs.source_id')
    .select(sql`1`.as('found'))
    .where('inputs.source_type', '=', 'DATASET')
    .where('inputs.destination_type', '=', 'RUN')
    .where('inputs.destination_id', '=', runs.ref('runs.run_uuid'));
  if (field.key === 'context') {
    const tag = expressionBuilder<MlflowTables, 'input_tags'>();
    return runs.exists(
      used
        .innerJoin('input_tags', 'input_tags.input_uuid', 'inputs.input_uuid')
        .where('input_tags.name', '=', 'mlflow.data.context')
        .where(matches({ type: 'text', value: tag.ref('input_tags.value') })),
    );
  }
  const dataset = expressionBuilder<MlflowTables, 'datasets'>();
  const column = field.key === 'digest' ? 'datasets.digest' : 'datasets.name';
  return runs.exists(used.where(matches({ type: 'text', value: dataset.ref(column) })));
}
