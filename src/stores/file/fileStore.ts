import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Event } from '../../base/emitter';
import type { Logger } from '../../base/logger';
import type {
  DatasetInput,
  Experiment,
  ExperimentId,
  KeyValue,
  LifecycleStage,
  LoggedModel,
  LoggedModelStatus,
  Metric,
  MetricColumns,
  ModelId,
  ModelInput,
  ModelOutput,
  Run,
  RunId,
  RunInfo,
} from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type {
  CallOptions,
  CreateExperimentRequest,
  CreateLoggedModelRequest,
  CreateRunRequest,
  DatasetSummary,
  LogBatchRequest,
  MetricColumnsOptions,
  MetricHistoryRequest,
  Page,
  SearchExperimentsRequest,
  SearchLoggedModelsRequest,
  SearchRunsRequest,
  StoreChange,
  StoreProblem,
  StoreStatus,
  TrackingStore,
  UpdateRunRequest,
} from '../../tracking/trackingStore';
import { BatchWriter } from './batchWriter';
import { DatasetFiles, validateInputs, validateModels } from './datasetFiles';
import { searchDatasets } from './datasetSearch';
import { ExperimentFiles } from './experimentFiles';
import { searchExperiments } from './experimentSearch';
import { errnoOf, writeError } from './fileErrors';
import { settleMs } from './fileSystem';
import { IndexFolder } from './index/indexFolder';
import { RunIndex } from './index/runIndex';
import { KeyedQueue } from './keyedQueue';
import { LatestPoints } from './latestPoints';
import { DEFAULT_EXPERIMENT_ID, Layout } from './layout';
import { ModelFiles } from './modelFiles';
import { ModelSearch } from './modelSearch';
import { ProblemList } from './problemList';
import { isFolder, stampOf } from './readFiles';
import { runColumnKinds } from './runColumns';
import { RunFiles } from './runFiles';
import { RunSearch } from './runSearch';
import { RunWriter } from './runWriter';
import { StoreWatcher } from './watch/storeWatcher';
import { Turns } from './turns';
import { makeFolder } from './writeFiles';

export interface FileStoreOptions {
  readonly logger: Logger;
  /** Path or URI below which new experiments keep their artifacts; default the store's own folder, as a plain path. */
  readonly artifactRoot?: string;
  /** Where an index may be kept, outside the store; absent: each process reads the files anew. */
  readonly cacheFolder?: string;
  /** How many folders the system may be asked to tell changes of; default a share of its limit. */
  readonly maxWatches?: number;
}

/**
 * MLflow's file store (`./mlruns`), read in every layout since 0.9 and written as current versions read it. The files are
 * the truth at all times: other processes write them too.
 */
export class FileStore implements TrackingStore {
  private readonly experiments: ExperimentFiles;
  private readonly index: RunIndex;
  private readonly runs: RunFiles;
  private readonly batches: BatchWriter;
  private readonly writer: RunWriter;
  private readonly runSearch: RunSearch;
  private readonly models: ModelFiles;
  private readonly modelSearch: ModelSearch;
  private readonly datasets: DatasetFiles;
  private readonly watcher: StoreWatcher;
  private readonly queue = new KeyedQueue();

  private constructor(
    private readonly layout: Layout,
    private readonly problems: ProblemList,
    { logger, cacheFolder, maxWatches }: FileStoreOptions,
  ) {
    const latest = new LatestPoints(problems);
    this.experiments = new ExperimentFiles(layout, problems);
    this.datasets = new DatasetFiles(problems);
    this.watcher = new StoreWatcher({
      layout,
      experiments: this.experiments,
      runs: () => this.runs,
      logger,
      maxWatches,
    });
    const indexOptions = {
      kindOf: runColumnKinds(latest, problems),
      settleMs: settleMs(layout.root),
      ...(cacheFolder === undefined
        ? {}
        : { folder: new IndexFolder(join(cacheFolder, 'file-stores'), logger) }),
    };
    this.index = new RunIndex(indexOptions, this.watcher.coverage);
    const { experiments, datasets, index } = this;
    this.runs = new RunFiles({ layout, experiments, datasets, index, latest, problems });
    this.models = new ModelFiles(this.experiments, problems);
    this.batches = new BatchWriter(layout.root, problems, logger);
    this.writer = new RunWriter(this.runs, this.models, problems, this.batches);
    this.runSearch = new RunSearch(experiments, { runs: this.runs, datasets, index });
    this.modelSearch = new ModelSearch(this.experiments, this.models);
  }

