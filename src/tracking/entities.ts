import type { Int64 } from '../base/int64';

/** Always text: file-store ids have 18 digits, beyond 2^53. */
export type ExperimentId = string;
/** 32 lower-case hex digits when made by MLflow; any `[A-Za-z0-9][\w-]{0,255}` is legal. */
export type RunId = string;
/** `m-` and 32 hex digits. */
export type ModelId = string;

export type LifecycleStage = 'active' | 'deleted';
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';
export const RUN_STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A param, a tag, an experiment tag: text by key. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface Experiment {
  readonly experimentId: ExperimentId;
  readonly name: string;
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  /** ms since epoch; absent in stores written before MLflow 1.29. */
  readonly creationTimeMs?: Int64;
  readonly lastUpdateTimeMs?: Int64;
  readonly tags: readonly KeyValue[];
}

/** One point of a metric's history. */
export interface Metric {
  readonly key: string;
  /** Any double; NaN and ±Infinity as far as the store can hold them (SQL: ±Infinity becomes ±1.797e308, as MLflow). */
  readonly value: number;
  /** ms since epoch, ≥ 0. */
  readonly timestampMs: Int64;
  /** May be negative and out of order. */
  readonly step: Int64;
  readonly modelId?: ModelId;
  readonly datasetName?: string;
  readonly datasetDigest?: string;
}

export interface RunInfo {
  readonly runId: RunId;
  readonly runName: string;
  readonly experimentId: ExperimentId;
  readonly userId: string;
  readonly status: RunStatus;
  /** ms since epoch. */
  readonly startTimeMs?: Int64;
  /** ms since epoch. Not a sign of life: a resumed run keeps its old one while RUNNING. */
  readonly endTimeMs?: Int64;
  readonly artifactUri: string;
  readonly lifecycleStage: LifecycleStage;
}

export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema?: string;
  readonly profile?: string;
}

export interface DatasetInput {
  readonly dataset: Dataset;
  readonly tags: readonly KeyValue[];
}

export interface ModelInput {
  readonly modelId: ModelId;
}

export interface ModelOutput {
  readonly modelId: ModelId;
  readonly step: Int64;
}

export interface Run {
  readonly info: RunInfo;
  readonly data: {
    /** The latest point of each metric: greatest (step, timestamp, value). Sorted by key. */
    readonly metrics: readonly Metric[];
    readonly params: readonly KeyValue[];
    readonly tags: readonly KeyValue[];
  };
  readonly inputs: {
    readonly datasets: readonly DatasetInput[];
    readonly models: readonly ModelInput[];
  };
  readonly outputs: { readonly models: readonly ModelOutput[] };
}

export type LoggedModelStatus =
  'LOGGED_MODEL_PENDING' | 'LOGGED_MODEL_READY' | 'LOGGED_MODEL_UPLOAD_FAILED';

export interface LoggedModel {
  readonly modelId: ModelId;
  readonly experimentId: ExperimentId;
  readonly name: string;
  readonly creationTimestampMs: Int64;
  readonly lastUpdatedTimestampMs: Int64;
  readonly artifactUri: string;
  readonly status: LoggedModelStatus;
  readonly statusMessage?: string;
  readonly modelType?: string;
  readonly sourceRunId?: RunId;
  readonly tags: readonly KeyValue[];
  readonly params: readonly KeyValue[];
  readonly metrics: readonly (Metric & { readonly runId: RunId })[];
}

/**
 * A whole metric history in columns of equal length, ordered by (step, timestamp, value).
 * Steps and times beyond 2^53 are rounded here: this form is for drawing only.
 */
export interface MetricColumns {
  readonly steps: Float64Array;
  /** ms since epoch. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}
