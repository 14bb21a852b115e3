import type { Metric, MetricColumns } from '../../tracking/entities';

/** Gathers pages of points into columns ordered by (step, timestamp, value), NaN last. */
export async function collectMetricColumns(
  pages: AsyncIterable<readonly Metric[]>,
): Promise<MetricColumns> {
  const steps: number[] = [];
  const timesMs: number[] = [];
  const values: number[] = [];
  for await (const page of pages) {
    for (const metric of page) {
      steps.push(Number(metric.step));
      timesMs.push(Number(metric.timestampMs));
      values.push(metric.value);
    }
  }
  const order = Uint32Array.from(values.keys()).sort(
    (a, b) =>
      at(steps, a) - at(steps, b) ||
      at(timesMs, a) - at(timesMs, b) ||
      compareValues(at(values, a), at(values, b)) ||
      a - b,
  );
  const inOrder = (column: readonly number[]): Float64Array =>
    Float64Array.from(order, index => at(column, index));
  return { steps: inOrder(steps), timesMs: inOrder(timesMs), values: inOrder(values) };
}

function at(column: readonly number[], index: number): number {
  return column[index] ?? NaN;
}

function compareValues(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b)
    ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
    : a < b
      ? -1
      : Number(a > b);
}
