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

/** The value of each clause for one thing, read once before sorting. */
export type SortKey = readonly FieldValue[];

export function readSortKey(orderBy: readonly OrderClause[], read: FieldReader): SortKey {
  return orderBy.map(clause => read(clause.field));
}

/** Values in the asked direction, then NaN, then missing, for both directions. */
export function compileOrder(orderBy: readonly OrderClause[]): (a: SortKey, b: SortKey) => number {
  const directions = orderBy.map(clause => (clause.ascending ? 1 : -1));
  return (a, b) => {
    for (const [index, direction] of directions.entries()) {
      const left = single(a[index]);
      const right = single(b[index]);
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

function single(value: FieldValue): Exclude<FieldValue, readonly unknown[]> {
  return typeof value === 'object' ? value[0] : value;
}

function absenceRank(value: FieldValue): number {
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