  /**
   * Opens the folder, which need not exist: it is then empty until the first write creates it, with experiment 0, as MLflow
   * would. Opening and reading create nothing. A batch that a killed process left half written is completed.
   */
  static async open(root: string, options: FileStoreOptions): Promise<FileStore> {
    const layout = new Layout(root, options.artifactRoot);
    const store = new FileStore(layout, new ProblemList(options.logger), options);
    await store.batches.recover();
    return store;
  }

  get onDidChange(): Event<readonly StoreChange[]> {
    return this.watcher.onDidChange;
  }

  getStatus(options?: CallOptions): Promise<StoreStatus> {
    return read(options, () => {
      const { root } = this.layout;
      this.experiments.list('ALL');
      const readOnlyReason = whyReadOnly(root);
      return {
        kind: 'file',
        uri: root,
        writable: readOnlyReason === undefined,
        ...(readOnlyReason === undefined ? {} : { readOnlyReason }),
        problems: [...rootProblems(root), ...this.problems.list()],
      };
    });
  }

  createExperiment(request: CreateExperimentRequest, options?: CallOptions): Promise<ExperimentId> {
    return this.writeExperiments(options, async () => {
      this.experiments.validateNew(request);
      await this.ensureStore();
      return this.experiments.create(request);
    });
  }

  getExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<Experiment> {
    return read(options, () => this.experiments.get(experimentId));
  }

  getExperimentByName(name: string, options?: CallOptions): Promise<Experiment> {
    return read(options, () => this.experiments.getByName(name));
  }

  searchExperiments(
    request: SearchExperimentsRequest,
    options?: CallOptions,
  ): Promise<Page<Experiment>> {
    return read(options, () => searchExperiments(this.experiments, request));
  }

  renameExperiment(
    experimentId: ExperimentId,
    newName: string,
    options?: CallOptions,
  ): Promise<void> {
    return this.writeExperiments(options, () => this.experiments.rename(experimentId, newName));
  }

  deleteExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<void> {
    return this.writeExperiments(options, () =>
      this.experiments.delete(experimentId, folder => this.setStages(folder, 'deleted')),
    );
  }

  restoreExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<void> {
    return this.writeExperiments(options, () =>
      this.experiments.restore(experimentId, folder => this.setStages(folder, 'active')),
    );
  }

  setExperimentTag(
    experimentId: ExperimentId,
    tag: KeyValue,
    options?: CallOptions,
  ): Promise<void> {
    return this.writeExperiments(options, () => this.experiments.setTag(experimentId, tag));
  }

  deleteExperimentTag(
    experimentId: ExperimentId,
    key: string,
    options?: CallOptions,
  ): Promise<void> {
    return this.writeExperiments(options, () => this.experiments.deleteTag(experimentId, key));
  }

  async searchDatasets(
    experimentIds: readonly ExperimentId[],
    options?: CallOptions,
  ): Promise<readonly DatasetSummary[]> {
    options?.signal?.throwIfAborted();
    const { experiments, runs, datasets } = this;
    return searchDatasets({ experiments, runs, datasets }, experimentIds, options?.signal);
  }

  createRun(request: CreateRunRequest, options?: CallOptions): Promise<Run> {
    return this.guard(options, async () => {
      const { experiment, folder } = await this.prepareParent(request.experimentId, 'run');
      const run = await this.writer.create(request, experiment, folder);
      const { experimentId, runId } = run.info;
      this.watcher.report({ kind: 'runs', experimentId, runId });
      return run;
    });
  }

  getRun(runId: RunId, options?: CallOptions): Promise<Run> {
    return read(options, () => this.runs.load(this.runs.find(runId)));
  }

  updateRun(runId: RunId, update: UpdateRunRequest, options?: CallOptions): Promise<RunInfo> {
    return this.writeRun(runId, options, () => this.writer.update(runId, update));
  }

