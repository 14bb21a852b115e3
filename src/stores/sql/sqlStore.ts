import type { Int64 } from '../../base/int64';
import type { Logger } from '../../base/logger';
import { present } from '../../base/present';
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
import {
  validateBatch,
  validateDatasetInputs,
  validateMetric,
  validateParam,
  validateRunId,
  validateTag,
} from '../../tracking/validation';
import * as datasets from './datasets';
import * as experiments from './experiments';
import * as loggedModels from './loggedModels';
import { deleteRunTag, logBatch } from './logging';
import { HistoryColumns } from './historyColumns';
import { getMetricHistory } from './metricHistory';
import { PointQueue } from './pointQueue';
import * as runs from './runs';
import { searchExperiments } from './searchExperiments';
import { searchLoggedModels } from './searchLoggedModels';
import { searchRuns } from './searchRuns';
import type { SqlDatabase, SqlWork } from './sqlDialect';
import { SqlWatcher } from './sqlWatcher';

export interface SqlStoreOptions {
  /** Without credentials. */
  readonly uri: string;
  readonly artifactRoot: string;
  readonly workingDir: string;
  readonly logger: Logger;
}

/** MLflow's database store over any `SqlDatabase`: each call is one unit of work. */
export class SqlStore implements TrackingStore {
  private readonly watcher: SqlWatcher;
  private readonly points: PointQueue;
  private readonly histories = new HistoryColumns();
  readonly onDidChange: SqlWatcher['onDidChange'];

  constructor(
    private readonly database: SqlDatabase,
    private readonly options: SqlStoreOptions,
  ) {
    this.watcher = new SqlWatcher(database, options.logger);
    this.points = new PointQueue(database);
    this.onDidChange = this.watcher.onDidChange;
  }

  /** Takes note of what there is: who listens later hears of everything that changes from now on. */
  noteState(): Promise<void> {
    return this.watcher.note();
  }

  /** Also tells of a database that has become unreadable, rather than failing. */
  async getStatus(options?: CallOptions): Promise<StoreStatus> {
    const { uri } = this.options;
    const { kind } = this.database.dialect;
    try {
      const readOnlyReason = await this.database.readOnlyReason();
      const schemaRevision = await this.database.read(
        session => Promise.resolve(session.schema.revision),
        options,
      );
      return present({
        kind,
        uri,
        writable: readOnlyReason === undefined,
        readOnlyReason,
        schemaRevision,
        problems: this.database.problems.list,
      });
    } catch (error) {
      if (!TrackingError.is(error) || error.code === 'INVALID_STATE') {
        throw error;
      }
      const { message } = error;
      return {
        kind,
        uri,
        writable: false,
        readOnlyReason: message,
        problems: [{ where: uri, message }],
      };
    }
  }

  createExperiment(request: CreateExperimentRequest, options?: CallOptions): Promise<ExperimentId> {
    return this.changeExperiments(
      session => experiments.createExperiment(session, request, this.options),
      options,
    );
  }

  getExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<Experiment> {
    return this.database.read(s => experiments.getExperiment(s, experimentId), options);
  }

  getExperimentByName(name: string, options?: CallOptions): Promise<Experiment> {
    return this.database.read(s => experiments.getExperimentByName(s, name), options);
  }

  searchExperiments(
    request: SearchExperimentsRequest,
    options?: CallOptions,
  ): Promise<Page<Experiment>> {
    return this.database.read(s => searchExperiments(s, request), options);
  }

  renameExperiment(id: ExperimentId, newName: string, options?: CallOptions): Promise<void> {
    return this.changeExperiments(s => experiments.renameExperiment(s, id, newName), options);
  }

  async deleteExperiment(id: ExperimentId, options?: CallOptions): Promise<void> {
    await this.changeExperiments(s => experiments.deleteExperiment(s, id), options);
    this.watcher.report({ kind: 'runs', experimentId: id });
  }

