import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Event } from '../../base/emitter';
import type { Logger } from '../../base/logger';
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
import { TrackingError } from '../../tracking/trackingError';
import type {
  CallOptions,
  CreateExperimentRequest,
  CreateLoggedModelRequest,
  CreateRunRequest,
  DatasetSummary,
  LogBatchRequest,
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
import { DatasetFiles, validateInputs, validateModels } from './datasetFiles';
import { ExperimentFiles } from './experimentFiles';
import { searchExperiments } from './experimentSearch';
import { errnoOf, writeError } from './fileErrors';
import { KeyedQueue } from './keyedQueue';
import { DEFAULT_EXPERIMENT_ID, Layout } from './layout';
import { ModelFiles } from './modelFiles';
import { ModelSearch } from './modelSearch';
import { ProblemList } from './problemList';
import { isFolder, stampOf } from './readFiles';
import { RunFiles } from './runFiles';
import { RunSearch } from './runSearch';
import { RunWriter } from './runWriter';
import { StoreWatcher } from './storeWatcher';
import { Turns } from './turns';
import { makeFolder } from './writeFiles';

export interface FileStoreOptions {
  readonly logger: Logger;
  /** Path or URI below which new experiments keep their artifacts; default the store's own folder, as a plain path. */
  readonly artifactRoot?: string;
}

/** The most summaries that one look-up of datasets returns, as in MLflow. */
const MAX_DATASET_SUMMARIES = 1000;
const DATASET_CONTEXT_TAG = 'mlflow.data.context';

/**
 * MLflow's file store (`./mlruns`), read in every layout since 0.9 and written as current versions read it. The files are
 * the truth at all times: other processes write them too.
 */
export class FileStore implements TrackingStore {
  private readonly experiments: ExperimentFiles;
  private readonly runs: RunFiles;
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
    logger: Logger,
  ) {
    this.experiments = new ExperimentFiles(layout, problems);
    this.datasets = new DatasetFiles(problems);
    this.runs = new RunFiles(layout, this.experiments, this.datasets, problems);
    this.models = new ModelFiles(this.experiments, problems);
    this.writer = new RunWriter(this.runs, this.models, problems);
    this.runSearch = new RunSearch(this.experiments, this.runs, this.datasets);
    this.modelSearch = new ModelSearch(this.experiments, this.models);
    this.watcher = new StoreWatcher(layout, this.experiments, this.runs, logger);
  }

  /**
   * Opens the folder, which need not exist: it is then empty until the first write creates it, with experiment 0, as MLflow
   * would. Opening and reading create nothing.
   */
  static open(root: string, options: FileStoreOptions): Promise<FileStore> {
    const layout = new Layout(root, options.artifactRoot);
    return Promise.resolve(new FileStore(layout, new ProblemList(options.logger), options.logger));
  }

  get onDidChange(): Event<readonly StoreChange[]> {
    return this.watcher.onDidChange;
  }

  async getStatus(): Promise<StoreStatus> {
    const { root } = this.layout;
    this.experiments.list('ALL');
    const problems = this.problems.list();
    if (stampOf(root) === undefined) {
      problems.unshift({
        where: root,
        message:
          'This folder does not exist. The first experiment or run that is logged creates it.',
      });
    } else if (!isFolder(root)) {
      problems.unshift({ where: root, message: 'This is not a folder, so it is no file store.' });
    }
    const readOnlyReason = whyReadOnly(root);
    return {
      kind: 'file',
      uri: root,
      writable: readOnlyReason === undefined,
      ...(readOnlyReason === undefined ? {} : { readOnlyReason }),
      problems,
    };
  }

  createExperiment(request: CreateExperimentRequest): Promise<ExperimentId> {
    return this.writeExperiments(async () => {
      this.experiments.validateNew(request);
      await this.ensureStore();
      return this.experiments.create(request);
    });
  }

  async getExperiment(experimentId: ExperimentId): Promise<Experiment> {
    return this.experiments.get(experimentId);
  }

  async getExperimentByName(name: string): Promise<Experiment> {
    const experiment = this.experiments.getByName(name);
    if (!experiment) {
      throw new TrackingError(
        'RESOURCE_DOES_NOT_EXIST',
        `Could not find experiment with name '${name}'`,
      );
    }
    return experiment;
  }

  async searchExperiments(request: SearchExperimentsRequest): Promise<Page<Experiment>> {
    return searchExperiments(this.experiments, request);
  }

  renameExperiment(experimentId: ExperimentId, newName: string): Promise<void> {
    return this.writeExperiments(() => this.experiments.rename(experimentId, newName));
  }

  deleteExperiment(experimentId: ExperimentId): Promise<void> {
    return this.writeExperiments(() =>
      this.experiments.delete(experimentId, async folder => {
        const active = await this.runs.list(folder, 'ACTIVE_ONLY', new Turns(undefined));
        await this.writer.setStages(active, 'deleted');
      }),
    );
  }

  restoreExperiment(experimentId: ExperimentId): Promise<void> {
    return this.writeExperiments(() =>
      this.experiments.restore(experimentId, async folder => {
        const deleted = await this.runs.list(folder, 'DELETED_ONLY', new Turns(undefined));
        await this.writer.setStages(deleted, 'active');
      }),
    );
  }

  setExperimentTag(experimentId: ExperimentId, tag: KeyValue): Promise<void> {
    return this.writeExperiments(() => this.experiments.setTag(experimentId, tag));
  }

  deleteExperimentTag(experimentId: ExperimentId, key: string): Promise<void> {
    return this.writeExperiments(() => this.experiments.deleteTag(experimentId, key));
  }

  async searchDatasets(
    experimentIds: readonly ExperimentId[],
    options?: CallOptions,
  ): Promise<readonly DatasetSummary[]> {
    const turns = new Turns(options?.signal);
    const summaries = new Map<string, DatasetSummary>();
    for (const experimentId of new Set(experimentIds)) {
      const folder = this.experiments.findFolder(experimentId);
      for (const name of folder === undefined ? [] : this.runs.listNames(folder)) {
        await turns.next();
        const { datasets } = this.datasets.readInputs(join(folder ?? '', name));
        for (const { dataset, tags } of datasets) {
          const context = tags.find(tag => tag.key === DATASET_CONTEXT_TAG)?.value;
          const summary = { experimentId, name: dataset.name, digest: dataset.digest };
          const key = JSON.stringify([experimentId, dataset.name, dataset.digest, context]);
          summaries.set(key, context === undefined ? summary : { ...summary, context });
          if (summaries.size === MAX_DATASET_SUMMARIES) {
            return [...summaries.values()];
          }
        }
      }
    }
    return [...summaries.values()];
  }

  async createRun(request: CreateRunRequest): Promise<Run> {
    const { experimentId } = request;
    return this.guard(async () => {
      const { experiment, folder } = await this.prepareParent(experimentId, 'run');
      const run = await this.writer.create(request, experiment, folder);
      this.watcher.report({ kind: 'runs', experimentId, runId: run.info.runId });
      return run;
    });
  }

  async getRun(runId: RunId): Promise<Run> {
    return this.runs.load(this.runs.find(runId));
  }

  updateRun(runId: RunId, update: UpdateRunRequest): Promise<RunInfo> {
    return this.writeRun(runId, () => this.writer.update(runId, update));
  }

  searchRuns(request: SearchRunsRequest, options?: CallOptions): Promise<Page<Run>> {
    return this.runSearch.search(request, options?.signal);
  }

  deleteRun(runId: RunId): Promise<void> {
    return this.writeRun(runId, () => this.writer.setStage(this.runs.find(runId), 'deleted'));
  }

  restoreRun(runId: RunId): Promise<void> {
    return this.writeRun(runId, () => this.writer.setStage(this.runs.find(runId), 'active'));
  }

  logMetric(runId: RunId, metric: Metric): Promise<void> {
    return this.writeRun(runId, () => this.writer.logMetric(runId, metric));
  }

  logParam(runId: RunId, param: KeyValue): Promise<void> {
    return this.writeRun(runId, () => this.writer.logParam(runId, param));
  }

  setTag(runId: RunId, tag: KeyValue): Promise<void> {
    return this.writeRun(runId, () => this.writer.setTag(runId, tag));
  }

  deleteTag(runId: RunId, key: string): Promise<void> {
    return this.writeRun(runId, () => this.writer.deleteTag(runId, key));
  }

  logBatch(runId: RunId, batch: LogBatchRequest): Promise<void> {
    return this.writeRun(runId, () => this.writer.logBatch(runId, batch));
  }

  logInputs(
    runId: RunId,
    inputs: {
      readonly datasets?: readonly DatasetInput[];
      readonly models?: readonly ModelInput[];
    },
  ): Promise<void> {
    return this.writeRun(runId, async () => {
      const { datasets = [], models = [] } = inputs;
      validateInputs(datasets, models);
      await this.datasets.logInputs(this.runs.findActive(runId).folder, runId, datasets, models);
    });
  }

  logOutputs(runId: RunId, models: readonly ModelOutput[]): Promise<void> {
    return this.writeRun(runId, async () => {
      validateModels(models);
      await this.datasets.logOutputs(this.runs.findActive(runId).folder, models);
    });
  }

  async getMetricHistory(request: MetricHistoryRequest): Promise<Page<Metric>> {
    return this.runs.getHistory(request);
  }

  async getMetricColumns(runId: RunId, metricKey: string): Promise<MetricColumns> {
    return this.runs.getColumns(runId, metricKey);
  }

  async createLoggedModel(request: CreateLoggedModelRequest): Promise<LoggedModel> {
    return this.guard(async () => {
      const { experiment, folder } = await this.prepareParent(request.experimentId, 'model');
      return this.models.create(request, experiment, folder);
    });
  }

  async getLoggedModel(modelId: ModelId): Promise<LoggedModel> {
    return this.models.get(modelId);
  }

  finalizeLoggedModel(modelId: ModelId, status: LoggedModelStatus): Promise<LoggedModel> {
    return this.writeModel(modelId, () => this.models.finalize(modelId, status));
  }

  deleteLoggedModel(modelId: ModelId): Promise<void> {
    return this.writeModel(modelId, () => this.models.delete(modelId));
  }

  searchLoggedModels(
    request: SearchLoggedModelsRequest,
    options?: CallOptions,
  ): Promise<Page<LoggedModel>> {
    return this.modelSearch.search(request, options?.signal);
  }

  setLoggedModelTags(modelId: ModelId, tags: readonly KeyValue[]): Promise<LoggedModel> {
    return this.writeModel(modelId, () => this.models.setTags(modelId, tags));
  }

  deleteLoggedModelTag(modelId: ModelId, key: string): Promise<void> {
    return this.writeModel(modelId, () => this.models.deleteTag(modelId, key));
  }

  logLoggedModelParams(modelId: ModelId, params: readonly KeyValue[]): Promise<void> {
    return this.writeModel(modelId, () => this.models.logParams(modelId, params));
  }

  async close(): Promise<void> {
    this.watcher.dispose();
    await this.queue.drain();
  }

  private async writeExperiments<T>(job: () => Promise<T>): Promise<T> {
    const result = await this.queue.run('experiments', () => this.guard(job));
    this.watcher.report({ kind: 'experiments' });
    return result;
  }

  private async writeRun<T>(runId: RunId, job: () => Promise<T>): Promise<T> {
    const result = await this.queue.run(`run ${runId}`, () => this.guard(job));
    const { experimentId } = this.runs.find(runId).info;
    this.watcher.report({ kind: 'runs', experimentId, runId });
    return result;
  }

  private writeModel<T>(modelId: ModelId, job: () => Promise<T>): Promise<T> {
    return this.queue.run(`model ${modelId}`, () => this.guard(job));
  }

  /** Turns failed file operations into errors that a client understands. */
  private async guard<T>(job: () => Promise<T>): Promise<T> {
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
