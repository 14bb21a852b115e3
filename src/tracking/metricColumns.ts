import type { MetricColumns } from './entities';

/** The points ordered by (step, timestamp, value), NaN first; the same object when they are in order already, as most are. */
export function orderedColumns(columns: MetricColumns): MetricColumns {
  return isOrdered(columns, 1) ? columns : sorted(columns);
}

/**
 * A history and points that were logged later, as one.
 * @param earlier in order
 * @param later in any order
 */
export function grownColumns(earlier: MetricColumns, later: MetricColumns): MetricColumns {
  if (later.values.length === 0) {
    return earlier;
  }
  const grown = {
    steps: joined(earlier.steps, later.steps),
    timesMs: joined(earlier.timesMs, later.timesMs),
    values: joined(earlier.values, later.values),
  };
  return isOrdered(grown, Math.max(1, earlier.values.length)) ? grown : sorted(grown);
}

/** For ordering values, of which NaN is the smallest. */
export function compareValues(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @param from the first point to compare with the one before it */
function isOrdered(columns: MetricColumns, from: number): boolean {
  for (let index = from; index < columns.steps.length; index += 1) {
    if (comparePoints(columns, index - 1, index) > 0) {
      return false;
    }
  }
  return true;
}

function sorted(columns: MetricColumns): MetricColumns {
  const order = Uint32Array.from(columns.steps.keys()).sort((a, b) => comparePoints(columns, a, b));
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(order, index => values[index] ?? 0);
  return {
    steps: pick(columns.steps),
    timesMs: pick(columns.timesMs),
    values: pick(columns.values),
  };
}

function comparePoints({ steps, timesMs, values }: MetricColumns, a: number, b: number): number {
  return (
    (steps[a] ?? 0) - (steps[b] ?? 0) ||
    (timesMs[a] ?? 0) - (timesMs[b] ?? 0) ||
    compareValues(values[a] ?? 0, values[b] ?? 0)
  );
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const all = new Float64Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
