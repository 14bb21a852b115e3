import type { Event } from '../../base/emitter';
import type {
  DatasetInput,
  Experiment,
  ExperimentId,
  KeyValue,
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
  StoreStatus,
  TrackingStore,
  UpdateRunRequest,
} from '../../tracking/trackingStore';
import { validateInputs, validateModels } from './datasetFiles';
import { searchDatasets } from './datasetSearch';
import { searchExperiments } from './experimentSearch';
import { fileStoreParts, type FileStoreOptions, type FileStoreParts } from './fileStoreParts';
import { fileStoreStatus } from './fileStoreStatus';

/**
 * MLflow's file store (`./mlruns`), read in every layout since 0.9 and written as current versions read it. The files are
 * the truth at all times: other processes write them too.
 */
export class FileStore implements TrackingStore {
  private readonly experiments: FileStoreParts['experiments'];
  private readonly runs: FileStoreParts['runs'];
  private readonly runWriter: FileStoreParts['runWriter'];
  private readonly models: FileStoreParts['models'];
  private readonly writes: FileStoreParts['writes'];

  private constructor(private readonly parts: FileStoreParts) {
    this.experiments = parts.experiments;
    this.runs = parts.runs;
    this.runWriter = parts.runWriter;
    this.models = parts.models;
    this.writes = parts.writes;
  }

  /**
   * Opens the folder, which need not exist: it is then empty until the first write creates it, with experiment 0, as MLflow
   * would. Opening and reading create nothing. A batch that a killed process left half written is completed.
   */
  static async open(root: string, options: FileStoreOptions): Promise<FileStore> {
    const parts = fileStoreParts(root, options);
    await parts.batches.recover();
    return new FileStore(parts);
  }

  get onDidChange(): Event<readonly StoreChange[]> {
    return this.parts.watcher.onDidChange;
  }

  getStatus(options?: CallOptions): Promise<StoreStatus> {
    return read(options, () => {
      const { layout, problems } = this.parts;
      this.experiments.list('ALL');
      return fileStoreStatus(layout.root, problems.list());
    });
  }

