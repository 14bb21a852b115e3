import type { Comparison, Filter, Literal } from './ast';
import { compileLike } from './like';
import { compareLiterals, type FieldReader } from './values';

export type Predicate = (read: FieldReader) => boolean;

/**
 * Compiles a filter once for use on many things. Operands are tested left to right and no further than needed, so a
 * field behind a false AND is never read.
 */
export function compileFilter(filter: Filter): Predicate {
  switch (filter.kind) {
    case 'and': {
      const operands = filter.operands.map(compileFilter);
      return read => operands.every(operand => operand(read));
    }
    case 'or': {
      const operands = filter.operands.map(compileFilter);
      return read => operands.some(operand => operand(read));
    }
    case 'not': {
      const operand = compileFilter(filter.operand);
      return read => !operand(read);
    }
    case 'comparison':
      return compileComparison(filter);
  }
}

function compileComparison(comparison: Comparison): Predicate {
  const { field } = comparison;
  if (comparison.comparator === 'IS NULL' || comparison.comparator === 'IS NOT NULL') {
    const wanted = comparison.comparator === 'IS NULL';
    return read => {
      const value = read(field);
      return (value === undefined || (Array.isArray(value) && value.length === 0)) === wanted;
    };
  }
  const test = compileTest(comparison);
  return read => {
    const value = read(field);
    if (value === undefined) {
      return false;
    }
    return typeof value === 'object' ? value.some(test) : test(value);
  };
}

/** NaN follows IEEE: it is unequal to everything and compares with nothing. */
function compileTest(comparison: Comparison): (value: Literal) => boolean {
  const [first = '', second = ''] = comparison.values;
  const { values } = comparison;
  switch (comparison.comparator) {
    case '=':
      return value => equals(value, first);
    case '!=':
      return value => !equals(value, first);
    case '>':
      return value => value > first;
    case '>=':
      return value => value >= first;
    case '<':
      return value => value < first;
    case '<=':
      return value => value <= first;
    case 'BETWEEN':
      return value =>
        !Number.isNaN(value) &&
        compareLiterals(value, first) >= 0 &&
        compareLiterals(value, second) <= 0;
    case 'IN':
      return value => values.some(wanted => equals(value, wanted));
    case 'NOT IN':
      return value => !values.some(wanted => equals(value, wanted));
    case 'LIKE':
    case 'ILIKE': {
      const matches = compileLike(String(first), {
        ignoreCase: comparison.comparator === 'ILIKE',
      });
      return value => matches(String(value));
    }
    case 'IS NULL':
    case 'IS NOT NULL':
      throw new RangeError(`${comparison.comparator} does not test a value`);
  }
}

/** A bigint equals an unsafe number of the same value, such as the literal 1e17. */
function equals(a: Literal, b: Literal): boolean {
  return typeof a === typeof b ? a === b : a <= b && a >= b;
}
