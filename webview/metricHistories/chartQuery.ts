import type { SampleQuery } from '../../src/protocol/metricHistories';
import type { ChartRun, ChartView } from './chartContract';
import type { Zoom } from './viewState';

/** chart.js stays quick up to about this many points a chart; the server keeps every spike within them. */
const POINT_BUDGET = 20_000;
const POINTS_PER_COLUMN = 4;
/** px. Columns are asked for in steps, so that a small change of the width asks for nothing new. */
const COLUMN_STEP = 100;

/** What a chart asks the server for. @param width px of the plot; 0 while it is not laid out, and then no columns */
export function chartQuery(
  metricKey: string,
  runs: readonly ChartRun[],
  view: ChartView,
  { x }: Zoom,
  width: number,
): SampleQuery {
  const affordable = Math.floor(POINT_BUDGET / POINTS_PER_COLUMN / Math.max(1, runs.length));
  return {
    runIds: runs.map(run => run.runId),
    metricKey,
    x: view.x,
    from: x?.from ?? null,
    to: x?.to ?? null,
    columns: Math.min(Math.ceil(width / COLUMN_STEP) * COLUMN_STEP, affordable),
    smoothing: view.smoothing,
  };
}
