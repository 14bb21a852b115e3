import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SeriesColumns } from '../../src/protocol/metricHistories';
import type { Theme } from '../shared/theme';
import { ChartOverlay, type Box } from './chartOverlay';
import type { ChartContext, ChartRequest, ChartRun, ChartView } from './chartContract';
import { chartHeader } from './chartHeader';
import { chartQuery } from './chartQuery';
import { ChartSampler } from './chartSampler';
import { zoomTo } from './chartZoom';
import { readingsAt, readingsText, snapX, type Reading } from './crosshairReading';
import { listenForDrag } from './dragGesture';
import { drawnSeries, type DrawnSeries } from './drawnSeries';
import { LineChart } from './lineChart';
import { plotKeyAction } from './plotKeyAction';
import { plotState } from './plotState';
import { NO_ZOOM, type Zoom } from './viewState';

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
  private readonly sampler = new ChartSampler({
    wanted: () => {
      const { runs, metricKey, view, zoom } = this;
      const width = this.querySelector('.plot')?.clientWidth ?? 0;
      return {
        query: chartQuery(metricKey, runs, view, zoom, width),
        revisions: runs.map(run => run.revision),
      };
    },
    onData: data => (this.data = data),
    onProblem: problem => (this.problem = problem),
  });
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
    this.sampler.stop();
    this.destroyChart();
  }

  /** The drawn lines, for export. */
  get picture(): HTMLCanvasElement | null {
    return this.chart?.canvas ?? null;
  }

  protected override render(): TemplateResult {
    const { metricKey, maximised, runs, data, problem, zoom, ask, retry } = this;
    const zoomed = zoom.x !== null || zoom.y !== null;
    return html`
      ${chartHeader({ metricKey, data, zoomed, maximised, ask })}
      <div
        class="plot"
        role="slider"
        tabindex="0"
        aria-roledescription="line chart"
        aria-label="${metricKey}, ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}"
        aria-valuenow="0"
        aria-valuetext=${this.valueText()}
        @pointermove=${this.onPointerMove}
        @pointerleave=${this.onLeave}
        @blur=${this.onLeave}
        @keydown=${this.onKey}
        @dblclick=${() => ask({ kind: 'back' })}
      >
        <canvas class="lines" aria-hidden="true"></canvas>
        <canvas class="overlay" aria-hidden="true"></canvas>
        ${plotState({ metricKey, runCount: runs.length, data, problem, retry })}
      </div>
    `;
  }

  /** New points, or a store that is back, are worth another try. */
  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('runs') && this.problem !== null) {
      this.problem = null;
      this.sampler.forget();
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
        onZoom: (axis, from, to) => {
          const zoom = this.chart && zoomTo(this.chart, this.zoom, axis, from, to);
          if (zoom) {
            this.ask({ kind: 'zoom', zoom });
          }
        },
      });
    }
  }

  private readonly ask = (request: ChartRequest) => {
    this.dispatchEvent(new CustomEvent<ChartRequest>('chart-request', { detail: request }));
  };

  private readonly retry = () => {
    this.problem = null;
    this.sampler.forget();
    this.scheduleSample();
  };

  private scheduleSample(): void {
    const asks = this.onScreen && this.isConnected && this.problem === null;
    this.sampler.schedule(asks ? this.context?.queue : undefined);
  }

  private series(): readonly DrawnSeries[] {
    return drawnSeries(this.runs, this.data ?? []);
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
    const { chart, context, zoom, maximised } = this;
    if (!chart || !context) {
      return;
    }
    const plot = { chart, series: this.series(), crosshairX: context.crosshair.x, zoom, maximised };
    const action = plotKeyAction(event, plot);
    if (!action) {
      return;
    }
    if (action.crosshairX !== undefined) {
      this.showKeyboardCrosshair(action.crosshairX);
    }
    if (action.request) {
      this.ask(action.request);
    }
    event.preventDefault();
    event.stopPropagation();
  };

  private showKeyboardCrosshair(x: number): void {
    const plot = this.querySelector('.plot');
    if (!plot || !this.chart) {
      return;
    }
    const bounds = plot.getBoundingClientRect();
    this.moveCrosshair(x, {
      x: bounds.left + this.chart.pixelAt(x, 0).x,
      y: bounds.top + this.chart.area.top,
    });
    this.requestUpdate();
  }

  /** For those who hear the chart. */
  private valueText(): string {
    const x = this.context?.crosshair.x ?? null;
    return x === null || !this.isSource()
      ? 'No point selected. Use the arrow keys.'
      : readingsText(this.readings(), this.view.x, x);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'metric-chart': ChartCard;
  }
}
