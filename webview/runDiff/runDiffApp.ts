import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { trusted } from '../../src/protocol/payload';
import { runLooks } from '../../src/protocol/runColours';
import type {
  RunArtifacts,
  RunDiffEvents,
  RunDiffHost,
  RunDiffSnapshot,
} from '../../src/protocol/runDiff';
import { filterPattern, type FilterPattern } from '../shared/filterPattern';
import { connectHost, failureText } from '../shared/hostConnection';
import {
  emptyState,
  leftOutNotice,
  missingRunsNotice,
  noticeBar,
  skeleton,
} from '../shared/notices';
import type { DiffRow } from './diffRows';
import { rowsOf, SECTIONS, type SectionId } from './diffSections';
import { diffTable, type TableSection } from './diffTable';
import { diffCsv, diffMarkdown } from './diffText';
import { diffToolbar } from './diffToolbar';
import { restoreViewState, type ViewState } from './viewState';

/** Durations of running runs move on at this pace. */
const CLOCK_MS = 5000;

/** The page: toolbar and one table, a column a run. */
@customElement('run-diff')
export class RunDiffApp extends LitElement {
  @state() private accessor snapshot: RunDiffSnapshot | null = null;
  @state() private accessor view: ViewState;
  @state() private accessor failure: string | null = null;
  @state() private accessor artifacts: readonly RunArtifacts[] | undefined;
  @state() private accessor artifactsProblem: string | null = null;
  @state() private accessor nowMs = Date.now();
  @state() private accessor fullSections: readonly string[] = [];

  private readonly link = connectHost<RunDiffEvents, RunDiffHost>(
    { runsChanged: snapshot => this.show(snapshot) },
    { runsChanged: trusted },
  );
  private artifactsRequest: AbortController | null = null;

