import { parseRunFilter } from '../../tracking/search/parseFilter';
import type { ExperimentId, Run, RunId } from '../../tracking/entities';
import { HEARTBEAT_TAG } from '../../tracking/heartbeat';
import type { RunProjection } from '../../tracking/trackingStore';
import type { ListingQuery } from './runListing';
import type { SortOrder } from './viewState';

export const PARENT_TAG = 'mlflow.parentRunId';
/** The tags that a row of the tree needs. */
const ROW_TAGS = [PARENT_TAG, 'mlflow.runColor', 'mlflow.source.name', HEARTBEAT_TAG];

export interface RunQueryOptions {
  readonly experimentId: ExperimentId;
  /** The person's filter; empty for none. */
  readonly filter: string;
  readonly sort: SortOrder;
  readonly showDeleted: boolean;
  readonly mainMetric: string | undefined;
  /** Only children of this run. */
  readonly parentRunId?: RunId;
}

/** The search behind one list of runs in the tree. */
export function runQuery(options: RunQueryOptions): ListingQuery {
  const { sort } = options;
  const clauses = [
    bracketed(options.filter),
    options.parentRunId === undefined
      ? ''
      : `tags.\`${PARENT_TAG}\` = ${quoted(options.parentRunId)}`,
  ].filter(clause => clause !== '');
  return {
    request: {
      experimentIds: [options.experimentId],
      ...(clauses.length > 0 ? { filter: clauses.join(' AND ') } : {}),
      orderBy: orderBy(sort),
      viewType: options.showDeleted ? 'ALL' : 'ACTIVE_ONLY',
      projection: rowProjection(options.mainMetric, sort),
    },
    ...(sort.by === 'duration' ? { compare: byDuration(sort.ascending) } : {}),
  };
}

export function rowProjection(mainMetric: string | undefined, sort: SortOrder): RunProjection {
  const sortMetric = typeof sort.by === 'object' ? sort.by.metric : undefined;
  const metricKeys = [...new Set([mainMetric, sortMetric])].filter(key => key !== undefined);
  return { metricKeys, paramKeys: [], tagKeys: ROW_TAGS, inputs: false };
}

/** Finds exactly these runs, as far as they exist. */
export function idFilter(runIds: readonly RunId[]): string {
  return `attributes.run_id IN (${runIds.map(quoted).join(', ')})`;
}

function orderBy(sort: SortOrder): readonly string[] {
  if (sort.by === 'duration') {
    return ['attributes.start_time DESC'];
  }
  const key =
    typeof sort.by === 'object' ? `metrics.\`${sort.by.metric}\`` : `attributes.${sort.by}`;
  return [`${key} ${sort.ascending ? 'ASC' : 'DESC'}`];
}

/** Brackets only where they change the meaning: an MLflow server has none in its language. */
function bracketed(filter: string): string {
  const text = filter.trim();
  return text !== '' && parseRunFilter(text).kind === 'or' ? `(${text})` : text;
}

function quoted(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}

/** Runs without a duration come last in both directions, as MLflow does with missing values. */
function byDuration(ascending: boolean): (a: Run, b: Run) => number {
  const durationOf = ({ info }: Run): number | undefined => {
    const end = info.endTimeMs ?? (info.status === 'RUNNING' ? Date.now() : undefined);
    return end === undefined || info.startTimeMs === undefined
      ? undefined
      : Number(end) - Number(info.startTimeMs);
  };
  return (a, b) => {
    const [left, right] = [durationOf(a), durationOf(b)];
    if (left === undefined || right === undefined) {
      return (left === undefined ? 1 : 0) - (right === undefined ? 1 : 0);
    }
    return ascending ? left - right : right - left;
  };
}
