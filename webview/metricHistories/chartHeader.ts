import { html, nothing, type TemplateResult } from 'lit';
import type { SeriesColumns } from '../../src/protocol/metricHistories';
import { formatCount } from '../shared/format';
import type { ChartRequest } from './chartContract';

export interface ChartHeaderOptions {
  readonly metricKey: string;
  /** null until the first points are there. */
  readonly data: readonly SeriesColumns[] | null;
  readonly zoomed: boolean;
  readonly maximised: boolean;
  readonly ask: (request: ChartRequest) => void;
}

/** The title of a chart, how many points stand behind it, and its buttons. */
export function chartHeader(options: ChartHeaderOptions): TemplateResult {
  const { metricKey, data, zoomed, maximised, ask } = options;
  const button = (icon: string, label: string, kind: 'png' | 'csv' | 'maximise' | 'reset') =>
    html`<button
      class="icon-button"
      type="button"
      title=${label}
      aria-label="${label}: ${metricKey}"
      @click=${() => ask({ kind })}
    >
      <span class="codicon codicon-${icon}" aria-hidden="true"></span>
    </button>`;
  return html`<div class="chart-header">
    <h3 class="chart-title" title=${metricKey}>${metricKey}</h3>
    ${pointCount(data ?? [])}
    <div class="chart-actions">
      ${zoomed ? button('discard', 'Reset zoom (0)', 'reset') : nothing}
      ${button('device-camera', 'Save as picture', 'png')}
      ${button('table', 'Save whole history as CSV', 'csv')}
      ${button(
        maximised ? 'screen-normal' : 'screen-full',
        maximised ? 'Restore (Esc)' : 'Maximise (Enter)',
        'maximise',
      )}
    </div>
  </div>`;
}

/** Only where not every point is drawn, or nearly so. */
function pointCount(data: readonly SeriesColumns[]): TemplateResult | typeof nothing {
  const total = data.reduce((sum, series) => sum + series.total, 0);
  const drawn = data.reduce((sum, series) => sum + series.x.length, 0);
  if (total < 10_000) {
    return nothing;
  }
  return html`<span
    class="chart-count faint"
    title="Drawn from ${drawn} of ${total} points: first, last, lowest and highest of every column of pixels, so no spike is lost. Zoom in to see every point."
    >${formatCount(total)} points</span
  >`;
}