  async searchRuns(request: SearchRunsRequest, options?: CallOptions): Promise<Page<Run>> {
    options?.signal?.throwIfAborted();
    return this.runSearch.search(request, options?.signal);
  }

  deleteRun(runId: RunId, options?: CallOptions): Promise<void> {
    return this.writeRun(runId, options, () =>
      this.writer.setStage(this.runs.find(runId), 'deleted'),
    );
  }

  restoreRun(runId: RunId, options?: CallOptions): Promise<void> {
    return this.writeRun(runId, options, () =>
      this.writer.setStage(this.runs.find(runId), 'active'),
    );
  }

  logMetric(runId: RunId, metric: Metric, options?: CallOptions): Promise<void> {
    return this.writeRun(runId, options, () => this.writer.logMetric(runId, metric));
  }

  logParam(runId: RunId, param: KeyValue, options?: CallOptions): Promise<void> {
    return this.writeRun(runId, options, () => this.writer.logParam(runId, param));
  }

  setTag(runId: RunId, tag: KeyValue, options?: CallOptions): Promise<void> {
    return this.writeRun(runId, options, () => this.writer.setTag(runId, tag));
  }

  deleteTag(runId: RunId, key: string, options?: CallOptions): Promise<void> {
    return this.writeRun(runId, options, () => this.writer.deleteTag(runId, key));
  }

  logBatch(runId: RunId, batch: LogBatchRequest, options?: CallOptions): Promise<void> {
    return this.writeRun(runId, options, () => this.writer.logBatch(runId, batch));
  }

  logInputs(
    runId: RunId,
    inputs: {
      readonly datasets?: readonly DatasetInput[];
      readonly models?: readonly ModelInput[];
    },
    options?: CallOptions,
  ): Promise<void> {
    return this.writeRun(runId, options, async () => {
      const { datasets = [], models = [] } = inputs;
      validateInputs(datasets, models);
      await this.datasets.logInputs(this.runs.findActive(runId).folder, runId, datasets, models);
    });
  }

  logOutputs(runId: RunId, models: readonly ModelOutput[], options?: CallOptions): Promise<void> {
    return this.writeRun(runId, options, async () => {
      validateModels(models);
      await this.datasets.logOutputs(this.runs.findActive(runId).folder, models);
    });
  }

  getMetricHistory(request: MetricHistoryRequest, options?: CallOptions): Promise<Page<Metric>> {
    return read(options, () => this.runs.getHistory(request));
  }

  getMetricColumns(
    runId: RunId,
    metricKey: string,
    options?: MetricColumnsOptions,
  ): Promise<MetricColumns> {
    return read(options, () => this.runs.getColumns(runId, metricKey, options));
  }

  createLoggedModel(
    request: CreateLoggedModelRequest,
    options?: CallOptions,
  ): Promise<LoggedModel> {
    return this.guard(options, async () => {
      const { experiment, folder } = await this.prepareParent(request.experimentId, 'model');
      return this.models.create(request, experiment, folder);
    });
  }

  getLoggedModel(modelId: ModelId, options?: CallOptions): Promise<LoggedModel> {
    return read(options, () => this.models.get(modelId));
  }

  finalizeLoggedModel(
    modelId: ModelId,
    status: LoggedModelStatus,
    options?: CallOptions,
  ): Promise<LoggedModel> {
    return this.writeModel(modelId, options, () => this.models.finalize(modelId, status));
  }

  deleteLoggedModel(modelId: ModelId, options?: CallOptions): Promise<void> {
    return this.writeModel(modelId, options, () => this.models.delete(modelId));
  }

  async searchLoggedModels(
    request: SearchLoggedModelsRequest,
    options?: CallOptions,
  ): Promise<Page<LoggedModel>> {
    options?.signal?.throwIfAborted();
    return this.modelSearch.search(request, options?.signal);
  }

