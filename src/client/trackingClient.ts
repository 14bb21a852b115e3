import { redactText } from '../base/urlSecrets';
import type { Logger } from '../base/logger';
import { present } from '../base/present';
import type { Experiment, Metric, Run, RunId, RunStatus } from '../tracking/entities';
import { TrackingError } from '../tracking/trackingError';
import type { CreateExperimentRequest, Page, TrackingStore } from '../tracking/trackingStore';
import { ActiveRun, type ActiveRunParts } from './activeRun';
import type { ClientOptions, ExperimentQuery, RunQuery, StartRunOptions } from './clientOptions';
import { connect, type Connection } from './connection';
import { Endings } from './endings';
import { ExperimentChoice } from './experimentChoice';
import { keyValues, type Texts } from './loggedValues';
import { RunOpener } from './runOpener';
import { RunStack } from './runStack';

const PAGE_SIZE = 1000;

/**
 * One tracking server, database or folder, and the runs that this process writes there. Made by `openClient`; the functions
 * of the module are this, on the server that the environment names.
 */
export class TrackingClient {
  readonly experiment: ExperimentChoice;
  private readonly opener: RunOpener;
  private readonly runs = new RunStack();
  private readonly endings = new Endings(status => this.endAll(status));
  private starting: Promise<ActiveRun> | undefined;

  private constructor(
    private readonly connection: Connection,
    private readonly options: ClientOptions,
    private readonly logger: Logger,
  ) {
    const { env = process.env, workingDir = process.cwd() } = options;
    this.experiment = new ExperimentChoice(connection.store, env);
    this.opener = new RunOpener(connection.store, this.experiment, { env, workingDir });
  }

  /** Opens what the options or the environment name. Rejects with a `TrackingError` when it cannot be. */
  static async open(options: ClientOptions = {}): Promise<TrackingClient> {
    const { env = process.env, workingDir = process.cwd(), logger = warnings } = options;
    const connection = await connect(options, { env, workingDir, logger });
    return new TrackingClient(connection, options, logger);
  }

  /** Without credentials. */
  get trackingUri(): string {
    return this.connection.trackingUri;
  }

  /** Everything that MLflow's protocol has, one method a request. Its calls are sent at once. */
  get store(): TrackingStore {
    return this.connection.store;
  }

  /** The run that `startRun` or the surrounding `withRun` made last and that has not ended. */
  get activeRun(): ActiveRun | undefined {
    return this.runs.current;
  }

  /** The active run; without one a run is started, as MLflow does when something is logged. */
  async activeOrNewRun(): Promise<ActiveRun> {
    const { current } = this.runs;
    if (current !== undefined) {
      return current;
    }
    this.starting ??= this.startRun().finally(() => {
      this.starting = undefined;
    });
    return await this.starting;
  }

  /** Starts a run, or resumes one. It stays the active one until `end`. */
  async startRun(options: StartRunOptions = {}): Promise<ActiveRun> {
    const run = await this.openRun(options);
    this.runs.push(run);
    this.endings.watch();
    return run;
  }

  /**
   * Runs `body` inside a run, which ends as FINISHED when it resolves and as FAILED when it throws. Rejects with what `body`
   * threw, or else with the reason for which something that it logged was not stored.
   */
  async withRun<T>(options: StartRunOptions, body: (run: ActiveRun) => T | Promise<T>): Promise<T> {
    const run = await this.openRun(options);
    const result = await this.runs.within(run, async () => {
      this.endings.watch();
      try {
        return await body(run);
      } catch (error) {
        await run.end('FAILED').catch((reason: unknown) => this.warn('end the run', reason));
        throw error;
      }
    });
    await run.end();
    return result;
  }

  getRun(runId: RunId): Promise<Run> {
    return this.store.getRun(runId);
  }

  /** Runs page by page, as the iteration comes to them; runs logged meanwhile neither repeat nor hide others. */
  async *searchRuns(query: RunQuery = {}): AsyncGenerator<Run, void, undefined> {
    const { experimentIds, experimentNames, pageSize = PAGE_SIZE, ...rest } = query;
    const ids = await this.experimentIds(experimentIds, experimentNames);
    yield* pages(pageToken =>
      this.store.searchRuns({
        ...rest,
        experimentIds: ids,
        maxResults: pageSize,
        ...present({ pageToken }),
      }),
    );
  }

  deleteRun(runId: RunId): Promise<void> {
    return this.store.deleteRun(runId);
  }

  restoreRun(runId: RunId): Promise<void> {
    return this.store.restoreRun(runId);
  }

