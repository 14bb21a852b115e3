import type { SeriesColumns } from '../../src/protocol/metricHistories';
import type { RunLook } from '../../src/protocol/runColours';

/** One run's line in one chart. */
export interface DrawnSeries {
  readonly runId: string;
  readonly name: string;
  readonly look: RunLook;
  readonly data: SeriesColumns;
}

/** The lines of a chart: of each run that has points. */
export function drawnSeries(
  runs: readonly Omit<DrawnSeries, 'data'>[],
  data: readonly SeriesColumns[],
): readonly DrawnSeries[] {
  const byRun = new Map(data.map(series => [series.runId, series]));
  return runs.flatMap(({ runId, name, look }) => {
    const columns = byRun.get(runId);
    return columns && columns.x.length > 0 ? [{ runId, name, look, data: columns }] : [];
  });
}

/** The line that the eye follows: the smoothed one when there is one. */
export function mainValues(data: SeriesColumns): Float64Array {
  return data.smoothed.length > 0 ? data.smoothed : data.values;
}
