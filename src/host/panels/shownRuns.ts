import { DisposableStore, type Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import { MAX_PANEL_RUNS, type MissingRun } from '../../protocol/runSummary';
import type { Run, RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions, StoreChange } from '../../tracking/trackingStore';
import type { ColourView } from '../model/runColourBook';
import type { PanelStore } from './panelServices';

/** A panel asks the store again at most this often while runs change. */
const REFRESH_INTERVAL_MS = 1000;

export interface LoadedRuns {
  /** In the order in which they were asked for. */
  readonly runs: readonly Run[];
  readonly missing: readonly MissingRun[];
  /** One sentence when the store cannot be reached; the runs are then the last ones known. */
  readonly problem: string | null;
  /** Runs that were asked for beyond what a panel shows. */
  readonly leftOut: number;
  /** How often the store reported a change of the run. */
  readonly revisions: ReadonlyMap<RunId, number>;
  /** `#rrggbb` */
  readonly colours: ReadonlyMap<RunId, string>;
}

/** The runs of one panel: loads them, and loads them again when the store says that one of them changed. */
export class ShownRuns implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly updates = this.disposables.add(new Emitter<LoadedRuns>());
  private readonly controller = new AbortController();
  private readonly known = new Map<RunId, Run>();
  private readonly revisions = new Map<RunId, number>();
  private readonly colourView: ColourView;
  private timer: NodeJS.Timeout | undefined;
  private lastLoad = 0;
  private ids: readonly RunId[] = [];
  private leftOut = 0;

  /** Fires when a shown run changed in the store, not for `load` and `setRunIds`. */
  readonly onDidUpdate = this.updates.event;

  constructor(
    private readonly store: PanelStore,
    runIds: readonly RunId[],
  ) {
    this.colourView = this.disposables.add(store.colours.openView());
    this.setRunIds(runIds);
    this.disposables.add(store.onDidChangeStore(changes => this.onChanges(changes)));
  }

  get runIds(): readonly RunId[] {
    return this.ids;
  }

  setRunIds(runIds: readonly RunId[]): void {
    const wanted = [...new Set(runIds)];
    this.ids = wanted.slice(0, MAX_PANEL_RUNS);
    this.leftOut = wanted.length - this.ids.length;
  }

  /** Rejects only when the store cannot be reached and nothing is known yet. */
  async load(options: CallOptions = {}): Promise<LoadedRuns> {
    this.lastLoad = Date.now();
    const ids = this.ids;
    const missing: MissingRun[] = [];
    let problem: string | null = null;
    try {
      const client = await this.store.getClient(options);
      await Promise.all(
        ids.map(async runId => {
          try {
            this.known.set(runId, await client.getRun(runId, options));
          } catch (error) {
            if (!TrackingError.is(error) || !isAboutTheRun(error)) {
              throw error;
            }
            this.known.delete(runId);
            missing.push({ runId, message: error.message });
          }
        }),
      );
    } catch (error) {
      if (options.signal?.aborted || !ids.some(runId => this.known.has(runId))) {
        throw error;
      }
      this.store.logger.warn(`Cannot refresh a panel: ${String(error)}`);
      problem = error instanceof Error ? error.message : String(error);
    }
    const runs = ids.map(runId => this.known.get(runId)).filter(run => run !== undefined);
    return {
      runs,
      missing,
      problem,
      leftOut: this.leftOut,
      revisions: new Map(this.revisions),
      colours: this.colourView.show(runs),
    };
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.controller.abort();
    this.disposables.dispose();
  }

  private onChanges(changes: readonly StoreChange[]): void {
    const concerned = this.ids.filter(runId =>
      changes.some(change => concerns(change, runId, this.known.get(runId))),
    );
    for (const runId of concerned) {
      this.revisions.set(runId, (this.revisions.get(runId) ?? 0) + 1);
    }
    if (concerned.length > 0 && this.timer === undefined) {
      const wait = Math.max(50, this.lastLoad + REFRESH_INTERVAL_MS - Date.now());
      this.timer = setTimeout(() => void this.refresh(), wait);
    }
  }

  private async refresh(): Promise<void> {
    this.timer = undefined;
    const { signal } = this.controller;
    try {
      const loaded = await this.load({ signal });
      if (!signal.aborted) {
        this.updates.fire(loaded);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.store.logger.warn(`Cannot refresh a panel: ${String(error)}`);
      }
    }
  }
}

function concerns(change: StoreChange, runId: RunId, known: Run | undefined): boolean {
  switch (change.kind) {
    case 'everything':
      return true;
    case 'runs':
      return change.runId === undefined
        ? known?.info.experimentId === change.experimentId
        : change.runId === runId;
    case 'experiments':
      return false;
  }
}

function isAboutTheRun(error: TrackingError): boolean {
  return ['RESOURCE_DOES_NOT_EXIST', 'INVALID_PARAMETER_VALUE', 'NOT_FOUND'].includes(error.code);
}
