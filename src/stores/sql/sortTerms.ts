import {
  sql,
  type AliasableExpression,
  type Expression,
  type SelectQueryBuilder,
  type SqlBool,
} from 'kysely';
import type { PageStart, Paging, SortKey } from '../../tracking/pageToken';
import { TrackingError } from '../../tracking/trackingError';
import { orderedValue, type Operand } from './filterCompiler';
import type { SqlDialect } from './sqlDialect';

/** One clause of an order: values in the asked direction, then NaN, then missing. */
export interface SortTerm {
  readonly operand: Operand;
  readonly ascending: boolean;
  /** It has a value in every row, as keys have. */
  readonly isRequired?: boolean;
}

/** 0 for a value, 1 for NaN, 2 for none. */
function rankOf({ value, isNan }: Operand): AliasableExpression<number> {
  return isNan
    ? sql<number>`case when ${isNan} then 1 when ${value} is null then 2 else 0 end`
    : sql<number>`case when ${value} is null then 2 else 0 end`;
}

/** Adds what makes a page of a query: where it begins, its order, and one row more than it has. */
export function paged<DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
  terms: readonly SortTerm[],
  { after, offset, maxResults }: PageStart & { readonly maxResults: number },
  dialect: SqlDialect,
): SelectQueryBuilder<DB, TB, Row> {
  const rest = after ? query.where(isAfter(terms, after, dialect)) : query;
  return ordered(rest, terms, dialect)
    .limit(maxResults + 1)
    .offset(after ? 0 : offset);
}

/** Sorts by a rank where there may be none. No system but some sorts by a condition, or knows NULLS LAST. */
function ordered<DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
  terms: readonly SortTerm[],
  dialect: SqlDialect,
): SelectQueryBuilder<DB, TB, Row> {
  return terms.reduce((sorted, { operand, ascending, isRequired }) => {
    const ranked = isRequired ? sorted : sorted.orderBy(rankOf(operand), 'asc');
    return ranked.orderBy(orderedValue(operand, dialect), ascending ? 'asc' : 'desc');
  }, query);
}

/** The part of a page that follows its items; `row` is the last of them, with its `sortKeyColumns`. */
export function nextPage(
  terms: readonly SortTerm[],
  row: object | undefined,
  count: number,
  { start, tokenFor }: Paging,
): { readonly nextPageToken?: string } {
  const after = row && readSortKey(terms, { ...row });
  const offset = start.offset + count;
  return { nextPageToken: tokenFor(after ? { offset, after } : { offset }) };
}

/** The columns of a row that say where in the order it is. */
export function sortKeyColumns(terms: readonly SortTerm[]) {
  return terms.flatMap(({ operand }, index) => [
    rankOf(operand).as(`rank_${index}`),
    sql`${operand.value}`.as(`key_${index}`),
  ]);
}

/** @returns `undefined` when a value is none that an order knows, such as the bytes that SQLite lets a text be. */
function readSortKey(
  terms: readonly SortTerm[],
  row: Readonly<Record<string, unknown>>,
): SortKey | undefined {
  const key: SortKey[number][] = [];
  for (const [index, { operand }] of terms.entries()) {
    const value = row[`key_${index}`];
    const rank = Number(row[`rank_${index}`]);
    if (rank !== 0) {
      key.push(rank === 1 ? Number.NaN : undefined);
    } else if (isOfType(operand.type, value)) {
      key.push(value);
    } else {
      return undefined;
    }
  }
  return key;
}

function isOfType(type: Operand['type'], value: unknown): value is string | number | bigint {
  return type === 'text'
    ? typeof value === 'string'
    : typeof value === 'number' || typeof value === 'bigint';
}

/** The condition that a row comes after the place `key`. Throws INVALID_PARAMETER_VALUE when no such place can be. */
function isAfter(
  terms: readonly SortTerm[],
  key: SortKey,
  dialect: SqlDialect,
): Expression<SqlBool> {
  const [term, ...rest] = terms;
  if (!term) {
    return sql<SqlBool>`1 = 0`;
  }
  const { operand, ascending } = term;
  const [wanted, ...others] = key;
  const tie = isAfter(rest, others, dialect);
  const rank = rankOf(operand);
  if (wanted === undefined) {
    return sql<SqlBool>`(${rank} = 2 and ${tie})`;
  }
  if (Number.isNaN(wanted)) {
    return sql<SqlBool>`(${rank} = 2 or ${rank} = 1 and ${tie})`;
  }
  if (!isOfType(operand.type, wanted)) {
    throw new TrackingError('INVALID_PARAMETER_VALUE', 'Invalid page token: it names no place.');
  }
  const value = orderedValue(operand, dialect);
  const place = orderedValue({ type: operand.type, value: sql`${wanted}` }, dialect);
  const beyond = ascending ? sql<SqlBool>`${value} > ${place}` : sql<SqlBool>`${value} < ${place}`;
  const further =
    rest.length === 0 ? beyond : sql<SqlBool>`(${beyond} or ${value} = ${place} and ${tie})`;
  // Of a row without a value the comparisons are unknown, and its rank alone decides.
  return term.isRequired ? further : sql<SqlBool>`(${rank} > 0 or ${further})`;
}
