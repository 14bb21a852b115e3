import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import {
  type HistoriesSnapshot,
  type MetricHistoriesEvents,
  type MetricHistoriesHost,
} from '../../src/protocol/metricHistories';
import { trusted } from '../../src/protocol/payload';
import { runLooks } from '../../src/protocol/runColours';
import { filterPattern } from '../shared/filterPattern';
import { connectHost, failureText } from '../shared/hostConnection';
import {
  emptyState,
  leftOutNotice,
  missingRunsNotice,
  noticeBar,
  skeleton,
} from '../shared/notices';
import { onThemeChange, readTheme, type Theme } from '../shared/theme';
import { ChartCard } from './chartCard';
import type { ChartContext, ChartRequest, ChartRun } from './chartContract';
import { chartPicture } from './chartPicture';
import { chartRuns } from './chartRuns';
import { chartSections } from './chartSections';
import { ChartTooltip } from './chartTooltip';
import { Crosshair } from './crosshair';
import { historiesToolbar } from './historiesToolbar';
import { noCharts } from './noCharts';
import { runLegend } from './runLegend';
import { SampleQueue } from './sampleQueue';
import { NO_ZOOM, restoreViewState, type ViewState } from './viewState';
import { withoutLastZoom, withoutZoom, withZoom, zoomSteps } from './zoomSteps';

/** The page: toolbar, legend, and a chart for each metric in sections by prefix. */
@customElement('metric-histories')
export class MetricHistoriesApp extends LitElement {
  @state() private accessor snapshot: HistoriesSnapshot | null = null;
  @state() private accessor view: ViewState;
  @state() private accessor failure: string | null = null;
  @state() private accessor highlighted: string | null = null;
  @state() private accessor theme: Theme = readTheme();

  private readonly link = connectHost<MetricHistoriesEvents, MetricHistoriesHost>(
    { runsChanged: snapshot => this.show(snapshot) },
    { runsChanged: trusted },
  );
  private readonly context: ChartContext = {
    queue: new SampleQueue((query, signal) => this.link.host.call('sample', query, { signal })),
    crosshair: new Crosshair(),
    tooltip: new ChartTooltip(document.body),
  };
  private saveTimer: number | undefined;
  /** Not in the reactive state: scrolling draws nothing. */
  private scrolled = 0;
  private restoredScroll = false;

