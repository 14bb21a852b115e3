import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SampleQuery, SeriesColumns } from '../../src/protocol/metricHistories';
import { formatNumber } from '../../src/base/formatNumber';
import { formatCount } from '../shared/format';
import { failureText } from '../shared/hostConnection';
import type { Theme } from '../shared/theme';
import { xValueText } from './axisTicks';
import { ChartOverlay, type Box } from './chartOverlay';
import type { ChartContext, ChartRequest, ChartRun, ChartView } from './chartContract';
import { chartQuery } from './chartQuery';
import { readingsAt, snapX, stepX, type Reading } from './crosshairReading';
import { listenForDrag } from './dragGesture';
import type { DrawnSeries } from './drawnSeries';
import { LineChart } from './lineChart';
import { NO_ZOOM, type Zoom } from './viewState';

const RESAMPLE_DELAY_MS = 40;
/** Properties whose change alters the lines; the rest is text around them. */
const DRAWN_FROM = [
  'data',
  'runs',
  'view',
  'zoom',
  'highlighted',
  'theme',
  'maximised',
  'onScreen',
];

/** The page hands over new objects of the same content whenever it renders. */
function differs(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}

/** One metric of all shown runs. Draws only while it is on screen. */
@customElement('metric-chart')
export class ChartCard extends LitElement {
  @property({ attribute: false }) accessor metricKey = '';
  @property({ attribute: false, hasChanged: differs }) accessor runs: readonly ChartRun[] = [];
  @property({ attribute: false, hasChanged: differs }) accessor view: ChartView = {
    x: 'step',
    logY: false,
    points: false,
    smoothing: 0,
  };
  @property({ attribute: false, hasChanged: differs }) accessor zoom: Zoom = NO_ZOOM;
  @property({ attribute: false }) accessor highlighted: string | null = null;
  @property({ attribute: false }) accessor theme: Theme | null = null;
  @property({ attribute: false }) accessor context: ChartContext | null = null;
  @property({ type: Boolean }) accessor maximised = false;
  @state() private accessor onScreen = false;
  @state() private accessor problem: string | null = null;
  @state() private accessor data: readonly SeriesColumns[] | null = null;

