import type { SeriesColumns } from '../../src/protocol/metricHistories';
import type { RunLook } from '../../src/protocol/runColours';

/** One run's line in one chart. */
export interface DrawnSeries {
  readonly runId: string;
  readonly name: string;
  readonly look: RunLook;
  readonly data: SeriesColumns;
}

/** The line that the eye follows: the smoothed one when there is one. */
export function mainValues(data: SeriesColumns): Float64Array {
  return data.smoothed.length > 0 ? data.smoothed : data.values;
}
