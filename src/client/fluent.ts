import type { Experiment, Metric, Run, RunId, RunStatus } from '../tracking/entities';
import { TrackingError } from '../tracking/trackingError';
import { ActiveRun, type Batch } from './activeRun';
import type { ClientOptions, ExperimentQuery, RunQuery, StartRunOptions } from './clientOptions';
import type { Point, PointOptions, Texts, TextValue } from './loggedValues';
import type { ArtifactInfo } from './runArtifacts';
import { TrackingClient } from './trackingClient';

// The package's public names; `npm run build` writes them and what they refer to into dist/client/index.d.mts.
export { ActiveRun, TrackingClient, TrackingError };
export type {
  ArtifactInfo,
  Batch,
  ClientOptions,
  Experiment,
  ExperimentQuery,
  Metric,
  Point,
  PointOptions,
  Run,
  RunQuery,
  RunStatus,
  StartRunOptions,
  Texts,
  TextValue,
};

let options: ClientOptions = {};
let opening: Promise<TrackingClient> | undefined;
let opened: TrackingClient | undefined;

/** The client behind the functions of this module, opened on first use. */
export async function defaultClient(): Promise<TrackingClient> {
  const mine = (opening ??= TrackingClient.open(options));
  try {
    const client = await mine;
    if (opening === mine) {
      opened = client;
    }
    return client;
  } catch (error) {
    if (opening === mine) {
      // What was wrong may be set right: the next call tries again.
      opening = undefined;
    }
    throw error;
  }
}

/** A client of its own, beside the one of this module. */
export function openClient(own: ClientOptions = {}): Promise<TrackingClient> {
  return TrackingClient.open(own);
}

/** From now on the functions of this module work there. Runs that are active stay where they were started. */
export function setTrackingUri(
  trackingUri: string,
  more: Omit<ClientOptions, 'trackingUri'> = {},
): void {
  options = { ...more, trackingUri };
  opening = undefined;
  opened = undefined;
}

/** Without credentials. */
export async function getTrackingUri(): Promise<string> {
  return (await defaultClient()).trackingUri;
}

/** New runs go to the experiment with this name, which is made when there is none. */
export async function setExperiment(name: string): Promise<Experiment> {
  return (await defaultClient()).setExperiment(name);
}

/** Starts a run, or resumes one. It is the active one until it ends. */
export async function startRun(run: StartRunOptions = {}): Promise<ActiveRun> {
  return (await defaultClient()).startRun(run);
}

/**
 * Runs `body` inside a run, which ends as FINISHED when it resolves and as FAILED when it throws. Rejects with what `body`
 * threw, or else with the reason for which something that it logged was not stored.
 */
export function withRun<T>(body: (run: ActiveRun) => T | Promise<T>): Promise<T>;
export function withRun<T>(
  run: StartRunOptions,
  body: (run: ActiveRun) => T | Promise<T>,
): Promise<T>;
export async function withRun<T>(
  ...args:
    | [body: (run: ActiveRun) => T | Promise<T>]
    | [run: StartRunOptions, body: (run: ActiveRun) => T | Promise<T>]
): Promise<T> {
  const [run, body] = args.length === 1 ? [{}, args[0]] : args;
  return (await defaultClient()).withRun(run, body);
}

/** The run to which the functions below log: what `startRun` or the surrounding `withRun` made last. */
export function activeRun(): ActiveRun | undefined {
  return opened?.activeRun;
}

/** Sends what waits and ends the active run; without one nothing happens. */
export async function endRun(status: RunStatus = 'FINISHED'): Promise<void> {
  await activeRun()?.end(status);
}

/** Sends what waits, of every open run. Rejects with the first reason for which something was not stored. */
export async function flush(): Promise<void> {
  await opened?.flush();
}

/**
 * Logs a point of a metric to the active run, in the background; without an active run one is started. The promise resolves
 * when there is room for more.
 */
export async function logMetric(key: string, value: number, point?: PointOptions): Promise<void> {
  await (await current()).logMetric(key, value, point);
}

/** Logs a point of several metrics at one step and time. */
export async function logMetrics(
  values: Readonly<Record<string, number>>,
  point?: PointOptions,
): Promise<void> {
  await (await current()).logMetrics(values, point);
}

/** Rejects with INVALID_PARAMETER_VALUE when the run has the param with another value. */
export async function logParam(key: string, value: TextValue): Promise<void> {
  await (await current()).logParam(key, value);
}

export async function logParams(params: Texts): Promise<void> {
  await (await current()).logParams(params);
}

export async function setTag(key: string, value: TextValue): Promise<void> {
  await (await current()).setTag(key, value);
}

export async function setTags(tags: Texts): Promise<void> {
  await (await current()).setTags(tags);
}

/** Stores everything given before it resolves, in as few requests as MLflow's limits allow. */
export async function logBatch(batch: Batch): Promise<void> {
  await (await current()).logBatch(batch);
}

/**
 * Stores a file, or a folder with everything in it, among the artifacts of the active run.
 * @param folder of the artifacts in which it is put; default: their root
 */
export async function logArtifact(localPath: string, folder?: string): Promise<void> {
  await (await current()).logArtifact(localPath, folder);
}

/** Stores a text as the artifact with this path. */
export async function logText(text: string, artifactPath: string): Promise<void> {
  await (await current()).logText(text, artifactPath);
}

export async function getRun(runId: RunId): Promise<Run> {
  return (await defaultClient()).getRun(runId);
}

/** Runs page by page, as the iteration comes to them; runs logged meanwhile neither repeat nor hide others. */
export async function* searchRuns(query?: RunQuery): AsyncGenerator<Run, void, undefined> {
  yield* (await defaultClient()).searchRuns(query);
}

/** Every point of a metric, in the server's order. */
export async function getMetricHistory(
  runId: RunId,
  metricKey: string,
): Promise<readonly Metric[]> {
  return (await defaultClient()).getMetricHistory(runId, metricKey);
}

export async function deleteRun(runId: RunId): Promise<void> {
  await (await defaultClient()).deleteRun(runId);
}

export async function restoreRun(runId: RunId): Promise<void> {
  await (await defaultClient()).restoreRun(runId);
}

/** @returns its id. Rejects with RESOURCE_ALREADY_EXISTS when the name is taken. */
export async function createExperiment(
  ...args: Parameters<TrackingClient['createExperiment']>
): Promise<string> {
  return (await defaultClient()).createExperiment(...args);
}

export async function getExperiment(experimentId: string): Promise<Experiment> {
  return (await defaultClient()).getExperiment(experimentId);
}

/** @returns undefined when there is none */
export async function getExperimentByName(name: string): Promise<Experiment | undefined> {
  return (await defaultClient()).getExperimentByName(name);
}

export async function* searchExperiments(
  query?: ExperimentQuery,
): AsyncGenerator<Experiment, void, undefined> {
  yield* (await defaultClient()).searchExperiments(query);
}

async function current(): Promise<ActiveRun> {
  return (await defaultClient()).activeOrNewRun();
}