  setLoggedModelTags(
    modelId: ModelId,
    tags: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<LoggedModel> {
    return this.writeModel(modelId, options, () => this.models.setTags(modelId, tags));
  }

  deleteLoggedModelTag(modelId: ModelId, key: string, options?: CallOptions): Promise<void> {
    return this.writeModel(modelId, options, () => this.models.deleteTag(modelId, key));
  }

  logLoggedModelParams(
    modelId: ModelId,
    params: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<void> {
    return this.writeModel(modelId, options, () => this.models.logParams(modelId, params));
  }

  async close(): Promise<void> {
    this.watcher.dispose();
    await this.queue.drain();
    await this.batches.close();
    await this.index.save();
  }

  private async writeExperiments<T>(
    options: CallOptions | undefined,
    job: () => Promise<T>,
  ): Promise<T> {
    const result = await this.queue.run('experiments', () => this.guard(options, job));
    this.watcher.report({ kind: 'experiments' });
    return result;
  }

  private async writeRun<T>(
    runId: RunId,
    options: CallOptions | undefined,
    job: () => Promise<T>,
  ): Promise<T> {
    const result = await this.queue.run(`run ${runId}`, () => this.guard(options, job));
    const { experimentId } = this.runs.find(runId).info;
    this.watcher.report({ kind: 'runs', experimentId, runId });
    return result;
  }

  private writeModel<T>(
    modelId: ModelId,
    options: CallOptions | undefined,
    job: () => Promise<T>,
  ): Promise<T> {
    return this.queue.run(`model ${modelId}`, () => this.guard(options, job));
  }

  /** Marks the runs of an experiment with it: deleted ones too when it is restored, as in MLflow. */
  private async setStages(experimentFolder: string, stage: LifecycleStage): Promise<void> {
    const viewType = stage === 'deleted' ? 'ACTIVE_ONLY' : 'DELETED_ONLY';
    const runs = await this.runs.list(experimentFolder, viewType, new Turns(undefined));
    await this.writer.setStages(runs, stage);
  }

  /** Turns failed file operations into errors that a client understands. */
  private async guard<T>(options: CallOptions | undefined, job: () => Promise<T>): Promise<T> {
    options?.signal?.throwIfAborted();
    try {
      return await job();
    } catch (error) {
      if (errnoOf(error) === undefined) {
        throw error;
      }
      const path =
        error instanceof Error && 'path' in error ? String(error.path) : this.layout.root;
      throw writeError(path, error);
    }
  }

  /** The active experiment that a new run or model goes to; a missing store is created for its default experiment. */
  private async prepareParent(
    experimentId: ExperimentId,
    child: 'run' | 'model',
  ): Promise<{ readonly experiment: Experiment; readonly folder: string }> {
    if (experimentId === DEFAULT_EXPERIMENT_ID) {
      await this.queue.run('experiments', () => this.ensureStore());
    }
    const experiment = this.experiments.get(experimentId);
    if (experiment.lifecycleStage !== 'active') {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `Could not create ${child} under non-active experiment with ID ${experimentId}.`,
      );
    }
    return { experiment, folder: join(this.layout.root, experimentId) };
  }

  /** As MLflow: a root that does not exist is made with experiment 0; one that exists is taken as it is. */
  private async ensureStore(): Promise<void> {
    if (stampOf(this.layout.root) !== undefined) {
      return;
    }
    await makeFolder(this.layout.root);
    await makeFolder(this.layout.trash);
    await this.experiments.createDefault();
    this.watcher.report({ kind: 'experiments' });
  }
}

/** Reading is synchronous below this layer; it starts at once, and its errors reject. */
function read<T>(options: CallOptions | undefined, job: () => T): Promise<T> {
  return new Promise(resolve => {
    options?.signal?.throwIfAborted();
    resolve(job());
  });
}

function rootProblems(root: string): StoreProblem[] {
  if (stampOf(root) === undefined) {
    const message =
      'This folder does not exist. The first experiment or run that is logged creates it.';
    return [{ where: root, message, harmless: true }];
  }
  return isFolder(root)
    ? []
    : [{ where: root, message: 'This is not a folder, so it is no file store.' }];
}

/** Why the folder, or the nearest existing one above it, cannot be written; `undefined` when it can. */
function whyReadOnly(root: string): string | undefined {
  let folder = root;
  while (stampOf(folder) === undefined && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  try {
    accessSync(folder, constants.W_OK);
    return isFolder(folder) ? undefined : `${folder} is not a folder.`;
  } catch {
    return `The folder ${folder} is not writable for you.`;
  }
}