  async restoreExperiment(id: ExperimentId, options?: CallOptions): Promise<void> {
    await this.changeExperiments(s => experiments.restoreExperiment(s, id), options);
    this.watcher.report({ kind: 'runs', experimentId: id });
  }

  setExperimentTag(id: ExperimentId, tag: KeyValue, options?: CallOptions): Promise<void> {
    return this.changeExperiments(s => experiments.setExperimentTag(s, id, tag), options);
  }

  deleteExperimentTag(id: ExperimentId, key: string, options?: CallOptions): Promise<void> {
    return this.changeExperiments(s => experiments.deleteExperimentTag(s, id, key), options);
  }

  searchDatasets(
    experimentIds: readonly ExperimentId[],
    options?: CallOptions,
  ): Promise<readonly DatasetSummary[]> {
    return this.database.read(s => datasets.searchDatasets(s, experimentIds), options);
  }

  async createRun(request: CreateRunRequest, options?: CallOptions): Promise<Run> {
    const run = await this.database.write(s => runs.createRun(s, request), options);
    this.watcher.report(changeOf(run.info.experimentId, run.info.runId));
    return run;
  }

  async getRun(runId: RunId, options?: CallOptions): Promise<Run> {
    validateRunId(runId);
    return this.database.read(s => runs.getRun(s, runId), options);
  }

  async updateRun(runId: RunId, update: UpdateRunRequest, options?: CallOptions): Promise<RunInfo> {
    const info = await this.database.write(s => runs.updateRun(s, runId, update), options);
    this.watcher.report(changeOf(info.experimentId, runId));
    return info;
  }

  searchRuns(request: SearchRunsRequest, options?: CallOptions): Promise<Page<Run>> {
    return this.database.read(s => searchRuns(s, request), options);
  }

  deleteRun(runId: RunId, options?: CallOptions): Promise<void> {
    return this.changeRun(runId, s => runs.setRunLifecycle(s, runId, 'deleted'), options);
  }

  restoreRun(runId: RunId, options?: CallOptions): Promise<void> {
    return this.changeRun(runId, s => runs.setRunLifecycle(s, runId, 'active'), options);
  }

  async logMetric(runId: RunId, metric: Metric, options?: CallOptions): Promise<void> {
    validateMetric(metric);
    if (metric.modelId !== undefined) {
      await this.changeRun(runId, s => logBatch(s, runId, { metrics: [metric] }), options);
      return;
    }
    options?.signal?.throwIfAborted();
    const experimentId = await this.points.log(runId, metric);
    this.watcher.report(changeOf(String(experimentId), runId));
  }

  async logParam(runId: RunId, param: KeyValue, options?: CallOptions): Promise<void> {
    const params = [validateParam(param)];
    await this.changeRun(runId, s => logBatch(s, runId, { params }), options);
  }

  async setTag(runId: RunId, tag: KeyValue, options?: CallOptions): Promise<void> {
    const tags = [validateTag(tag)];
    await this.changeRun(runId, s => logBatch(s, runId, { tags }), options);
  }

  /** Any key: databases hold tags that were set before MLflow checked keys. */
  async deleteTag(runId: RunId, key: string, options?: CallOptions): Promise<void> {
    await this.changeRun(runId, s => deleteRunTag(s, runId, key), options);
  }

  async logBatch(runId: RunId, batch: LogBatchRequest, options?: CallOptions): Promise<void> {
    const checked = validateBatch(batch);
    await this.changeRun(runId, s => logBatch(s, runId, checked), options);
  }

  async logInputs(
    runId: RunId,
    inputs: {
      readonly datasets?: readonly DatasetInput[];
      readonly models?: readonly ModelInput[];
    },
    options?: CallOptions,
  ): Promise<void> {
    validateDatasetInputs(inputs.datasets ?? []);
    await this.changeRun(
      runId,
      s => datasets.logInputs(s, runId, inputs.datasets ?? [], inputs.models ?? []),
      options,
    );
  }

