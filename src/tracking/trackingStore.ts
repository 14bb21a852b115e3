import type { Event } from '../base/emitter';
import type { Int64 } from '../base/int64';
import type {
  Dataset,
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
  RunStatus,
  ViewType,
} from './entities';

/** Every call may be cancelled; a cancelled call rejects with the signal's reason. Writes under way complete. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface MetricColumnsOptions extends CallOptions {
  /**
   * What an earlier call returned for this metric. A store that can tell that the history has only grown since then reads
   * what is new; the answer is the same without it.
   */
  readonly grownFrom?: MetricColumns;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Present only when there is more. Opaque: see `pageToken.ts`. */
  readonly nextPageToken?: string;
}

/** Which parts of a run to return; a list limits to those keys, `undefined` returns all. Info always comes whole. */
export interface RunProjection {
  readonly metricKeys?: readonly string[];
  readonly paramKeys?: readonly string[];
  readonly tagKeys?: readonly string[];
  /** Inputs and outputs; default true. */
  readonly inputs?: boolean;
}

export interface SearchRunsRequest {
  /** An empty list finds nothing, as in MLflow. */
  readonly experimentIds: readonly ExperimentId[];
  readonly filter?: string;
  /** One clause each, such as `metrics.loss ASC`. */
  readonly orderBy?: readonly string[];
  /** Default ACTIVE_ONLY. Looks at the run's own lifecycle only. */
  readonly viewType?: ViewType;
  /** 1 to 50000, default 1000. */
  readonly maxResults?: number;
  readonly pageToken?: string;
  readonly projection?: RunProjection;
}

export interface SearchExperimentsRequest {
  readonly filter?: string;
  readonly orderBy?: readonly string[];
  readonly viewType?: ViewType;
  /** 1 to 50000. */
  readonly maxResults: number;
  readonly pageToken?: string;
}

export interface CreateExperimentRequest {
  readonly name: string;
  readonly artifactLocation?: string;
  readonly tags?: readonly KeyValue[];
}

export interface CreateRunRequest {
  readonly experimentId: ExperimentId;
  readonly userId?: string;
  /** Generated (`adjective-noun-number`, at most 20 characters) when neither it nor the tag `mlflow.runName` is given. */
  readonly runName?: string;
  readonly startTimeMs?: Int64;
  readonly tags?: readonly KeyValue[];
}

export interface UpdateRunRequest {
  readonly status?: RunStatus;
  readonly endTimeMs?: Int64;
  /** An empty name is ignored, as in MLflow. */
  readonly runName?: string;
}

export interface LogBatchRequest {
  readonly metrics?: readonly Metric[];
  readonly params?: readonly KeyValue[];
  readonly tags?: readonly KeyValue[];
}

export interface MetricHistoryRequest {
  readonly runId: RunId;
  readonly metricKey: string;
  /** Absent: everything. */
  readonly maxResults?: number;
  readonly pageToken?: string;
}

export interface CreateLoggedModelRequest {
  readonly experimentId: ExperimentId;
  readonly name?: string;
  readonly sourceRunId?: RunId;
  readonly modelType?: string;
  readonly tags?: readonly KeyValue[];
  readonly params?: readonly KeyValue[];
}

export interface SearchLoggedModelsRequest {
  readonly experimentIds: readonly ExperimentId[];
  readonly filter?: string;
  readonly datasets?: readonly { readonly datasetName: string; readonly datasetDigest?: string }[];
  readonly orderBy?: readonly {
    readonly fieldName: string;
    readonly ascending?: boolean;
    readonly datasetName?: string;
    readonly datasetDigest?: string;
  }[];
  readonly maxResults?: number;
  readonly pageToken?: string;
}

export interface DatasetSummary {
  readonly experimentId: ExperimentId;
  readonly name: Dataset['name'];
  readonly digest: Dataset['digest'];
  readonly context?: string;
}

/** What changed, by this process or any other. Coarser is allowed, silence is not. */
export type StoreChange =
  /** An experiment was made, renamed, tagged, deleted or restored. */
  | { readonly kind: 'experiments' }
  /** A run was made, updated, deleted or restored, or something was logged to it. Without `runId`: some runs of it. */
  | { readonly kind: 'runs'; readonly experimentId: ExperimentId; readonly runId?: RunId }
  /** The store cannot say: look at everything that is shown. */
  | { readonly kind: 'everything' };

/** Something in the store that cannot be read and is left out, with the reason as one sentence. */
export interface StoreProblem {
  /** A path, a table or a URL, without credentials. */
  readonly where: string;
  readonly message: string;
  /** Nothing is left out: worth telling a person who looks, not one who watches over the server. */
  readonly harmless?: true;
}

