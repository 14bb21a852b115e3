import type { Logger } from '../base/logger';
import type { KeyValue, Metric, Run, RunId, RunInfo, RunStatus } from '../tracking/entities';
import { experimentByName } from '../tracking/experimentByName';
import { ForwardingStore } from '../tracking/forwardingStore';
import type {
  CallOptions,
  CreateRunRequest,
  LogBatchRequest,
  TrackingStore,
  UpdateRunRequest,
} from '../tracking/trackingStore';
import { inBatches } from './inBatches';
import { reportFailure } from './reportFailure';
import { LIMITS } from '../tracking/validation';
import { SessionRuns, type Ending } from './sessionRuns';

/** What the wrapper adds to the runs of its script. */
export interface RunPlan {
  /** Experiment of the run that the wrapper makes when the script makes none. */
  readonly experimentName: string;
  /** `--run-name` and `--tag`: for the tracked run only. */
  readonly runName?: string;
  readonly tags: readonly KeyValue[];
  /** `--param` and what the command line tells, for the tracked run only. Never rejects. */
  readonly params: Promise<readonly KeyValue[]>;
  /** Context tags of every run; what takes a moment to find out comes as a promise that never rejects. */
  readonly contextTags: readonly KeyValue[];
  /** The sign of life that a run gets when it is made. */
  readonly heartbeatTag: () => KeyValue;
  readonly gitTags: Promise<readonly KeyValue[]>;
  readonly userId: string | undefined;
  /** ms since epoch. */
  readonly startTimeMs: number;
}

export interface TrackedRunStoreOptions {
  readonly plan: RunPlan;
  readonly logger: Logger;
  /** Called when it is decided which run is the tracked one; again if the script's own run replaces the wrapper's. */
  readonly onTracked?: (run: Run) => void;
  /** Called once when the script has ended, before its runs are: what is still to be recorded of it. Never rejects. */
  readonly beforeEnd?: () => Promise<void>;
}

const RUN_NAME_TAG = 'mlflow.runName';
const PARENT_TAG = 'mlflow.parentRunId';
/** ms that the script's first run waits for git at most; later answers are added to the run when they come. */
const GIT_PATIENCE_MS = 2_000;

/**
 * The store as the script's clients see it. The first top-level run that the script makes becomes the tracked run; all of
 * them get the context tags; at the end of the process every run says how it ended. What the script itself says wins.
 */
export class TrackedRunStore extends ForwardingStore {
  private readonly runs = new SessionRuns();
  private readonly writesUnderWay = new Set<Promise<unknown>>();
  private readonly lateTags: Promise<void>[] = [];
  private tracked: { readonly by: 'script' | 'wrapper'; readonly run: Promise<Run> } | undefined;
  private trackedRunId: RunId | undefined;
  private paramsLogged = false;
  private readonly scriptMetrics = new Set<string>();

  constructor(
    inner: TrackingStore,
    private readonly options: TrackedRunStoreOptions,
  ) {
    super(inner);
  }

  override createRun(request: CreateRunRequest, options?: CallOptions): Promise<Run> {
    return this.write(async () => {
      if (this.tracked?.by === 'script' || tagValue(request.tags, PARENT_TAG) !== undefined) {
        return await this.createWith([], request, options);
      }
      const previous = this.tracked;
      const run =
        previous === undefined
          ? this.createTracked(request, options)
          : this.takeOver(previous.run, request, options);
      this.tracked = { by: 'script', run };
      try {
        return await run;
      } catch (error) {
        this.tracked = previous;
        throw error;
      }
    });
  }

