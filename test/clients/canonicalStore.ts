import type { Int64 } from '../../src/base/int64';
import type {
  DatasetInput,
  Experiment,
  KeyValue,
  LoggedModel,
  Metric,
  Run,
} from '../../src/tracking/entities';
import type { TrackingStore } from '../../src/tracking/trackingStore';

/** [value as its bits, timestamp, step], each as text. */
export type CanonicalPoint = readonly [bits: string, timestampMs: string, step: string];

export interface CanonicalRun {
  readonly runId: string;
  readonly runName: string;
  readonly experimentId: string;
  readonly status: string;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly artifactUri: string;
  readonly lifecycleStage: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, CanonicalPoint>>;
  readonly histories: Readonly<Record<string, readonly CanonicalPoint[]>>;
  readonly datasets: readonly CanonicalDataset[];
  readonly modelInputs: readonly string[];
  readonly modelOutputs: readonly (readonly [modelId: string, step: string])[];
}

interface CanonicalDataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** A whole store as plain JSON, the same as `python/canonical.py` makes with MLflow's own client. */
export interface CanonicalStore {
  readonly experiments: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly runs: Readonly<Record<string, CanonicalRun>>;
  readonly models: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const EVERYTHING = 1000;

/** The IEEE 754 bits as hex; every NaN is the same. */
export function bitsOf(value: number): string {
  if (Number.isNaN(value)) {
    return 'nan';
  }
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value);
  return bytes.getBigUint64(0).toString(16).padStart(16, '0');
}

export async function canonicalStore(store: TrackingStore): Promise<CanonicalStore> {
  const { items: experiments } = await store.searchExperiments({
    viewType: 'ALL',
    maxResults: EVERYTHING,
  });
  const experimentIds = experiments.map(experiment => experiment.experimentId);
  const { items: found } = await store.searchRuns({
    experimentIds,
    viewType: 'ALL',
    maxResults: EVERYTHING,
  });
  const runs: CanonicalRun[] = [];
  for (const { info } of found) {
    runs.push(await canonicalRun(store, await store.getRun(info.runId)));
  }
  const { items: models } = await store.searchLoggedModels({
    experimentIds,
    maxResults: EVERYTHING,
  });
  return {
    experiments: byId(experiments.map(canonicalExperiment), 'experimentId'),
    runs: byId(runs, 'runId'),
    models: byId(models.map(canonicalModel), 'modelId'),
  };
}

function canonicalExperiment(experiment: Experiment) {
  return {
    experimentId: experiment.experimentId,
    name: experiment.name,
    artifactLocation: experiment.artifactLocation,
    lifecycleStage: experiment.lifecycleStage,
    creationTime: text(experiment.creationTimeMs),
    lastUpdateTime: text(experiment.lastUpdateTimeMs),
    tags: record(experiment.tags),
  };
}

async function canonicalRun(store: TrackingStore, run: Run): Promise<CanonicalRun> {
  const { info, data, inputs, outputs } = run;
  const histories: Record<string, readonly CanonicalPoint[]> = {};
  for (const { key } of data.metrics) {
    const { items } = await store.getMetricHistory({ runId: info.runId, metricKey: key });
    histories[key] = items.map(canonicalPoint);
  }
  return {
    runId: info.runId,
    runName: info.runName,
    experimentId: info.experimentId,
    status: info.status,
    startTime: text(info.startTimeMs),
    endTime: text(info.endTimeMs),
    artifactUri: info.artifactUri,
    lifecycleStage: info.lifecycleStage,
    params: record(data.params),
    tags: record(data.tags),
    metrics: Object.fromEntries(data.metrics.map(metric => [metric.key, canonicalPoint(metric)])),
    histories,
    datasets: inputs.datasets
      .map(canonicalDataset)
      .sort((a, b) => compare([a.name, a.digest], [b.name, b.digest])),
    modelInputs: inputs.models.map(({ modelId }) => modelId).sort(),
    modelOutputs: outputs.models
      .map(({ modelId, step }) => [modelId, String(step)] as const)
      .sort(compare),
  };
}

function canonicalDataset({ dataset, tags }: DatasetInput): CanonicalDataset {
  return {
    name: dataset.name,
    digest: dataset.digest,
    sourceType: dataset.sourceType,
    source: dataset.source,
    schema: orNull(dataset.schema),
    profile: orNull(dataset.profile),
    tags: record(tags),
  };
}

function canonicalModel(model: LoggedModel) {
  return {
    modelId: model.modelId,
    experimentId: model.experimentId,
    name: model.name,
    artifactUri: model.artifactUri,
    status: model.status,
    modelType: orNull(model.modelType),
    sourceRunId: orNull(model.sourceRunId),
    creation: text(model.creationTimestampMs),
    lastUpdated: text(model.lastUpdatedTimestampMs),
    params: record(model.params),
    tags: record(model.tags),
    metrics: model.metrics
      .map(metric => [metric.key, ...canonicalPoint(metric), metric.runId] as const)
      .sort(compare),
  };
}

function canonicalPoint({ value, timestampMs, step }: Metric): CanonicalPoint {
  return [bitsOf(value), String(timestampMs), String(step)];
}

function text(value: Int64 | undefined): string | null {
  return value === undefined ? null : String(value);
}

/** MLflow has no difference between an empty and an absent one. */
function orNull(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}

function record(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

function byId<T, K extends keyof T>(items: readonly T[], id: K): Record<string, T> {
  return Object.fromEntries(items.map(item => [String(item[id]), item]));
}

/** Element by element, as Python compares lists. */
function compare(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [a.join('\0'), b.join('\0')];
  return left < right ? -1 : left > right ? 1 : 0;
}