  constructor() {
    super();
    this.view = restoreViewState(this.link.getState());
    onThemeChange(() => (this.theme = readTheme()));
    window.addEventListener('pagehide', () => this.saveNow());
    void this.load();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<main class="panel" aria-label="Metric histories" @keydown=${this.onKey}>
      <h1 class="visually-hidden">Metric histories</h1>
      ${this.renderBody()}
    </main>`;
  }

  protected override updated(): void {
    const scroller = this.querySelector('.charts');
    if (scroller && !this.restoredScroll) {
      this.restoredScroll = true;
      this.scrolled = this.view.scrollTop;
      scroller.scrollTop = this.scrolled;
    }
  }

  private renderBody(): TemplateResult {
    const { snapshot, failure } = this;
    if (!snapshot) {
      return failure === null
        ? skeleton(6)
        : emptyState('error', 'The runs could not be loaded', failure, {
            label: 'Retry',
            run: () => void this.load(),
          });
    }
    if (snapshot.runs.length === 0) {
      const [missing] = snapshot.missing;
      return emptyState(
        'graph-line',
        'No runs to show',
        missing?.message ?? 'Choose runs in the Experiments view and open their charts.',
      );
    }
    const metricKeys = new Set(snapshot.runs.flatMap(run => run.metricKeys));
    const pattern = filterPattern(this.view.filter);
    const shown = [...metricKeys].filter(key => pattern.matches(key));
    return html`
      ${historiesToolbar({
        view: this.view,
        filterProblem: pattern.problem,
        live: snapshot.runs.some(run => run.status === 'RUNNING'),
        zoomed: this.view.zooms.length > 0,
        update: change => this.change(change),
      })}
      ${this.renderLegend(snapshot)}
      ${
        snapshot.problem === null
          ? nothing
          : noticeBar('error', snapshot.problem, { label: 'Retry', run: () => void this.load() })
      }
      ${failure === null ? nothing : noticeBar('error', failure, { label: 'Dismiss', run: () => (this.failure = null) })}
      ${leftOutNotice(snapshot.runs.length, snapshot.leftOut)}
      ${missingRunsNotice(snapshot.missing, () => void this.setRuns(snapshot.runs.map(run => run.runId)))}
      <div class="charts-area">
        <div class="charts" @scroll=${this.onScroll}>
          ${this.renderCharts(metricKeys.size, shown)}
        </div>
      </div>
    `;
  }

  private renderLegend(snapshot: HistoriesSnapshot): TemplateResult {
    return runLegend({
      runs: snapshot.runs,
      looks: runLooks(snapshot.runs),
      hidden: new Set(this.view.hidden),
      highlighted: this.highlighted,
      highlight: runId => (this.highlighted = runId),
      toggle: runId => this.toggleRun(runId),
      remove: runId => {
        this.highlighted = null;
        void this.setRuns(this.view.runIds.filter(id => id !== runId));
      },
      add: () => void this.addRuns(),
    });
  }

  private toggleRun(runId: string): void {
    const { hidden } = this.view;
    const others = hidden.filter(other => other !== runId);
    this.change({ hidden: hidden.includes(runId) ? others : [...hidden, runId] });
  }

  private renderCharts(count: number, shown: readonly string[]): TemplateResult {
    if (shown.length === 0) {
      return noCharts(this.snapshot?.runs ?? [], count, () => this.change({ filter: '' }));
    }
    return chartSections({
      metricKeys: shown,
      view: this.view,
      update: change => this.change(change),
      chart: metricKey => this.renderChart(metricKey),
    });
  }

  private renderChart(metricKey: string): TemplateResult {
    const { x, logY, points, smoothing, zooms, maximised } = this.view;
    const chartView = { x, logY, points, smoothing };
    return html`<div class="chart-slot">
      <metric-chart
        class=${maximised === metricKey ? 'maximised' : ''}
        .metricKey=${metricKey}
        .runs=${this.chartRuns(metricKey)}
        .view=${chartView}
        .zoom=${zoomSteps(zooms, metricKey).at(-1) ?? NO_ZOOM}
        .highlighted=${this.highlighted}
        .theme=${this.theme}
        .context=${this.context}
        .maximised=${maximised === metricKey}
        @chart-request=${(event: CustomEvent<ChartRequest>) => this.onChartRequest(metricKey, event)}
      ></metric-chart>
    </div>`;
  }

  private chartRuns(metricKey: string): readonly ChartRun[] {
    return chartRuns(this.snapshot?.runs ?? [], this.view.hidden, metricKey);
  }

  private onChartRequest(metricKey: string, { detail, target }: CustomEvent<ChartRequest>): void {
    const { zooms } = this.view;
    switch (detail.kind) {
      case 'zoom':
        this.change({ zooms: withZoom(zooms, metricKey, detail.zoom) });
        break;
      case 'back':
        this.change({ zooms: withoutLastZoom(zooms, metricKey) });
        break;
      case 'reset':
        this.change({ zooms: withoutZoom(zooms, metricKey) });
        break;
      case 'maximise':
        this.maximise(this.view.maximised === metricKey ? null : metricKey);
        break;
      case 'png':
        if (target instanceof ChartCard && target.picture) {
          void this.savePicture(metricKey, target.picture);
        }
        break;
      case 'csv':
        void this.attempt(() =>
          this.link.host.call('saveHistory', {
            name: fileName(metricKey, 'csv'),
            runIds: this.chartRuns(metricKey).map(run => run.runId),
            metricKey,
          }),
        );
        break;
    }
  }

  private maximise(metricKey: string | null): void {
    const before = this.view.maximised;
    this.change({ maximised: metricKey });
    void this.updateComplete.then(() => {
      const focusOn = metricKey ?? before;
      const card = [...this.querySelectorAll('metric-chart')].find(
        item => item.metricKey === focusOn,
      );
      card?.querySelector<HTMLElement>('.plot')?.focus();
    });
  }

  private savePicture(metricKey: string, lines: HTMLCanvasElement): Promise<void> {
    return this.attempt(async () => {
      const bytes = await chartPicture(lines, metricKey, this.chartRuns(metricKey), this.theme);
      await this.link.host.call(
        'savePicture',
        { name: fileName(metricKey, 'png'), bytes },
        { transfer: [bytes.buffer] },
      );
    });
  }

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && this.view.maximised !== null) {
      this.maximise(null);
    }
  };

  private readonly onScroll = (event: Event) => {
    if (event.currentTarget instanceof HTMLElement) {
      this.context.tooltip.hide();
      this.scrolled = event.currentTarget.scrollTop;
      this.saveSoon();
    }
  };

  private async load(): Promise<void> {
    this.failure = null;
    await this.attempt(async () => this.show(await this.link.host.call('load', null)));
  }

  private async setRuns(runIds: readonly string[]): Promise<void> {
    await this.attempt(async () => this.show(await this.link.host.call('setRuns', runIds)));
  }

  private async addRuns(): Promise<void> {
    await this.attempt(async () => {
      const snapshot = await this.link.host.call('pickRuns', null);
      if (snapshot) {
        this.show(snapshot);
      }
    });
  }

  private async attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.failure = failureText(error) ?? this.failure;
    }
  }

  private show(snapshot: HistoriesSnapshot): void {
    this.snapshot = snapshot;
    const runIds = [...snapshot.runs, ...snapshot.missing].map(run => run.runId);
    this.change({ runIds, hidden: this.view.hidden.filter(runId => runIds.includes(runId)) });
  }

  private change(change: Partial<ViewState>): void {
    this.view = { ...this.view, ...change };
    this.saveSoon();
  }

  private saveSoon(): void {
    window.clearTimeout(this.saveTimer);
    this.saveTimer = window.setTimeout(() => this.saveNow(), 200);
  }

  private saveNow(): void {
    this.link.setState({ ...this.view, scrollTop: this.scrolled });
  }
}

function fileName(metricKey: string, extension: string): string {
  return `${metricKey.replaceAll('/', '-')}.${extension}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'metric-histories': MetricHistoriesApp;
  }
}