  createExperiment(request: CreateExperimentRequest, options?: CallOptions): Promise<ExperimentId> {
    return this.writes.toExperiments(options, async () => {
      this.experiments.validateNew(request);
      await this.parts.parents.ensureRoot();
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
    return this.writes.toExperiments(options, () => this.experiments.rename(experimentId, newName));
  }

  deleteExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<void> {
    return this.writes.toExperiments(options, () =>
      this.experiments.delete(experimentId, folder => this.runWriter.setStages(folder, 'deleted')),
    );
  }

  restoreExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<void> {
    return this.writes.toExperiments(options, () =>
      this.experiments.restore(experimentId, folder => this.runWriter.setStages(folder, 'active')),
    );
  }

  setExperimentTag(
    experimentId: ExperimentId,
    tag: KeyValue,
    options?: CallOptions,
  ): Promise<void> {
    return this.writes.toExperiments(options, () => this.experiments.setTag(experimentId, tag));
  }

  deleteExperimentTag(
    experimentId: ExperimentId,
    key: string,
    options?: CallOptions,
  ): Promise<void> {
    return this.writes.toExperiments(options, () => this.experiments.deleteTag(experimentId, key));
  }

  async searchDatasets(
    experimentIds: readonly ExperimentId[],
    options?: CallOptions,
  ): Promise<readonly DatasetSummary[]> {
    options?.signal?.throwIfAborted();
    const { experiments, runs, datasets } = this.parts;
    return searchDatasets({ experiments, runs, datasets }, experimentIds, options?.signal);
  }

  createRun(request: CreateRunRequest, options?: CallOptions): Promise<Run> {
    return this.writes.unqueued(options, async () => {
      const { experiment, folder } = await this.parts.parents.ofNew('run', request.experimentId);
      const run = await this.runWriter.create(request, experiment, folder);
      const { experimentId, runId } = run.info;
      this.parts.watcher.report({ kind: 'runs', experimentId, runId });
      return run;
    });
  }

  getRun(runId: RunId, options?: CallOptions): Promise<Run> {
    return read(options, () => this.runs.load(this.runs.find(runId)));
  }

  updateRun(runId: RunId, update: UpdateRunRequest, options?: CallOptions): Promise<RunInfo> {
    return this.writes.toRun(runId, options, () => this.runWriter.update(runId, update));
  }

  async searchRuns(request: SearchRunsRequest, options?: CallOptions): Promise<Page<Run>> {
    options?.signal?.throwIfAborted();
    return this.parts.runSearch.search(request, options?.signal);
  }

  deleteRun(runId: RunId, options?: CallOptions): Promise<void> {
    return this.writes.toRun(runId, options, () =>
      this.runWriter.setStage(this.runs.find(runId), 'deleted'),
    );
  }

  restoreRun(runId: RunId, options?: CallOptions): Promise<void> {
    return this.writes.toRun(runId, options, () =>
      this.runWriter.setStage(this.runs.find(runId), 'active'),
    );
  }

  logMetric(runId: RunId, metric: Metric, options?: CallOptions): Promise<void> {
    return this.writes.toRun(runId, options, () => this.runWriter.logMetric(runId, metric));
  }

  logParam(runId: RunId, param: KeyValue, options?: CallOptions): Promise<void> {
    return this.writes.toRun(runId, options, () => this.runWriter.logParam(runId, param));
  }

  setTag(runId: RunId, tag: KeyValue, options?: CallOptions): Promise<void> {
    return this.writes.toRun(runId, options, () => this.runWriter.setTag(runId, tag));
  }

  deleteTag(runId: RunId, key: string, options?: CallOptions): Promise<void> {
    return this.writes.toRun(runId, options, () => this.runWriter.deleteTag(runId, key));
  }

  logBatch(runId: RunId, batch: LogBatchRequest, options?: CallOptions): Promise<void> {
    return this.writes.toRun(runId, options, () => this.runWriter.logBatch(runId, batch));
  }

  logInputs(
    runId: RunId,
    inputs: {
      readonly datasets?: readonly DatasetInput[];
      readonly models?: readonly ModelInput[];
    },
    options?: CallOptions,
  ): Promise<void> {
    return this.writes.toRun(runId, options, async () => {
      const { datasets = [], models = [] } = inputs;
      validateInputs(datasets, models);
      await this.parts.datasets.logInputs(
        this.runs.findActive(runId).folder,
        runId,
        datasets,
        models,
      );
    });
  }

  logOutputs(runId: RunId, models: readonly ModelOutput[], options?: CallOptions): Promise<void> {
    return this.writes.toRun(runId, options, async () => {
      validateModels(models);
      await this.parts.datasets.logOutputs(this.runs.findActive(runId).folder, models);
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
    return this.writes.unqueued(options, async () => {
      const { experiment, folder } = await this.parts.parents.ofNew('model', request.experimentId);
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
    return this.writes.toModel(modelId, options, () => this.models.finalize(modelId, status));
  }

  deleteLoggedModel(modelId: ModelId, options?: CallOptions): Promise<void> {
    return this.writes.toModel(modelId, options, () => this.models.delete(modelId));
  }

  async searchLoggedModels(
    request: SearchLoggedModelsRequest,
    options?: CallOptions,
  ): Promise<Page<LoggedModel>> {
    options?.signal?.throwIfAborted();
    return this.parts.modelSearch.search(request, options?.signal);
  }

  setLoggedModelTags(
    modelId: ModelId,
    tags: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<LoggedModel> {
    return this.writes.toModel(modelId, options, () => this.models.setTags(modelId, tags));
  }

  deleteLoggedModelTag(modelId: ModelId, key: string, options?: CallOptions): Promise<void> {
    return this.writes.toModel(modelId, options, () => this.models.deleteTag(modelId, key));
  }

  logLoggedModelParams(
    modelId: ModelId,
    params: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<void> {
    return this.writes.toModel(modelId, options, () => this.models.logParams(modelId, params));
  }

  async close(): Promise<void> {
    this.parts.watcher.dispose();
    await this.writes.drain();
    await this.parts.batches.close();
    await this.parts.index.save();
  }
}

/** Reading is synchronous below this layer; it starts at once, and its errors reject. */
function read<T>(options: CallOptions | undefined, job: () => T): Promise<T> {
  return new Promise(resolve => {
    options?.signal?.throwIfAborted();
    resolve(job());
  });
}
