import type { Logger } from '../../base/logger';
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
import type { Credentials } from '../../http/credentials';
import { HttpClient } from '../../http/httpClient';
import { redactUrl } from '../../base/urlSecrets';
import type { RetryPolicy } from '../../http/retryPolicy';
import * as experiments from '../../wire/endpoints/experimentEndpoints';
import * as logging from '../../wire/endpoints/loggingEndpoints';
import * as models from '../../wire/endpoints/loggedModelEndpoints';
import * as runs from '../../wire/endpoints/runEndpoints';
import { projectRun } from '../../wire/projectionRecord';
import { EndpointCaller } from './endpointCaller';
import { collectMetricColumns } from './metricColumns';
import { metricPages } from './metricPages';
import { RemoteWatcher } from './remoteWatcher';

export interface RestStoreOptions {
  /** Where the server lives, with a path prefix when it has one; holds no credentials. */
  readonly baseUrl: string;
  /** A bearer token; `credentials` wins. */
  readonly token?: string | undefined;
  readonly credentials?: Credentials | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** Default: `briefRetries`. */
  readonly retry?: RetryPolicy | undefined;
  /** ms that an answer may take; default 30,000. */
  readonly timeoutMs?: number | undefined;
  readonly logger: Logger;
}

/**
 * Any MLflow tracking server, old or new, as a store. Where a server lacks an endpoint, an older one serves if there is
 * one; reading then finds nothing, and writing throws NOT_IMPLEMENTED naming the MLflow version that it needs.
 * Runs in the extension host: only `fetch`.
 */
export class RestStore implements TrackingStore {
  readonly client: HttpClient;
  protected readonly caller: EndpointCaller;
  private readonly watcher: RemoteWatcher;

  constructor(options: RestStoreOptions) {
    const { baseUrl, token, logger } = options;
    this.client = new HttpClient({
      baseUrl,
      credentials: options.credentials ?? (token ? { kind: 'bearer', token } : undefined),
      fetch: options.fetch,
      retry: options.retry,
      timeoutMs: options.timeoutMs,
      logger,
    });
    this.caller = new EndpointCaller(this.client);
    this.watcher = new RemoteWatcher(this, this.client, logger);
  }

  get onDidChange(): Event<readonly StoreChange[]> {
    return this.watcher.onDidChange;
  }

  getStatus(_options?: CallOptions): Promise<StoreStatus> {
    return Promise.resolve({
      kind: 'rest',
      uri: redactUrl(this.client.baseUrl),
      writable: true,
      webUrl: redactUrl(this.client.baseUrl),
      problems: [],
    });
  }

  createExperiment(request: CreateExperimentRequest, options?: CallOptions): Promise<ExperimentId> {
    return this.caller.callSince(experiments.CREATE_EXPERIMENT, request, options);
  }

  getExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<Experiment> {
    return this.caller.call(experiments.GET_EXPERIMENT, experimentId, options);
  }

  getExperimentByName(name: string, options?: CallOptions): Promise<Experiment> {
    return this.caller.call(experiments.GET_EXPERIMENT_BY_NAME, name, options);
  }

  searchExperiments(
    request: SearchExperimentsRequest,
    options?: CallOptions,
  ): Promise<Page<Experiment>> {
    return this.caller.callOrElse(experiments.SEARCH_EXPERIMENTS, request, options, () => {
      if (request.filter || request.orderBy?.length) {
        throw new TrackingError(
          'NOT_IMPLEMENTED',
          'This tracking server is older than MLflow 1.28 and cannot filter or order experiments.',
        );
      }
      return this.caller.call(experiments.LIST_EXPERIMENTS, request, options);
    });
  }

  renameExperiment(
    experimentId: ExperimentId,
    newName: string,
    options?: CallOptions,
  ): Promise<void> {
    return this.caller.callSince(experiments.UPDATE_EXPERIMENT, { experimentId, newName }, options);
  }

  deleteExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<void> {
    return this.caller.callSince(experiments.DELETE_EXPERIMENT, experimentId, options);
  }

  restoreExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<void> {
    return this.caller.callSince(experiments.RESTORE_EXPERIMENT, experimentId, options);
  }

  setExperimentTag(
    experimentId: ExperimentId,
    tag: KeyValue,
    options?: CallOptions,
  ): Promise<void> {
    return this.caller.callSince(experiments.SET_EXPERIMENT_TAG, { experimentId, tag }, options);
  }

  deleteExperimentTag(
    experimentId: ExperimentId,
    key: string,
    options?: CallOptions,
  ): Promise<void> {
    return this.caller.callSince(experiments.DELETE_EXPERIMENT_TAG, { experimentId, key }, options);
  }

  searchDatasets(
    experimentIds: readonly ExperimentId[],
    options?: CallOptions,
  ): Promise<readonly DatasetSummary[]> {
    // MLflow refuses to search nowhere.
    return experimentIds.length === 0
      ? Promise.resolve([])
      : this.caller.callOrElse(experiments.SEARCH_DATASETS, experimentIds, options, () => []);
  }

  createRun(request: CreateRunRequest, options?: CallOptions): Promise<Run> {
    return this.caller.callSince(runs.CREATE_RUN, request, options);
  }

