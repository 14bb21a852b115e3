import { sql, type Expression, type SqlBool } from 'kysely';
import type { Comparison, Field, Filter, Literal } from '../../tracking/search/ast';
import type { SqlDialect } from './sqlDialect';

/** A value to compare: NULL where it is missing. */
export interface Operand {
  readonly type: 'text' | 'number';
  readonly value: Expression<unknown>;
  /** True for NaN, which is unequal to everything and compares with nothing. Only metrics have it. */
  readonly isNan?: Expression<SqlBool>;
}

/** What to sort by for the order of `operand`: text goes by code points on every database. */
export function orderedValue({ type, value }: Operand, dialect: SqlDialect): Expression<unknown> {
  return type === 'text' ? dialect.byCodePoints(value as Expression<string | null>) : value;
}

/** True when one of the conditions is. */
export function anyOf(conditions: readonly Expression<SqlBool>[]): Expression<SqlBool> {
  return joined('or', conditions) ?? NEVER;
}

/** How one kind of thing is searched: where the value of a field is. */
export interface FieldSource {
  /**
   * @param matches makes the condition on the value. The result is true or false, never NULL, and false when there is no
   * value at all; of several values one must match.
   */
  where(field: Field, matches: (operand: Operand) => Expression<SqlBool>): Expression<SqlBool>;
}

const ALWAYS = sql<SqlBool>`1 = 1`;
const NEVER = sql<SqlBool>`1 = 0`;

/** Compiles a filter to a condition. Literals become parameters, never text. */
export function compileFilter(
  filter: Filter,
  source: FieldSource,
  dialect: SqlDialect,
): Expression<SqlBool> {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const operands = filter.operands.map(operand => compileFilter(operand, source, dialect));
      return joined(filter.kind, operands) ?? (filter.kind === 'and' ? ALWAYS : NEVER);
    }
    case 'not':
      return sql<SqlBool>`not (${compileFilter(filter.operand, source, dialect)})`;
    case 'comparison':
      return compileComparison(filter, source, dialect);
  }
}

/** As a balanced tree: databases limit the depth of expressions, not their size. */
function joined(
  kind: 'and' | 'or',
  operands: readonly Expression<SqlBool>[],
): Expression<SqlBool> | undefined {
  if (operands.length <= 1) {
    return operands[0];
  }
  const middle = Math.ceil(operands.length / 2);
  const left = joined(kind, operands.slice(0, middle)) ?? ALWAYS;
  const right = joined(kind, operands.slice(middle)) ?? ALWAYS;
  return kind === 'and' ? sql`(${left} and ${right})` : sql`(${left} or ${right})`;
}

function compileComparison(
  comparison: Comparison,
  source: FieldSource,
  dialect: SqlDialect,
): Expression<SqlBool> {
  const { comparator, field } = comparison;
  const isPresent = (operand: Operand): Expression<SqlBool> =>
    sql<SqlBool>`${operand.value} is not null`;
  switch (comparator) {
    case 'IS NULL':
      return sql<SqlBool>`not (${source.where(field, isPresent)})`;
    case 'IS NOT NULL':
      return source.where(field, isPresent);
    default:
      return source.where(field, operand =>
        operand.type === 'text'
          ? compareText(operand.value as Expression<string | null>, comparison, dialect)
          : compareNumber(operand, comparison),
      );
  }
}

function compareText(
  value: Expression<string | null>,
  { comparator, values }: Comparison,
  dialect: SqlDialect,
): Expression<SqlBool> {
  const [first = '', second = ''] = values.map(String);
  const equals = (wanted: Literal): Expression<SqlBool> => dialect.equals(value, String(wanted));
  switch (comparator) {
    case '=':
      return equals(first);
    case '!=':
      return sql<SqlBool>`not (${equals(first)})`;
    case 'LIKE':
      return dialect.like(value, first);
    case 'ILIKE':
      return dialect.ilike(value, first);
    case 'IN':
      return anyOf(values.map(equals));
    case 'NOT IN':
      return sql<SqlBool>`not (${anyOf(values.map(equals))})`;
    case 'BETWEEN':
      return sql<SqlBool>`(${dialect.byCodePoints(value)} >= ${first} and ${dialect.byCodePoints(value)} <= ${second})`;
    default:
      throw new RangeError(`${comparator} does not compare text`);
  }
}

function compareNumber(
  { value, isNan }: Operand,
  { comparator, values }: Comparison,
): Expression<SqlBool> {
  const [first, second] = values;
  const list = sql.join(values);
  const isNumber = (condition: Expression<SqlBool>): Expression<SqlBool> =>
    isNan ? sql<SqlBool>`(not ${isNan} and ${condition})` : condition;
  const orNan = (condition: Expression<SqlBool>): Expression<SqlBool> =>
    isNan ? sql<SqlBool>`(${isNan} or ${condition})` : condition;
  switch (comparator) {
    case '=':
      return isNumber(sql`${value} = ${first}`);
    case '!=':
      return orNan(sql`${value} != ${first}`);
    case '>':
      return isNumber(sql`${value} > ${first}`);
    case '>=':
      return isNumber(sql`${value} >= ${first}`);
    case '<':
      return isNumber(sql`${value} < ${first}`);
    case '<=':
      return isNumber(sql`${value} <= ${first}`);
    case 'BETWEEN':
      return isNumber(sql`${value} between ${first} and ${second}`);
    case 'IN':
      return isNumber(sql`${value} in (${list})`);
    case 'NOT IN':
      return orNan(sql`${value} not in (${list})`);
    default:
      throw new RangeError(`${comparator} does not compare numbers`);
  }
}