export interface StoreStatus {
  readonly kind: 'file' | 'sqlite' | 'postgresql' | 'mysql' | 'mssql' | 'rest' | 'databricks';
  /** The tracking URI without credentials. */
  readonly uri: string;
  readonly writable: boolean;
  /** One sentence, when not writable. */
  readonly readOnlyReason?: string;
  /** Alembic revision, of SQL stores. */
  readonly schemaRevision?: string;
  /** Where MLflow's own web UI of this store lives, when it has one. */
  readonly webUrl?: string;
  readonly problems: readonly StoreProblem[];
}

/**
 * The contract of every store. One suite, `test/contract`, runs against each on its real backend and against
 * `RestStore → server → store`. Errors are `TrackingError`s with MLflow's codes; `mlflow-facts.md` §1.5 names them.
 * A call that resolved is durable.
 */
export interface TrackingStore {
  getStatus(options?: CallOptions): Promise<StoreStatus>;

  createExperiment(request: CreateExperimentRequest, options?: CallOptions): Promise<ExperimentId>;
  getExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<Experiment>;
  /** Finds active and deleted ones. */
  getExperimentByName(name: string, options?: CallOptions): Promise<Experiment>;
  searchExperiments(
    request: SearchExperimentsRequest,
    options?: CallOptions,
  ): Promise<Page<Experiment>>;
  renameExperiment(
    experimentId: ExperimentId,
    newName: string,
    options?: CallOptions,
  ): Promise<void>;
  deleteExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<void>;
  restoreExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<void>;
  setExperimentTag(experimentId: ExperimentId, tag: KeyValue, options?: CallOptions): Promise<void>;
  deleteExperimentTag(
    experimentId: ExperimentId,
    key: string,
    options?: CallOptions,
  ): Promise<void>;
  searchDatasets(
    experimentIds: readonly ExperimentId[],
    options?: CallOptions,
  ): Promise<readonly DatasetSummary[]>;

  createRun(request: CreateRunRequest, options?: CallOptions): Promise<Run>;
  getRun(runId: RunId, options?: CallOptions): Promise<Run>;
  updateRun(runId: RunId, update: UpdateRunRequest, options?: CallOptions): Promise<RunInfo>;
  searchRuns(request: SearchRunsRequest, options?: CallOptions): Promise<Page<Run>>;
  deleteRun(runId: RunId, options?: CallOptions): Promise<void>;
  restoreRun(runId: RunId, options?: CallOptions): Promise<void>;

  logMetric(runId: RunId, metric: Metric, options?: CallOptions): Promise<void>;
  logParam(runId: RunId, param: KeyValue, options?: CallOptions): Promise<void>;
  setTag(runId: RunId, tag: KeyValue, options?: CallOptions): Promise<void>;
  deleteTag(runId: RunId, key: string, options?: CallOptions): Promise<void>;
  /** Validated whole before anything is written; all or nothing where the backend can. */
  logBatch(runId: RunId, batch: LogBatchRequest, options?: CallOptions): Promise<void>;
  logInputs(
    runId: RunId,
    inputs: {
      readonly datasets?: readonly DatasetInput[];
      readonly models?: readonly ModelInput[];
    },
    options?: CallOptions,
  ): Promise<void>;
  logOutputs(runId: RunId, models: readonly ModelOutput[], options?: CallOptions): Promise<void>;

  /** In the store's own order: files as written, SQL by timestamp, step, value. */
  getMetricHistory(request: MetricHistoryRequest, options?: CallOptions): Promise<Page<Metric>>;
  /** The whole history for drawing; empty columns for an unknown key. */
  getMetricColumns(
    runId: RunId,
    metricKey: string,
    options?: MetricColumnsOptions,
  ): Promise<MetricColumns>;

  createLoggedModel(request: CreateLoggedModelRequest, options?: CallOptions): Promise<LoggedModel>;
  getLoggedModel(modelId: ModelId, options?: CallOptions): Promise<LoggedModel>;
  finalizeLoggedModel(
    modelId: ModelId,
    status: LoggedModelStatus,
    options?: CallOptions,
  ): Promise<LoggedModel>;
  deleteLoggedModel(modelId: ModelId, options?: CallOptions): Promise<void>;
  searchLoggedModels(
    request: SearchLoggedModelsRequest,
    options?: CallOptions,
  ): Promise<Page<LoggedModel>>;
  setLoggedModelTags(
    modelId: ModelId,
    tags: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<LoggedModel>;
  deleteLoggedModelTag(modelId: ModelId, key: string, options?: CallOptions): Promise<void>;
  logLoggedModelParams(
    modelId: ModelId,
    params: readonly KeyValue[],
    options?: CallOptions,
  ): Promise<void>;

  /**
   * Changes made by this process or any other, within 2 s, batched. The store looks only while someone listens, and its
   * cost does not grow with what is stored.
   */
  readonly onDidChange: Event<readonly StoreChange[]>;
  close(): Promise<void>;
}