  getRun(runId: RunId, options?: CallOptions): Promise<Run> {
    return this.caller.call(runs.GET_RUN, runId, options);
  }

  updateRun(runId: RunId, update: UpdateRunRequest, options?: CallOptions): Promise<RunInfo> {
    return this.caller.callSince(runs.UPDATE_RUN, { runId, update }, options);
  }

  /** The projection is sent too: our own server saves the work, others ignore it and answer with whole runs. */
  async searchRuns(request: SearchRunsRequest, options?: CallOptions): Promise<Page<Run>> {
    const page = await this.caller.call(runs.SEARCH_RUNS, request, options);
    const { projection } = request;
    return projection
      ? { ...page, items: page.items.map(run => projectRun(run, projection)) }
      : page;
  }

  deleteRun(runId: RunId, options?: CallOptions): Promise<void> {
    return this.caller.callSince(runs.DELETE_RUN, runId, options);
  }

  restoreRun(runId: RunId, options?: CallOptions): Promise<void> {
    return this.caller.callSince(runs.RESTORE_RUN, runId, options);
  }

  logMetric(runId: RunId, metric: Metric, options?: CallOptions): Promise<void> {
    return this.caller.callSince(logging.LOG_METRIC, { runId, metric }, options);
  }

  logParam(runId: RunId, param: KeyValue, options?: CallOptions): Promise<void> {
    return this.caller.callSince(logging.LOG_PARAM, { runId, param }, options);
  }

  setTag(runId: RunId, tag: KeyValue, options?: CallOptions): Promise<void> {
    return this.caller.callSince(logging.SET_TAG, { runId, tag }, options);
  }

  deleteTag(runId: RunId, key: string, options?: CallOptions): Promise<void> {
    return this.caller.callSince(logging.DELETE_TAG, { runId, key }, options);
  }

  logBatch(runId: RunId, batch: LogBatchRequest, options?: CallOptions): Promise<void> {
    return this.caller.callSince(logging.LOG_BATCH, { runId, batch }, options);
  }

  logInputs(
    runId: RunId,
    inputs: {
      readonly datasets?: readonly DatasetInput[];
      readonly models?: readonly ModelInput[];
    },
    options?: CallOptions,
  ): Promise<void> {
    return this.caller.callSince(logging.LOG_INPUTS, { runId, ...inputs }, options);
  }

  logOutputs(runId: RunId, outputs: readonly ModelOutput[], options?: CallOptions): Promise<void> {
    return this.caller.callSince(logging.LOG_OUTPUTS, { runId, models: outputs }, options);
  }

  /** Without `maxResults` the whole history. */
  async getMetricHistory(
    request: MetricHistoryRequest,
    options?: CallOptions,
  ): Promise<Page<Metric>> {
    if (request.maxResults !== undefined) {
      return this.caller.call(logging.GET_METRIC_HISTORY, request, options);
    }
    const items: Metric[] = [];
    for await (const page of metricPages(this.caller, request, options)) {
      for (const metric of page) {
        items.push(metric);
      }
    }
    return { items };
  }

  getMetricColumns(runId: RunId, metricKey: string, options?: CallOptions): Promise<MetricColumns> {
    return collectMetricColumns(metricPages(this.caller, { runId, metricKey }, options));
  }

  createLoggedModel(
    request: CreateLoggedModelRequest,
    options?: CallOptions,
  ): Promise<LoggedModel> {
    return this.caller.callSince(models.CREATE_LOGGED_MODEL, request, options);
  }

  getLoggedModel(modelId: ModelId, options?: CallOptions): Promise<LoggedModel> {
    return this.caller.callSince(models.GET_LOGGED_MODEL, modelId, options);
  }

  finalizeLoggedModel(
    modelId: ModelId,
    status: LoggedModelStatus,
    options?: CallOptions,
  ): Promise<LoggedModel> {
    return this.caller.callSince(models.FINALIZE_LOGGED_MODEL, { modelId, status }, options);
  }

  deleteLoggedModel(modelId: ModelId, options?: CallOptions): Promise<void> {
    return this.caller.callSince(models.DELETE_LOGGED_MODEL, modelId, options);
  }

  searchLoggedModels(
    request: SearchLoggedModelsRequest,
    options?: CallOptions,
  ): Promise<Page<LoggedModel>> {
    return request.experimentIds.length === 0
      ? Promise.resolve({ items: [] })
      : this.caller.callOrElse(models.SEARCH_LOGGED_MODELS, request, options, () => ({
          items: [],
        }));
  }

  async setLoggedModelTags(
    modelId: ModelId,
    tags: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<LoggedModel> {
    await this.caller.callSince(models.SET_LOGGED_MODEL_TAGS, { modelId, tags }, options);
    return this.getLoggedModel(modelId, options);
  }

  deleteLoggedModelTag(modelId: ModelId, key: string, options?: CallOptions): Promise<void> {
    return this.caller.callSince(models.DELETE_LOGGED_MODEL_TAG, { modelId, key }, options);
  }

  logLoggedModelParams(
    modelId: ModelId,
    params: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<void> {
    return this.caller.callSince(models.LOG_LOGGED_MODEL_PARAMS, { modelId, params }, options);
  }

  close(): Promise<void> {
    this.watcher.dispose();
    return Promise.resolve();
  }
}