  override updateRun(
    runId: RunId,
    update: UpdateRunRequest,
    options?: CallOptions,
  ): Promise<RunInfo> {
    const atMs = Date.now();
    return this.write(async () => {
      const { status } = update;
      if (status === 'RUNNING' && !this.runs.has(runId) && this.tracked?.by === 'wrapper') {
        // The script resumes a run: it has one, and the wrapper's is not needed.
        await this.takeBack(this.tracked.run);
        this.tracked = undefined;
      }
      if (status !== undefined && status !== 'RUNNING' && runId === this.trackedRunId) {
        await this.logPlannedParams(runId);
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
    this.scriptMetrics.add(args[1].key);
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
    batch.metrics?.forEach(({ key }) => this.scriptMetrics.add(key));
    return this.log(() => this.inner.logBatch(runId, batch, options));
  }

  override logInputs(...args: Parameters<TrackingStore['logInputs']>): Promise<void> {
    return this.log(() => this.inner.logInputs(...args));
  }

  override logOutputs(...args: Parameters<TrackingStore['logOutputs']>): Promise<void> {
    return this.log(() => this.inner.logOutputs(...args));
  }

  /** Makes the run of a script that has made none; with one there is nothing to do. Rejects when the store refuses. */
  async ensureRun(): Promise<void> {
    if (this.tracked === undefined && this.runs.isEmpty) {
      this.tracked = { by: 'wrapper', run: this.createOwn() };
    }
    const { tracked } = this;
    try {
      await tracked?.run;
    } catch (error) {
      if (this.tracked === tracked) {
        this.tracked = undefined;
      }
      throw error;
    }
  }

  /** The session's runs that are not over. */
  get runningRuns(): readonly RunId[] {
    return this.runs.running;
  }

  /** Whether the script makes its runs itself, so that what it prints may be what it logs. */
  get scriptHasRuns(): boolean {
    return this.tracked?.by === 'script' || (this.tracked === undefined && !this.runs.isEmpty);
  }

  /**
   * Adds metrics that were seen elsewhere, as in the script's output, to the tracked run; a key that the script itself
   * logs is the script's.
   * @returns false when there is no tracked run yet
   */
  async addMetrics(metrics: readonly Metric[]): Promise<boolean> {
    await this.tracked?.run.catch(() => undefined);
    const { trackedRunId } = this;
    if (trackedRunId === undefined) {
      return false;
    }
    const open = metrics.filter(({ key }) => !this.scriptMetrics.has(key));
    for (const batch of inBatches(open, LIMITS.metricsPerBatch)) {
      await this.inner.logBatch(trackedRunId, { metrics: batch });
    }
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
    await Promise.allSettled(this.lateTags);
    const { trackedRunId } = this;
    if (trackedRunId !== undefined) {
      await this.attempt('log the params', () => this.logPlannedParams(trackedRunId));
    }
    await this.options.beforeEnd?.();
    const corrections = [...this.runs.corrections(ending)];
    await Promise.all(
      corrections.map(([runId, status]) =>
        this.attempt('end the run', () => this.end(runId, status, endedAtMs)),
      ),
    );
    return trackedRunId === undefined
      ? undefined
      : await this.attempt('read the run', () => this.inner.getRun(trackedRunId));
  }

  private async end(runId: RunId, status: RunStatus, endedAtMs: number): Promise<void> {
    const { info } = await this.inner.getRun(runId, {});
    if (info.lifecycleStage === 'active') {
      const isOver = info.status !== 'RUNNING' && info.status !== 'SCHEDULED';
      // A run that the script ended keeps the time at which it did.
      await this.inner.updateRun(runId, { status, ...(isOver ? {} : { endTimeMs: endedAtMs }) });
    }
  }

  private async createTracked(request: CreateRunRequest, options?: CallOptions): Promise<Run> {
    const { plan } = this.options;
    const named = request.runName !== undefined || tagValue(request.tags, RUN_NAME_TAG);
    const name = named || plan.runName === undefined ? {} : { runName: plan.runName };
    const run = await this.createWith(plan.tags, { ...request, ...name }, options);
    this.track(run);
    return run;
  }

  private track(run: Run): void {
    this.trackedRunId = run.info.runId;
    this.options.onTracked?.(run);
  }

  /** Creates a run with the context tags and `extra`; what the request says wins over both. */
  private async createWith(
    extra: readonly KeyValue[],
    request: CreateRunRequest,
    options?: CallOptions,
  ): Promise<Run> {
    const { contextTags, gitTags, heartbeatTag } = this.options.plan;
    const git = await within(gitTags, GIT_PATIENCE_MS);
    const context = [...contextTags, heartbeatTag(), ...(git ?? []), ...extra];
    const tags = merge(context, request.tags ?? []);
    const run = await this.inner.createRun({ ...request, tags }, options);
    const { runId } = run.info;
    this.runs.started(runId);
    if (git === undefined) {
      this.lateTags.push(
        this.attempt('add the git tags', async () => this.setMissing(runId, await gitTags)),
      );
    }
    return run;
  }

  private async setMissing(runId: RunId, tags: readonly KeyValue[]): Promise<void> {
    const { data } = await this.inner.getRun(runId);
    const missing = tags.filter(({ key }) => tagValue(data.tags, key) === undefined);
    if (missing.length > 0) {
      await this.inner.logBatch(runId, { tags: missing });
    }
  }

  private async createOwn(): Promise<Run> {
    const { experimentName, startTimeMs, userId } = this.options.plan;
    const experimentId = await experimentByName(this.inner, experimentName);
    const run = await this.createTracked({
      experimentId,
      startTimeMs,
      ...(userId === undefined ? {} : { userId }),
    });
    await this.logPlannedParams(run.info.runId);
    return run;
  }

  /**
   * The script makes its first run after the wrapper had made one for it: it gets that one, so that nothing exists twice.
   * A run cannot change its experiment, and a param not its value; for another experiment, or where the script may log
   * other params than were taken from its command line, the wrapper's is taken back.
   */
  private async takeOver(
    own: Promise<Run>,
    request: CreateRunRequest,
    options?: CallOptions,
  ): Promise<Run> {
    const made = await own.catch(() => undefined);
    if (
      made === undefined ||
      made.info.experimentId !== request.experimentId ||
      this.paramsLogged
    ) {
      await this.takeBack(own);
      return await this.createTracked(request, options);
    }
    const { runId } = made.info;
    const runName = request.runName ?? tagValue(request.tags, RUN_NAME_TAG);
    if (request.tags !== undefined && request.tags.length > 0) {
      await this.inner.logBatch(runId, { tags: request.tags }, options);
    }
    if (runName !== undefined) {
      await this.inner.updateRun(runId, { runName }, options);
    }
    return await this.inner.getRun(runId, options);
  }

  private async takeBack(own: Promise<Run>): Promise<void> {
    const made = await own.catch(() => undefined);
    if (made !== undefined) {
      this.runs.removed(made.info.runId);
      this.trackedRunId = undefined;
      this.paramsLogged = false;
      await this.inner.deleteRun(made.info.runId);
    }
  }

  /**
   * A param cannot be changed, and the script's own value of the same key must win and must not be refused: therefore
   * a run that the script made gets the params of the command line when it ends, where the script has left them open.
   */
  private async logPlannedParams(runId: RunId): Promise<void> {
    const params = await this.options.plan.params;
    if (this.paramsLogged || params.length === 0) {
      return;
    }
    this.paramsLogged = true;
    const { data } = await this.inner.getRun(runId);
    const open = params.filter(({ key }) => tagValue(data.params, key) === undefined);
    for (const batch of inBatches(open, LIMITS.paramsPerBatch)) {
      await this.attempt('log the params', () => this.inner.logBatch(runId, { params: batch }));
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

function tagValue(tags: readonly KeyValue[] | undefined, key: string): string | undefined {
  return tags?.find(tag => tag.key === key)?.value;
}

function merge(base: readonly KeyValue[], winning: readonly KeyValue[]): readonly KeyValue[] {
  const byKey = new Map([...base, ...winning].map(({ key, value }) => [key, value]));
  return [...byKey].map(([key, value]) => ({ key, value }));
}

/** @returns undefined when the promise is not there within so many ms. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