  /** Every point, in the server's order; the points of this process's own runs are sent before. */
  async getMetricHistory(runId: RunId, metricKey: string): Promise<readonly Metric[]> {
    await Promise.all(
      this.runs.openRuns.filter(run => run.runId === runId).map(run => run.flush()),
    );
    return (await this.store.getMetricHistory({ runId, metricKey })).items;
  }

  /** @returns its id. Rejects with RESOURCE_ALREADY_EXISTS when the name is taken. */
  createExperiment(
    name: string,
    options: { readonly artifactLocation?: string; readonly tags?: Texts } = {},
  ): Promise<string> {
    const { artifactLocation, tags } = options;
    const request: CreateExperimentRequest = {
      name,
      ...present({ artifactLocation }),
      ...(tags && { tags: keyValues(tags) }),
    };
    return this.store.createExperiment(request);
  }

  /** New runs go to the experiment with this name, which is made when there is none. @returns it */
  setExperiment(name: string): Promise<Experiment> {
    return this.experiment.set(name);
  }

  getExperiment(experimentId: string): Promise<Experiment> {
    return this.store.getExperiment(experimentId);
  }

  /** Deleted ones too. @returns undefined when there is none */
  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    try {
      return await this.store.getExperimentByName(name);
    } catch (error) {
      if (TrackingError.is(error, 'RESOURCE_DOES_NOT_EXIST')) {
        return undefined;
      }
      throw error;
    }
  }

  async *searchExperiments(
    query: ExperimentQuery = {},
  ): AsyncGenerator<Experiment, void, undefined> {
    const { pageSize = PAGE_SIZE, ...rest } = query;
    yield* pages(pageToken =>
      this.store.searchExperiments({ ...rest, maxResults: pageSize, ...present({ pageToken }) }),
    );
  }

  /** Sends what waits, of every open run. Rejects with the first reason for which something was not stored. */
  async flush(): Promise<void> {
    const outcomes = await Promise.allSettled(this.runs.openRuns.map(run => run.flush()));
    const failed = outcomes.find(outcome => outcome.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
  }

  /** Ends every open run as FINISHED and closes the store. */
  async close(): Promise<void> {
    try {
      await Promise.all(this.runs.openRuns.map(run => run.end()));
    } finally {
      await this.store.close();
    }
  }

  private async openRun(options: StartRunOptions): Promise<ActiveRun> {
    const { current } = this.runs;
    if (current !== undefined && options.nested !== true) {
      throw new TrackingError(
        'INVALID_STATE',
        `The run ${current.info.runName} is active: end it first, or start this one inside it with nested: true.`,
      );
    }
    const active = new ActiveRun(await this.opener.open(options, current?.runId), this.parts);
    if (options.params !== undefined) {
      await active.logParams(options.params);
    }
    return active;
  }

  private async experimentIds(
    ids: readonly string[] | undefined,
    names: readonly string[] | undefined,
  ): Promise<readonly string[]> {
    if (names !== undefined) {
      const found = await Promise.all(names.map(name => this.getExperimentByName(name)));
      return [...(ids ?? []), ...found.flatMap(one => one?.experimentId ?? [])];
    }
    return ids ?? [await this.experiment.idFor({})];
  }

  private async endAll(status: RunStatus): Promise<void> {
    // Children before their parents.
    for (const run of this.runs.openRuns) {
      await run.end(status).catch((reason: unknown) => this.warn('end the run', reason));
    }
  }

  private get parts(): ActiveRunParts {
    return {
      store: this.store,
      artifacts: this.connection.artifacts,
      flushIntervalMs: this.options.flushIntervalMs ?? 500,
      onLost: (run, points, reason) =>
        this.warn(`store ${points} points of the run ${run.info.runName}`, reason),
      onEnd: run => {
        this.runs.remove(run);
        if (this.runs.openRuns.length === 0) {
          this.endings.unwatch();
        }
      },
    };
  }

  private warn(what: string, reason: unknown): void {
    const why = reason instanceof Error ? reason.message : String(reason);
    this.logger.warn(redactText(`Could not ${what}: ${why}`));
  }
}

/** A library says what goes wrong where Node says such things; what is only worth knowing it keeps to itself. */
const warnings: Logger = {
  debug() {},
  info() {},
  warn: message => process.emitWarning(message, 'MlflowWarning'),
  error: message => process.emitWarning(message, 'MlflowWarning'),
};

async function* pages<T>(
  read: (pageToken: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  let pageToken: string | undefined;
  do {
    const page = await read(pageToken);
    yield* page.items;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}