  logOutputs(runId: RunId, models: readonly ModelOutput[], options?: CallOptions): Promise<void> {
    return this.changeRun(runId, s => datasets.logOutputs(s, runId, models), options);
  }

  getMetricHistory(request: MetricHistoryRequest, options?: CallOptions): Promise<Page<Metric>> {
    return this.database.read(s => getMetricHistory(s, request), options);
  }

  getMetricColumns(
    runId: RunId,
    metricKey: string,
    options?: MetricColumnsOptions,
  ): Promise<MetricColumns> {
    return this.database.read(
      session => this.histories.get(session, { runId, metricKey }, options?.grownFrom),
      options,
    );
  }

  createLoggedModel(
    request: CreateLoggedModelRequest,
    options?: CallOptions,
  ): Promise<LoggedModel> {
    return this.changeModel(s => loggedModels.createLoggedModel(s, request), options);
  }

  getLoggedModel(modelId: ModelId, options?: CallOptions): Promise<LoggedModel> {
    return this.database.read(s => loggedModels.getLoggedModel(s, modelId), options);
  }

  finalizeLoggedModel(
    modelId: ModelId,
    status: LoggedModelStatus,
    options?: CallOptions,
  ): Promise<LoggedModel> {
    return this.changeModel(s => loggedModels.finalizeLoggedModel(s, modelId, status), options);
  }

  async deleteLoggedModel(modelId: ModelId, options?: CallOptions): Promise<void> {
    await this.changeModel(async s => {
      const model = await loggedModels.getLoggedModel(s, modelId);
      await loggedModels.deleteLoggedModel(s, modelId);
      return model;
    }, options);
  }

  searchLoggedModels(
    request: SearchLoggedModelsRequest,
    options?: CallOptions,
  ): Promise<Page<LoggedModel>> {
    return this.database.read(s => searchLoggedModels(s, request), options);
  }

  setLoggedModelTags(
    modelId: ModelId,
    tags: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<LoggedModel> {
    return this.changeModel(s => loggedModels.setLoggedModelTags(s, modelId, tags), options);
  }

  async deleteLoggedModelTag(modelId: ModelId, key: string, options?: CallOptions): Promise<void> {
    await this.changeModel(async s => {
      await loggedModels.deleteLoggedModelTag(s, modelId, key);
      return loggedModels.getLoggedModel(s, modelId);
    }, options);
  }

  async logLoggedModelParams(
    modelId: ModelId,
    params: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<void> {
    await this.changeModel(async s => {
      await loggedModels.logLoggedModelParams(s, modelId, params);
      return loggedModels.getLoggedModel(s, modelId);
    }, options);
  }

  async close(): Promise<void> {
    this.watcher.close();
    await this.points.done();
    await this.database.close();
  }

  private async changeExperiments<T>(work: SqlWork<T>, options?: CallOptions): Promise<T> {
    const result = await this.database.write(work, options);
    this.watcher.report({ kind: 'experiments' });
    return result;
  }

  /** @param work returns the experiment of the run. */
  private async changeRun(
    runId: RunId,
    work: SqlWork<Int64 | null>,
    options?: CallOptions,
  ): Promise<void> {
    const experimentId = await this.database.write(work, options);
    this.watcher.report(changeOf(String(experimentId ?? ''), runId));
  }

  private async changeModel(
    work: SqlWork<LoggedModel>,
    options?: CallOptions,
  ): Promise<LoggedModel> {
    const model = await this.database.write(work, options);
    this.watcher.report(changeOf(model.experimentId, model.sourceRunId));
    return model;
  }
}

function changeOf(experimentId: ExperimentId, runId: RunId | undefined): StoreChange {
  return { kind: 'runs', experimentId, ...(runId === undefined ? {} : { runId }) };
}
