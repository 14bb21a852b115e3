import type { ExperimentId, Run } from '../tracking/entities';
import { TrackingError } from '../tracking/trackingError';
import type { TrackingStore } from '../tracking/trackingStore';
import { signOfLife } from './staleRun';

const PAGE = 1000;

export interface LeftRun {
  readonly run: Run;
  /** `stale`: its wrapper is dead. `silent`: another tool's, without any sign of life for the time that was asked for. */
  readonly reason: 'stale' | 'silent';
  /** ms since epoch of the last sign of life. */
  readonly lastSignMs: number;
}

export interface LeftRunsRequest {
  /** Absent: all active experiments. */
  readonly experimentIds?: readonly ExperimentId[];
  /** ms of silence after which a run that gives no sign of life counts as left; absent: such runs are passed over. */
  readonly silenceMs?: number;
}

/** Finds the runs that say RUNNING though nothing will end them. */
export async function findLeftRuns(
  store: TrackingStore,
  { experimentIds, silenceMs }: LeftRunsRequest,
): Promise<readonly LeftRun[]> {
  const left: LeftRun[] = [];
  for await (const run of runningRuns(store, experimentIds ?? (await allExperiments(store)))) {
    const { kind } = signOfLife(run);
    if (kind === 'stale') {
      left.push(leftRun(run, 'stale'));
    } else if (
      kind === 'unknown' &&
      silenceMs !== undefined &&
      Date.now() - lastSignOf(run) > silenceMs
    ) {
      left.push(leftRun(run, 'silent'));
    }
  }
  return left;
}

export function leftRun(run: Run, reason: LeftRun['reason']): LeftRun {
  return { run, reason, lastSignMs: lastSignOf(run) };
}

/**
 * Ends a run that was left, as KILLED at its last sign of life.
 * @returns false when it has come to an end, or to life, since it was found
 */
export async function closeLeftRun(store: TrackingStore, left: LeftRun): Promise<boolean> {
  const run = await store.getRun(left.run.info.runId);
  const isLeft = run.info.status === 'RUNNING' && lastSignOf(run) <= left.lastSignMs;
  if (isLeft) {
    await store.updateRun(run.info.runId, { status: 'KILLED', endTimeMs: left.lastSignMs });
  }
  return isLeft;
}

/** ms since epoch: the heartbeat, the newest metric, or the start. */
function lastSignOf(run: Run): number {
  const sign = signOfLife(run);
  return Math.max(
    Number(run.info.startTimeMs ?? 0),
    sign.kind === 'unknown' ? 0 : sign.heartbeat.atMs,
    ...run.data.metrics.map(({ timestampMs }) => Number(timestampMs)),
  );
}

async function allExperiments(store: TrackingStore): Promise<readonly ExperimentId[]> {
  const ids: ExperimentId[] = [];
  let pageToken: string | undefined;
  do {
    const page = await store.searchExperiments({
      maxResults: PAGE,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    ids.push(...page.items.map(({ experimentId }) => experimentId));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return ids;
}

async function* runningRuns(
  store: TrackingStore,
  experimentIds: readonly ExperimentId[],
): AsyncGenerator<Run> {
  let pageToken: string | undefined;
  do {
    const page = await store.searchRuns({
      experimentIds,
      filter: "attributes.status = 'RUNNING'",
      maxResults: PAGE,
      projection: { paramKeys: [], inputs: false },
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    yield* page.items;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

/** @returns the id of an experiment that was named. Throws RESOURCE_DOES_NOT_EXIST with the way out. */
export async function experimentNamed(store: TrackingStore, name: string): Promise<ExperimentId> {
  try {
    return (await store.getExperimentByName(name)).experimentId;
  } catch (error) {
    if (TrackingError.is(error, 'RESOURCE_DOES_NOT_EXIST')) {
      throw new TrackingError(
        'RESOURCE_DOES_NOT_EXIST',
        `There is no experiment ${name} in this store.`,
        { cause: error },
      );
    }
    throw error;
  }
}
