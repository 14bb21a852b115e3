import type { Logger } from '../base/logger';
import type { KeyValue, Run, RunId } from '../tracking/entities';
import { experimentByName } from '../tracking/experimentByName';
import type { CallOptions, CreateRunRequest, TrackingStore } from '../tracking/trackingStore';
import type { FoundValues } from './foundValues';
import { reportFailure } from './reportFailure';
import type { RunPlan } from './runPlan';
import type { SessionRuns } from './sessionRuns';

export interface TrackedRunOptions {
  readonly store: TrackingStore;
  readonly plan: RunPlan;
  readonly runs: SessionRuns;
  readonly found: FoundValues;
  readonly logger: Logger;
  /** Called when it is decided which run is the tracked one; again if the script's own run replaces the wrapper's. */
  readonly onTracked: (run: Run) => void;
}

const RUN_NAME_TAG = 'mlflow.runName';
const PARENT_TAG = 'mlflow.parentRunId';
/** ms that the script's first run waits for git at most; later answers are added to the run when they come. */
const GIT_PATIENCE_MS = 2_000;

/**
 * Which run of a session is the tracked one: the first top-level run that the script makes, else one that the wrapper makes.
 * Every run of the session is made here, with its context tags.
 */
export class TrackedRun {
  private current: { readonly by: 'script' | 'wrapper'; readonly run: Promise<Run> } | undefined;
  private currentId: RunId | undefined;
  private readonly lateTags: Promise<void>[] = [];

  constructor(private readonly options: TrackedRunOptions) {}

  /** Undefined until it is made. */
  get id(): RunId | undefined {
    return this.currentId;
  }

  get isByScript(): boolean {
    return this.current?.by === 'script';
  }

  /** Nobody has made one. */
  get isMissing(): boolean {
    return this.current === undefined;
  }

  /** The script makes a run. */
  async create(request: CreateRunRequest, options?: CallOptions): Promise<Run> {
    if (this.isByScript || tagValue(request.tags, PARENT_TAG) !== undefined) {
      return await this.createWith([], request, options);
    }
    const previous = this.current;
    const run =
      previous === undefined
        ? this.createTracked(request, options)
        : this.takeOver(previous.run, request, options);
    this.current = { by: 'script', run };
    try {
      return await run;
    } catch (error) {
      this.current = previous;
      throw error;
    }
  }

  /** The script resumes a run: it has one, and the wrapper's is not needed. */
  async giveWay(): Promise<void> {
    if (this.current?.by === 'wrapper') {
      await this.takeBack(this.current.run);
      this.current = undefined;
    }
  }

  /** Makes the run of a script that has made none; with one there is nothing to do. Rejects when the store refuses. */
  async ensure(): Promise<void> {
    if (this.current === undefined && this.options.runs.isEmpty) {
      this.current = { by: 'wrapper', run: this.createOwn() };
    }
    const { current } = this;
    try {
      await current?.run;
    } catch (error) {
      if (this.current === current) {
        this.current = undefined;
      }
      throw error;
    }
  }

  /** Resolves to the id when a run that is being made is there, whether that works or not. */
  async made(): Promise<RunId | undefined> {
    await this.current?.run.catch(() => undefined);
    return this.currentId;
  }

  /** Resolves when what came late has been added. Never rejects. */
  async completed(): Promise<void> {
    await Promise.all(this.lateTags);
  }

  private async createTracked(request: CreateRunRequest, options?: CallOptions): Promise<Run> {
    const { plan } = this.options;
    const named = request.runName !== undefined || tagValue(request.tags, RUN_NAME_TAG);
    const name = named || plan.runName === undefined ? {} : { runName: plan.runName };
    const run = await this.createWith(plan.tags, { ...request, ...name }, options);
    this.currentId = run.info.runId;
    this.options.onTracked(run);
    return run;
  }

  /** Creates a run with the context tags and `extra`; what the request says wins over both. */
  private async createWith(
    extra: readonly KeyValue[],
    request: CreateRunRequest,
    options?: CallOptions,
  ): Promise<Run> {
    const { store, runs, plan } = this.options;
    const git = await within(plan.gitTags, GIT_PATIENCE_MS);
    const context = [...plan.contextTags, plan.heartbeatTag(), ...(git ?? []), ...extra];
    const tags = merge(context, request.tags ?? []);
    const run = await store.createRun({ ...request, tags }, options);
    const { runId } = run.info;
    runs.started(runId);
    if (git === undefined) {
      this.lateTags.push(this.addMissing(runId, plan.gitTags));
    }
    return run;
  }

  private async addMissing(runId: RunId, tags: Promise<readonly KeyValue[]>): Promise<void> {
    const { store, logger } = this.options;
    try {
      const found = await tags;
      const { data } = await store.getRun(runId);
      const missing = found.filter(({ key }) => tagValue(data.tags, key) === undefined);
      if (missing.length > 0) {
        await store.logBatch(runId, { tags: missing });
      }
    } catch (error) {
      reportFailure(logger, 'add the git tags', error);
    }
  }

  private async createOwn(): Promise<Run> {
    const { store, found, plan } = this.options;
    const { experimentName, startTimeMs, userId } = plan;
    const experimentId = await experimentByName(store, experimentName);
    const run = await this.createTracked({
      experimentId,
      startTimeMs,
      ...(userId === undefined ? {} : { userId }),
    });
    await found.logParams(run.info.runId);
    return run;
  }

  /**
   * The script makes its first run after the wrapper had made one for it: it gets that one, so that nothing exists twice.
   * A run cannot change its experiment, a param not its value, and a point stays; for another experiment, or where the
   * script may log what the wrapper has found, the wrapper's is taken back.
   */
  private async takeOver(
    own: Promise<Run>,
    request: CreateRunRequest,
    options?: CallOptions,
  ): Promise<Run> {
    const { store, found } = this.options;
    const made = await own.catch(() => undefined);
    if (
      made === undefined ||
      made.info.experimentId !== request.experimentId ||
      found.areInTheWay
    ) {
      await this.takeBack(own);
      return await this.createTracked(request, options);
    }
    const { runId } = made.info;
    const runName = request.runName ?? tagValue(request.tags, RUN_NAME_TAG);
    if (request.tags !== undefined && request.tags.length > 0) {
      await store.logBatch(runId, { tags: request.tags }, options);
    }
    if (runName !== undefined) {
      await store.updateRun(runId, { runName }, options);
    }
    return await store.getRun(runId, options);
  }

  private async takeBack(own: Promise<Run>): Promise<void> {
    const made = await own.catch(() => undefined);
    if (made !== undefined) {
      const { runs, found, store } = this.options;
      runs.removed(made.info.runId);
      this.currentId = undefined;
      await found.leave(made.info.runId);
      await store.deleteRun(made.info.runId);
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
