import type { Experiment, ExperimentId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions, StoreChange, TrackingStore } from '../../tracking/trackingStore';
import type { ViewState } from './viewState';

export interface ExperimentOpenerOptions {
  readonly getClient: (
    options?: CallOptions,
  ) => Promise<Pick<TrackingStore, 'getRun' | 'searchRuns'>>;
  readonly viewState: ViewState;
  /** When the session began, ms since epoch. */
  readonly startMs: number;
}

/** Beyond so many experiments nobody misses an open one, and stores need long to look through all. */
const MAX_EXPERIMENTS = 50;
/** ms that clocks of the machines that record runs may be behind ours. */
const CLOCK_TOLERANCE_MS = 10_000;

/** Knows which experiments are to be opened without being asked, so that their runs can be seen. */
export class ExperimentOpener {
  private readonly seenStarted = new Set<ExperimentId>();
  private soughtOnly = false;

  constructor(private readonly options: ExperimentOpenerOptions) {}

  /** A run is about to start because the person wants it: its experiment is opened even if one was seen there before. */
  expectRun(): void {
    this.seenStarted.clear();
  }

  /** Opens the only experiment with runs when nothing was ever opened or closed by hand in this workspace. */
  async openOnly(experiments: readonly Experiment[], options?: CallOptions): Promise<void> {
    const { viewState } = this.options;
    if (this.soughtOnly || viewState.hasExpansion || experiments.length > MAX_EXPERIMENTS) {
      return;
    }
    const ids = experiments.map(experiment => experiment.experimentId);
    try {
      const found = await this.experimentWithRuns(ids, options);
      if (found === undefined) {
        return;
      }
      const others = ids.filter(id => id !== found);
      const other = await this.experimentWithRuns(others, options);
      this.soughtOnly = true;
      if (other === undefined) {
        viewState.setExpanded(experimentNodeId(found), true);
      }
    } catch (error) {
      // What cannot be read says so in its own row when it is opened.
      if (options?.signal?.aborted || !TrackingError.is(error)) {
        throw error;
      }
    }
  }

  /** The closed experiments in which a run has started for the first time in this session. Reads one run of each. */
  async startedIn(changes: readonly StoreChange[]): Promise<readonly ExperimentId[]> {
    const { viewState } = this.options;
    const runIds = new Map<ExperimentId, string>();
    for (const change of changes) {
      if (
        change.kind === 'runs' &&
        change.runId !== undefined &&
        !this.seenStarted.has(change.experimentId) &&
        !viewState.isExpanded(experimentNodeId(change.experimentId))
      ) {
        runIds.set(change.experimentId, change.runId);
      }
    }
    const started: ExperimentId[] = [];
    for (const [experimentId, runId] of runIds) {
      if (await this.hasJustStarted(runId)) {
        this.seenStarted.add(experimentId);
        started.push(experimentId);
      }
    }
    return started;
  }

  private async hasJustStarted(runId: string): Promise<boolean> {
    try {
      const client = await this.options.getClient();
      const { info } = await client.getRun(runId);
      return Number(info.startTimeMs ?? 0) >= this.options.startMs - CLOCK_TOLERANCE_MS;
    } catch (error) {
      if (TrackingError.is(error)) {
        // Deleted again, or the server is gone, which the connection reports.
        return false;
      }
      throw error;
    }
  }

  private async experimentWithRuns(
    experimentIds: readonly ExperimentId[],
    options?: CallOptions,
  ): Promise<ExperimentId | undefined> {
    if (experimentIds.length === 0) {
      return undefined;
    }
    const client = await this.options.getClient(options);
    const page = await client.searchRuns(
      {
        experimentIds,
        viewType: 'ACTIVE_ONLY',
        maxResults: 1,
        projection: { metricKeys: [], paramKeys: [], tagKeys: [], inputs: false },
      },
      options,
    );
    return page.items[0]?.info.experimentId;
  }
}

/** The id of an experiment's row. */
export function experimentNodeId(experimentId: ExperimentId): string {
  return `experiment/${experimentId}`;
}
