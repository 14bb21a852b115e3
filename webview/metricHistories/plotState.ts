import { html, nothing, type TemplateResult } from 'lit';
import type { SeriesColumns } from '../../src/protocol/metricHistories';

export interface PlotStateOptions {
  readonly metricKey: string;
  /** How many runs have the metric and are not hidden. */
  readonly runCount: number;
  /** null until the first points are there. */
  readonly data: readonly SeriesColumns[] | null;
  readonly problem: string | null;
  readonly retry: () => void;
}

/** What stands over the plot while there are no lines, or none that are up to date. */
export function plotState(options: PlotStateOptions): TemplateResult | typeof nothing {
  const { metricKey, runCount, data, problem, retry } = options;
  if (problem !== null) {
    return html`<div class="plot-state" role="alert">
      <span>${problem}</span>
      <button class="link" type="button" @click=${retry}>Retry</button>
    </div>`;
  }
  if (runCount === 0) {
    return html`<div class="plot-state faint">Every run with this metric is hidden.</div>`;
  }
  if (data === null) {
    return html`<div
      class="plot-state plot-loading"
      role="status"
      aria-label="Loading ${metricKey}"
    ></div>`;
  }
  if (data.every(series => series.x.length === 0)) {
    return html`<div class="plot-state faint">No points in this range.</div>`;
  }
  return nothing;
}
