import type { Logger } from '../base/logger';
import type { Metric, Run, RunId, RunInfo, RunStatus } from '../tracking/entities';
import { ForwardingStore } from '../tracking/forwardingStore';
import type {
  CallOptions,
  CreateRunRequest,
  LogBatchRequest,
  TrackingStore,
  UpdateRunRequest,
} from '../tracking/trackingStore';
import { FoundValues } from './foundValues';
import { reportFailure } from './reportFailure';
import type { RunPlan } from './runPlan';
import { SessionRuns, type Ending } from './sessionRuns';
import { TrackedRun } from './trackedRun';

export interface TrackedRunStoreOptions {
  readonly plan: RunPlan;
  readonly logger: Logger;
  /** Called when it is decided which run is the tracked one; again if the script's own run replaces the wrapper's. */
  readonly onTracked: (run: Run) => void;
  /** Called once when the script has ended, before its runs are: what is still to be recorded of it. Never rejects. */
  readonly beforeEnd: () => Promise<void>;
}

/**
 * The store as the script's clients see it. The first top-level run that the script makes becomes the tracked run; all of
 * them get the context tags; at the end of the process every run says how it ended. What the script itself says wins.
 */
export class TrackedRunStore extends ForwardingStore {
  private readonly runs = new SessionRuns();
  private readonly writesUnderWay = new Set<Promise<unknown>>();
  private readonly found: FoundValues;
  private readonly tracked: TrackedRun;

  constructor(
    inner: TrackingStore,
    private readonly options: TrackedRunStoreOptions,
  ) {
    super(inner);
    const { plan, logger, onTracked } = options;
    this.found = new FoundValues(inner, plan.params, logger);
    this.tracked = new TrackedRun({
      ...{ store: inner, plan, logger, onTracked },
      runs: this.runs,
      found: this.found,
    });
  }

  override createRun(request: CreateRunRequest, options?: CallOptions): Promise<Run> {
    return this.write(() => this.tracked.create(request, options));
  }

  override updateRun(
    runId: RunId,
    update: UpdateRunRequest,
    options?: CallOptions,
  ): Promise<RunInfo> {
    const atMs = Date.now();
    return this.write(async () => {
      const { status } = update;
      if (status === 'RUNNING' && !this.runs.has(runId)) {
        await this.tracked.giveWay();
      }
      if (status !== undefined && status !== 'RUNNING' && runId === this.tracked.id) {
        await this.found.logParams(runId);
      }
      const info = await this.inner.updateRun(runId, update, options);
      if (status === undefined) {
        this.runs.wrote();
      } else {
        this.runs.updated(runId, status, atMs);
      }
      return info;
    });
  }

  override deleteRun(runId: RunId, options?: CallOptions): Promise<void> {
    return this.write(async () => {
      await this.inner.deleteRun(runId, options);
      this.runs.removed(runId);
    });
  }

  override logMetric(...args: Parameters<TrackingStore['logMetric']>): Promise<void> {
    this.found.noteScriptMetric(args[1].key);
    return this.log(() => this.inner.logMetric(...args));
  }

  override logParam(...args: Parameters<TrackingStore['logParam']>): Promise<void> {
    return this.log(() => this.inner.logParam(...args));
  }

  override setTag(...args: Parameters<TrackingStore['setTag']>): Promise<void> {
    return this.log(() => this.inner.setTag(...args));
  }

  override deleteTag(...args: Parameters<TrackingStore['deleteTag']>): Promise<void> {
    return this.log(() => this.inner.deleteTag(...args));
  }

  override logBatch(runId: RunId, batch: LogBatchRequest, options?: CallOptions): Promise<void> {
    batch.metrics?.forEach(({ key }) => this.found.noteScriptMetric(key));
    return this.log(() => this.inner.logBatch(runId, batch, options));
  }

  override logInputs(...args: Parameters<TrackingStore['logInputs']>): Promise<void> {
    return this.log(() => this.inner.logInputs(...args));
  }

  override logOutputs(...args: Parameters<TrackingStore['logOutputs']>): Promise<void> {
    return this.log(() => this.inner.logOutputs(...args));
  }

  /** Makes the run of a script that has made none; with one there is nothing to do. Rejects when the store refuses. */
  ensureRun(): Promise<void> {
    return this.tracked.ensure();
  }

  /** The session's runs that are not over. */
  get runningRuns(): readonly RunId[] {
    return this.runs.running;
  }

  /** Whether the script makes its runs itself, so that what it prints may be what it logs. */
  get scriptHasRuns(): boolean {
    return this.tracked.isByScript || (this.tracked.isMissing && !this.runs.isEmpty);
  }

  /**
   * Adds metrics that were seen elsewhere, as in the script's output, to the tracked run; a key that the script itself
   * logs is the script's.
   * @param mayLog is asked when the run is there: it may be the script's by then
   * @returns false when there is no tracked run yet, or they are not to be logged now
   */
  async addMetrics(metrics: readonly Metric[], mayLog: () => boolean): Promise<boolean> {
    const runId = await this.tracked.made();
    if (runId === undefined || runId !== this.tracked.id || !mayLog()) {
      return false;
    }
    await this.found.logMetrics(runId, metrics);
    return true;
  }

  /**
   * Brings every run of the session to its end. To be called once, when the process has ended and the server takes no
   * more requests. What fails is logged; it does not keep the other runs from their end.
   * @param endedAtMs ms since epoch
   * @returns the tracked run as it is now; undefined when the script only resumed runs or nothing could be written
   */
  async settle(ending: Ending, endedAtMs: number): Promise<Run | undefined> {
    await Promise.allSettled(this.writesUnderWay);
    await this.attempt('make the run', () => this.ensureRun());
    await this.tracked.completed();
    const { id } = this.tracked;
    if (id !== undefined) {
      await this.attempt('log the params', () => this.found.logParams(id));
      await this.attempt('log the metrics found before', () => this.found.bringAlong(id));
    }
    await this.options.beforeEnd();
    const corrections = [...this.runs.corrections(ending)];
    await Promise.all(
      corrections.map(([runId, status]) =>
        this.attempt('end the run', () => this.end(runId, status, endedAtMs)),
      ),
    );
    return id === undefined
      ? undefined
      : await this.attempt('read the run', () => this.inner.getRun(id));
  }

  private async end(runId: RunId, status: RunStatus, endedAtMs: number): Promise<void> {
    const { info } = await this.inner.getRun(runId, {});
    if (info.lifecycleStage === 'active') {
      const isOver = info.status !== 'RUNNING' && info.status !== 'SCHEDULED';
      // A run that the script ended keeps the time at which it did.
      await this.inner.updateRun(runId, { status, ...(isOver ? {} : { endTimeMs: endedAtMs }) });
    }
  }

  private log(work: () => Promise<void>): Promise<void> {
    this.runs.wrote();
    return this.write(work);
  }

  private async write<T>(work: () => Promise<T>): Promise<T> {
    const underWay = work();
    this.writesUnderWay.add(underWay);
    try {
      return await underWay;
    } finally {
      this.writesUnderWay.delete(underWay);
      this.runs.answered(Date.now());
    }
  }

  private async attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      reportFailure(this.options.logger, what, error);
      return undefined;
    }
  }
}