  constructor() {
    super();
    this.view = restoreViewState(this.link.getState());
    window.setInterval(() => this.tick(), CLOCK_MS);
    void this.load();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<main class="panel" aria-label="Run diff">
      <h1 class="visually-hidden">Run diff</h1>
      ${this.renderBody()}
    </main>`;
  }

  private renderBody(): TemplateResult {
    const { snapshot, failure, view } = this;
    if (!snapshot) {
      return failure === null
        ? skeleton(10)
        : emptyState('error', 'The runs could not be loaded', failure, {
            label: 'Retry',
            run: () => void this.load(),
          });
    }
    const { runs, missing } = snapshot;
    if (runs.length === 0) {
      return emptyState(
        'diff',
        'No runs to compare',
        missing[0]?.message ??
          'Select two or more runs in the Experiments view and choose "Compare runs".',
      );
    }
    const baseline = this.baseline();
    const pattern = filterPattern(view.filter);
    const sections = this.sections(pattern);
    return html`
      ${diffToolbar({
        view,
        runs,
        baseline,
        filterProblem: pattern.problem,
        update: change => this.change(change),
        addRuns: () => void this.addRuns(),
        showHistories: () =>
          void this.attempt(() =>
            this.link.host.call(
              'showHistories',
              runs.map(run => run.runId),
            ),
          ),
        openCodeDiff: runId => void this.openCodeDiff(runId),
        copy: format => void this.copy(format, sections),
      })}
      ${
        snapshot.problem === null
          ? nothing
          : noticeBar('error', snapshot.problem, { label: 'Retry', run: () => void this.load() })
      }
      ${
        failure === null
          ? nothing
          : noticeBar('error', failure, { label: 'Dismiss', run: () => (this.failure = null) })
      }
      ${leftOutNotice(runs.length, snapshot.leftOut)}
      ${missingRunsNotice(missing, () => void this.setRuns(runs.map(run => run.runId)))}
      <div class="table-scroll" tabindex="0" role="region" aria-label="Table of runs">
        ${diffTable({
          runs,
          looks: runLooks(runs),
          baseline,
          directions: snapshot.directions,
          sections,
          setBaseline: runId => this.change({ baselineId: runId }),
          remove: runId => void this.setRuns(view.runIds.filter(id => id !== runId)),
          toggleSection: id => this.toggleSection(id),
          showAllRows: id => (this.fullSections = [...this.fullSections, id]),
          setDirection: (metricKey, direction) => void this.setDirection(metricKey, direction),
          openCodeDiff: runId => void this.openCodeDiff(runId),
        })}
        ${
          sections.every(section => section.rows.length === 0 && section.message === null)
            ? emptyState(
                'filter',
                view.filter === '' ? 'The runs do not differ' : 'No row matches the filter',
                '',
                {
                  label: 'Show all rows',
                  run: () => this.change({ filter: '', differencesOnly: false }),
                },
              )
            : nothing
        }
      </div>
    `;
  }

  private baseline(): number {
    const runs = this.snapshot?.runs ?? [];
    return Math.max(
      0,
      runs.findIndex(run => run.runId === this.view.baselineId),
    );
  }

  private sections(pattern: FilterPattern): readonly TableSection[] {
    return SECTIONS.map(({ id, title, closedAtFirst }) => {
      const all = this.rows(id);
      const rows = all.filter(
        row =>
          (row.differs || !this.view.differencesOnly) &&
          (this.view.filter === '' || rowMatches(row, pattern)),
      );
      const open = this.isOpen(id, closedAtFirst);
      return {
        id,
        title,
        open,
        rows,
        hiddenRows: all.length - rows.length,
        counted: id !== 'artifacts' || this.artifacts !== undefined,
        showAll: this.fullSections.includes(id),
        message: open ? this.messageOf(id, all.length) : null,
      };
    }).filter(({ id, rows, hiddenRows }) => id === 'artifacts' || rows.length + hiddenRows > 0);
  }

  private rows(id: SectionId): readonly DiffRow[] {
    const { snapshot, artifacts, nowMs } = this;
    return snapshot ? rowsOf(id, { snapshot, baseline: this.baseline(), artifacts, nowMs }) : [];
  }

  private messageOf(id: SectionId, count: number): string | null {
    if (id !== 'artifacts') {
      return null;
    }
    if (this.artifacts === undefined) {
      return this.artifactsProblem ?? 'Loading…';
    }
    const problem = this.artifacts.find(item => item.problem !== null)?.problem;
    if (problem) {
      return problem;
    }
    const partial = this.artifacts.some(item => item.partial);
    return partial
      ? 'Only the first 200 files of a run are listed.'
      : count === 0
        ? 'No artifacts.'
        : null;
  }

  private isOpen(id: SectionId, closedAtFirst: boolean): boolean {
    return closedAtFirst ? this.view.opened.includes(id) : !this.view.closed.includes(id);
  }

  private toggleSection(id: string): void {
    const section = SECTIONS.find(item => item.id === id);
    if (!section) {
      return;
    }
    const { opened, closed } = this.view;
    const drop = (list: readonly string[]) => list.filter(item => item !== id);
    this.change(
      this.isOpen(section.id, section.closedAtFirst)
        ? { opened: drop(opened), closed: [...closed, id] }
        : { opened: [...opened, id], closed: drop(closed) },
    );
    this.loadArtifactsWhenOpen();
  }

  private loadArtifactsWhenOpen(): void {
    if (!this.snapshot || !this.isOpen('artifacts', true)) {
      return;
    }
    this.artifactsRequest?.abort();
    const request = new AbortController();
    this.artifactsRequest = request;
    const runIds = this.snapshot.runs.map(run => run.runId);
    this.link.host.call('artifacts', runIds, { signal: request.signal }).then(
      artifacts => {
        this.artifacts = artifacts;
        this.artifactsProblem = null;
      },
      (error: unknown) => {
        if (!request.signal.aborted) {
          this.artifactsProblem = failureText(error) ?? null;
        }
      },
    );
  }

  private async setDirection(
    metricKey: string,
    direction: Parameters<RunDiffHost['setDirection']>[0]['direction'],
  ): Promise<void> {
    if (!this.snapshot) {
      return;
    }
    const { [metricKey]: _before, ...others } = this.snapshot.directions;
    const directions = direction === null ? others : { ...others, [metricKey]: direction };
    this.snapshot = { ...this.snapshot, directions };
    await this.attempt(() => this.link.host.call('setDirection', { metricKey, direction }));
  }

  private async openCodeDiff(runId: string): Promise<void> {
    const base = this.snapshot?.runs[this.baseline()];
    if (base) {
      await this.attempt(() =>
        this.link.host.call('openCodeDiff', { leftRunId: base.runId, rightRunId: runId }),
      );
    }
  }

  private async copy(format: 'markdown' | 'csv', sections: readonly TableSection[]): Promise<void> {
    const names = this.snapshot?.runs.map(run => run.name) ?? [];
    const shown = sections.filter(section => section.open && section.rows.length > 0);
    const text = (format === 'markdown' ? diffMarkdown : diffCsv)(names, this.baseline(), shown);
    const what = format === 'markdown' ? 'the table as Markdown' : 'the table as CSV';
    await this.attempt(() => this.link.host.call('copyText', { text, what }));
  }

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

  private show(snapshot: RunDiffSnapshot): void {
    this.snapshot = snapshot;
    this.nowMs = Date.now();
    this.change({ runIds: [...snapshot.runs, ...snapshot.missing].map(run => run.runId) });
    this.loadArtifactsWhenOpen();
  }

  private tick(): void {
    if (this.snapshot?.runs.some(run => run.status === 'RUNNING')) {
      this.nowMs = Date.now();
    }
  }

  private change(change: Partial<ViewState>): void {
    this.view = { ...this.view, ...change };
    this.link.setState(this.view);
  }
}

function rowMatches(row: DiffRow, pattern: FilterPattern): boolean {
  return (
    pattern.matches(row.key) ||
    row.cells.some(cell => cell.text !== null && pattern.matches(cell.full))
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'run-diff': RunDiffApp;
  }
}