  private chart: LineChart | null = null;
  private overlay: ChartOverlay | null = null;
  private sampledKey = '';
  private request: AbortController | null = null;
  private timer: number | undefined;
  private selection: Box | null = null;
  private stopListening: (() => void) | undefined;
  private readonly visibility = new IntersectionObserver(
    entries => (this.onScreen = entries.at(-1)?.isIntersecting ?? false),
    { rootMargin: '150px' },
  );
  private readonly size = new ResizeObserver(() => {
    this.scheduleSample();
    requestAnimationFrame(() => this.drawOverlay());
  });

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.visibility.observe(this);
    this.size.observe(this);
    this.stopListening = this.context?.crosshair.listen(() => this.drawOverlay());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.visibility.disconnect();
    this.size.disconnect();
    this.stopListening?.();
    this.request?.abort();
    window.clearTimeout(this.timer);
    this.sampledKey = '';
    this.destroyChart();
  }

  /** The drawn lines, for export. */
  get picture(): HTMLCanvasElement | null {
    return this.chart?.canvas ?? null;
  }

  protected override render(): TemplateResult {
    const { metricKey, maximised } = this;
    const button = (icon: string, label: string, kind: 'png' | 'csv' | 'maximise' | 'reset') =>
      html`<button
        class="icon-button"
        type="button"
        title=${label}
        aria-label="${label}: ${metricKey}"
        @click=${() => this.ask({ kind })}
      >
        <span class="codicon codicon-${icon}" aria-hidden="true"></span>
      </button>`;
    const zoomed = this.zoom.x !== null || this.zoom.y !== null;
    return html`
      <div class="chart-header">
        <h3 class="chart-title" title=${metricKey}>${metricKey}</h3>
        ${this.renderCount()}
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
      </div>
      <div
        class="plot"
        role="slider"
        tabindex="0"
        aria-roledescription="line chart"
        aria-label="${metricKey}, ${this.runs.length} ${this.runs.length === 1 ? 'run' : 'runs'}"
        aria-valuenow="0"
        aria-valuetext=${this.valueText()}
        @pointermove=${this.onPointerMove}
        @pointerleave=${this.onLeave}
        @blur=${this.onLeave}
        @keydown=${this.onKey}
        @dblclick=${() => this.ask({ kind: 'back' })}
      >
        <canvas class="lines" aria-hidden="true"></canvas>
        <canvas class="overlay" aria-hidden="true"></canvas>
        ${this.renderState()}
      </div>
    `;
  }

  /** New points, or a store that is back, are worth another try. */
  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('runs') && this.problem !== null) {
      this.problem = null;
      this.sampledKey = '';
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('onScreen') && !this.onScreen) {
      this.destroyChart();
    }
    this.scheduleSample();
    if (this.onScreen && DRAWN_FROM.some(name => changed.has(name))) {
      this.drawLines();
    }
  }

  protected override firstUpdated(): void {
    const plot = this.querySelector<HTMLElement>('.plot');
    if (plot) {
      listenForDrag(plot, {
        area: () => this.chart?.area ?? { left: 0, right: 0, top: 0, bottom: 0 },
        onSelection: box => {
          this.selection = box;
          this.drawOverlay();
        },
        onZoom: (axis, from, to) => this.zoomTo(axis, from, to),
      });
    }
  }

  private renderCount(): TemplateResult | typeof nothing {
    const total = this.data?.reduce((sum, series) => sum + series.total, 0) ?? 0;
    const drawn = this.data?.reduce((sum, series) => sum + series.x.length, 0) ?? 0;
    if (total < 10_000) {
      return nothing;
    }
    return html`<span
      class="chart-count faint"
      title="Drawn from ${drawn} of ${total} points: first, last, lowest and highest of every column of pixels, so no spike is lost. Zoom in to see every point."
      >${formatCount(total)} points</span
    >`;
  }

  private renderState(): TemplateResult | typeof nothing {
    if (this.problem !== null) {
      return html`<div class="plot-state" role="alert">
        <span>${this.problem}</span>
        <button class="link" type="button" @click=${this.retry}>Retry</button>
      </div>`;
    }
    if (this.runs.length === 0) {
      return html`<div class="plot-state faint">Every run with this metric is hidden.</div>`;
    }
    if (this.data === null) {
      return html`<div
        class="plot-state plot-loading"
        role="status"
        aria-label="Loading ${this.metricKey}"
      ></div>`;
    }
    if (this.data.every(series => series.x.length === 0)) {
      return html`<div class="plot-state faint">No points in this range.</div>`;
    }
    return nothing;
  }

  private ask(request: ChartRequest): void {
    this.dispatchEvent(new CustomEvent<ChartRequest>('chart-request', { detail: request }));
  }

  private readonly retry = () => {
    this.problem = null;
    this.sampledKey = '';
    this.scheduleSample();
  };

  /** Asks for data when what is shown differs from what was asked for last. */
  private scheduleSample(): void {
    window.clearTimeout(this.timer);
    if (this.onScreen && this.isConnected && this.context && this.problem === null) {
      this.timer = window.setTimeout(
        () => void this.sample(),
        this.data === null ? 0 : RESAMPLE_DELAY_MS,
      );
    }
  }

  private async sample(): Promise<void> {
    const query = this.query();
    const revisions = this.runs.map(run => run.revision);
    const key = JSON.stringify([query, revisions]);
    if (!this.context || key === this.sampledKey || query.columns === 0) {
      return;
    }
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    this.sampledKey = key;
    if (query.runIds.length === 0) {
      this.data = [];
      return;
    }
    try {
      this.data = await this.context.queue.sample(query, request.signal);
      this.problem = null;
    } catch (error) {
      if (!request.signal.aborted) {
        this.problem = failureText(error) ?? null;
      }
    }
  }

  private query(): SampleQuery {
    const { runs, metricKey, view, zoom } = this;
    return chartQuery(metricKey, runs, view, zoom, this.querySelector('.plot')?.clientWidth ?? 0);
  }

  private series(): readonly DrawnSeries[] {
    const byRun = new Map(this.data?.map(series => [series.runId, series]));
    return this.runs.flatMap(({ runId, name, look }) => {
      const data = byRun.get(runId);
      return data && data.x.length > 0 ? [{ runId, name, look, data }] : [];
    });
  }

  private drawLines(): void {
    const { theme, data } = this;
    const canvas = this.querySelector<HTMLCanvasElement>('canvas.lines');
    const overlay = this.querySelector<HTMLCanvasElement>('canvas.overlay');
    if (!theme || !data || !canvas || !overlay) {
      return;
    }
    const { logY, points, x } = this.view;
    const options = {
      xAxis: x,
      logY,
      points,
      xRange: this.zoom.x,
      yRange: this.zoom.y,
      highlighted: this.runs.some(run => run.runId === this.highlighted) ? this.highlighted : null,
      theme,
    };
    if (!this.chart) {
      this.chart = new LineChart(canvas, options);
      this.overlay = new ChartOverlay(overlay, this.chart);
    }
    this.chart.draw(this.series(), options);
    this.drawOverlay();
    this.dispatchEvent(new CustomEvent('chart-drawn', { bubbles: true }));
  }

  private destroyChart(): void {
    this.chart?.destroy();
    this.chart = null;
    this.overlay = null;
  }

  private isSource(): boolean {
    return this.context?.crosshair.source === this;
  }

  private readings(): readonly Reading[] {
    const x = this.context?.crosshair.x ?? null;
    if (x === null || !this.chart) {
      return [];
    }
    const { left, right } = this.chart.area;
    const reach = Math.abs(this.chart.xAt(right) - this.chart.xAt(left)) / 50;
    return readingsAt(this.series(), x, reach);
  }

  private drawOverlay(): void {
    if (!this.overlay || !this.theme || !this.context || !this.onScreen) {
      return;
    }
    const { x } = this.context.crosshair;
    const readings = this.readings();
    this.overlay.draw(
      { x, readings, withValues: !this.isSource(), selection: this.selection },
      this.theme,
    );
  }

  private readonly onPointerMove = (event: PointerEvent) => {
    const plot = event.currentTarget;
    if (!this.chart || !this.context || !(plot instanceof HTMLElement)) {
      return;
    }
    const bounds = plot.getBoundingClientRect();
    const pixel = event.clientX - bounds.left;
    const { left, right } = this.chart.area;
    const x =
      pixel < left - 4 || pixel > right + 4
        ? undefined
        : snapX(this.series(), this.chart.xAt(pixel));
    this.moveCrosshair(x ?? null, { x: event.clientX, y: event.clientY });
  };

  private readonly onLeave = () => {
    if (this.isSource()) {
      this.context?.crosshair.move(null, null);
      this.context?.tooltip.hide();
      this.requestUpdate();
    }
  };

  private moveCrosshair(x: number | null, at: { x: number; y: number }): void {
    if (!this.context) {
      return;
    }
    const { crosshair, tooltip } = this.context;
    crosshair.move(x, this);
    const readings = this.readings();
    if (x === null || readings.length === 0 || this.selection) {
      tooltip.hide();
    } else {
      tooltip.show(readings, x, this.view.x, at);
    }
  }

  private readonly onKey = (event: KeyboardEvent) => {
    if (!this.chart || !this.context || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const series = this.series();
    const { left, right } = this.chart.area;
    const current = this.context.crosshair.x ?? snapX(series, this.chart.xAt(right)) ?? 0;
    const count = event.shiftKey ? 10 : 1;
    const moves: Readonly<Record<string, () => number | undefined>> = {
      ArrowLeft: () => stepX(series, current, -1, count),
      ArrowRight: () => stepX(series, current, 1, count),
      Home: () => snapX(series, this.chart?.xAt(left) ?? 0),
      End: () => snapX(series, this.chart?.xAt(right) ?? 0),
    };
    const move = moves[event.key];
    if (move) {
      this.showKeyboardCrosshair(move());
    } else if (event.key === '+' || event.key === '=' || event.key === '-') {
      this.zoomAround(current, event.key === '-' ? 2 : 0.5);
    } else if (event.key === '0') {
      this.ask({ kind: 'reset' });
    } else if (event.key === 'Enter' || (event.key === 'Escape' && this.maximised)) {
      this.ask({ kind: 'maximise' });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  private showKeyboardCrosshair(x: number | undefined): void {
    const plot = this.querySelector('.plot');
    if (x === undefined || !plot || !this.chart) {
      return;
    }
    const bounds = plot.getBoundingClientRect();
    this.moveCrosshair(x, {
      x: bounds.left + this.chart.pixelAt(x, 0).x,
      y: bounds.top + this.chart.area.top,
    });
    this.requestUpdate();
  }

  private zoomTo(axis: 'x' | 'y', fromPixel: number, toPixel: number): void {
    const chart = this.chart;
    if (!chart || toPixel - fromPixel < 2) {
      return;
    }
    const range =
      axis === 'x'
        ? { from: chart.xAt(fromPixel), to: chart.xAt(toPixel) }
        : { from: chart.yAt(toPixel), to: chart.yAt(fromPixel) };
    if (Number.isFinite(range.from) && Number.isFinite(range.to) && range.from < range.to) {
      this.ask({ kind: 'zoom', zoom: { ...this.zoom, [axis]: range } });
    }
  }

  private zoomAround(x: number, factor: number): void {
    const chart = this.chart;
    if (!chart) {
      return;
    }
    const { left, right } = chart.area;
    const from = chart.xAt(left);
    const to = chart.xAt(right);
    if (factor > 1 && this.zoom.x === null) {
      return;
    }
    const range = { from: x - (x - from) * factor, to: x + (to - x) * factor };
    if (range.to > range.from) {
      this.ask({ kind: 'zoom', zoom: { ...this.zoom, x: range } });
    }
  }

  /** The values at the crosshair as one sentence, for those who hear the chart. */
  private valueText(): string {
    const x = this.context?.crosshair.x ?? null;
    if (x === null || !this.isSource()) {
      return 'No point selected. Use the arrow keys.';
    }
    const values = this.readings().map(
      ({ series, value }) => `${series.name} ${formatNumber(value)}`,
    );
    return `${xValueText(this.view.x, x)}: ${values.join(', ')}`;
  }
}
