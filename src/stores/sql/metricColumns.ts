import type { MetricColumns } from '../../tracking/entities';

/** @param rows in the order of `fields`, which are `step`, `timestamp`, `value`, `is_nan` in any order. */
export function metricColumnsOf(
  rows: readonly (readonly unknown[])[],
  fields: readonly string[],
): MetricColumns {
  const [step, timestamp, value, isNan] = ['step', 'timestamp', 'value', 'is_nan'].map(name =>
    fields.indexOf(name),
  ) as [number, number, number, number];
  return {
    steps: Float64Array.from(rows, row => Number(row[step])),
    timesMs: Float64Array.from(rows, row => Number(row[timestamp])),
    values: Float64Array.from(rows, row => (row[isNan] ? Number.NaN : Number(row[value]))),
  };
}
