import type { Metric, MetricColumns } from '../../tracking/entities';
import { orderedColumns } from '../../tracking/metricColumns';

/** Gathers pages of points into ordered columns. */
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
  return orderedColumns({
    steps: Float64Array.from(steps),
    timesMs: Float64Array.from(timesMs),
    values: Float64Array.from(values),
  });
}
