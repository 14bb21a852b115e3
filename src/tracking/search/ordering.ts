import { createHash } from 'node:crypto';
import { decodePageToken, encodePageToken, type Paging, type SortKey } from '../pageToken';
import type { Field, Filter, OrderClause } from './ast';
import type { LoggedModelOrderClause } from './parseOrderBy';
import { compareLiterals, type FieldReader, type FieldValue } from './values';

function attribute(key: string, ascending: boolean): OrderClause {
  return { field: { entity: 'attribute', key }, ascending };
}

function withTieBreakers<T extends OrderClause>(
  orderBy: readonly T[],
  tieBreakers: readonly OrderClause[],
): (T | OrderClause)[] {
  const isNew = (clause: OrderClause): boolean =>
    !orderBy.some(
      ({ field }) => field.entity === clause.field.entity && field.key === clause.field.key,
    );
  return [...orderBy, ...tieBreakers.filter(isNew)];
}

/** Adds `start_time DESC, run_id ASC`, which are also the order when none is asked for. */
export function completeRunOrder(orderBy: readonly OrderClause[]): OrderClause[] {
  return withTieBreakers(orderBy, [attribute('start_time', false), attribute('run_id', true)]);
}

/** Adds `experiment_id ASC`; `creation_time DESC, experiment_id ASC` when no order is asked for. */
export function completeExperimentOrder(orderBy: readonly OrderClause[]): OrderClause[] {
  const byId = attribute('experiment_id', true);
  return orderBy.length === 0
    ? [attribute('creation_time', false), byId]
    : withTieBreakers(orderBy, [byId]);
}

/** Adds `creation_timestamp DESC, model_id ASC`, which are also the order when none is asked for. */
export function completeLoggedModelOrder(
  orderBy: readonly LoggedModelOrderClause[],
): LoggedModelOrderClause[] {
  return withTieBreakers(orderBy, [
    attribute('creation_timestamp', false),
    attribute('model_id', true),
  ]);
}

/** The value of each clause for one thing, read once before sorting; of several values the first. */
export function readSortKey(orderBy: readonly OrderClause[], read: FieldReader): SortKey {
  return orderBy.map(clause => firstOf(read(clause.field)));
}

/** Page tokens of everything in one complete order. Throws INVALID_PARAMETER_VALUE for a token that is none of them. */
export function pagingOf(orderBy: readonly OrderClause[], pageToken: string | undefined): Paging {
  const order = orderName(orderBy);
  return {
    start: decodePageToken(pageToken, order),
    tokenFor: next => encodePageToken(next, order),
  };
}

/** A short name that tells one order from another. */
function orderName(orderBy: readonly OrderClause[]): string {
  const parts = orderBy.map(({ field, ascending }) => [field.entity, field.key, ascending]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

/** Values in the asked direction, then NaN, then missing, for both directions. */
export function compileOrder(orderBy: readonly OrderClause[]): (a: SortKey, b: SortKey) => number {
  const directions = orderBy.map(clause => (clause.ascending ? 1 : -1));
  return (a, b) => {
    for (const [index, direction] of directions.entries()) {
      const left = a[index];
      const right = b[index];
      const rank = absenceRank(left) - absenceRank(right);
      if (rank !== 0) {
        return rank;
      }
      if (left !== undefined && right !== undefined) {
        const order = compareLiterals(left, right) * direction;
        if (order !== 0) {
          return order;
        }
      }
    }
    return 0;
  };
}

export function firstOf(value: FieldValue): SortKey[number] {
  return typeof value === 'object' ? value[0] : value;
}

function absenceRank(value: SortKey[number]): number {
  return value === undefined ? 2 : Number.isNaN(value) ? 1 : 0;
}

/** Every field that a filter and an order read, each once: what a store must load before it can answer. */
export function fieldsOf(filter: Filter, orderBy: readonly OrderClause[] = []): Field[] {
  const fields = new Map<string, Field>();
  const add = (field: Field): void => {
    fields.set(`${field.entity}.${field.key}`, field);
  };
  const visit = (node: Filter): void => {
    switch (node.kind) {
      case 'comparison':
        add(node.field);
        break;
      case 'not':
        visit(node.operand);
        break;
      default:
        node.operands.forEach(visit);
    }
  };
  visit(filter);
  orderBy.forEach(clause => add(clause.field));
  return [...fields.values()];
}
