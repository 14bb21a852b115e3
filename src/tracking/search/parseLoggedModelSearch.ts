import type { LoggedModelStatus } from '../entities';
import type { Paging } from '../pageToken';
import { TrackingError } from '../trackingError';
import type { SearchLoggedModelsRequest } from '../trackingStore';
import { validateMaxResults } from '../validation';
import type { Filter } from './ast';
import { loggedModelPaging } from './loggedModelPageToken';
import { completeLoggedModelOrder, fieldsOf } from './ordering';
import { parseLoggedModelFilter } from './parseFilter';
import { parseLoggedModelOrderBy, type LoggedModelOrderClause } from './parseOrderBy';

const DEFAULT_MAX_RESULTS = 100;

/** What a filter calls the statuses, as in MLflow's own client, in the order in which MLflow sorts them. */
export const STATUS_WORDS: Readonly<Record<LoggedModelStatus, string>> = {
  LOGGED_MODEL_PENDING: 'PENDING',
  LOGGED_MODEL_READY: 'READY',
  LOGGED_MODEL_UPLOAD_FAILED: 'FAILED',
};

/** A dataset that a metric was measured on; any digest, or any dataset, where a part is absent. */
export interface DatasetChoice {
  readonly datasetName?: string;
  readonly datasetDigest?: string;
}

/**
 * A search of logged models that was checked. What MLflow 3.18 holds a metric of a model to be, its filter and its order
 * alike: the newest point by step, timestamp and value, of those on `datasets`.
 */
export interface LoggedModelSearch {
  readonly maxResults: number;
  readonly paging: Paging;
  readonly filter: Filter;
  readonly orderBy: readonly LoggedModelOrderClause[];
  /** Limit the metrics that count. Empty for all of them. */
  readonly datasets: readonly DatasetChoice[];
  /** Without a condition on a metric, datasets ask for models with any metric on them. */
  readonly needsMetricOnDatasets: boolean;
}

/** Throws INVALID_PARAMETER_VALUE for a wrong request. */
export function parseLoggedModelSearch(request: SearchLoggedModelsRequest): LoggedModelSearch {
  const maxResults = request.maxResults ?? DEFAULT_MAX_RESULTS;
  validateMaxResults(maxResults);
  const paging = loggedModelPaging(request);
  const datasets = request.datasets ?? [];
  if (datasets.some(({ datasetName }) => datasetName === '')) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      '`dataset_name` in the `datasets` clause must be specified.',
    );
  }
  const filter = parseLoggedModelFilter(request.filter);
  const hasMetrics = fieldsOf(filter).some(({ entity }) => entity === 'metric');
  return {
    maxResults,
    paging,
    filter,
    orderBy: completeLoggedModelOrder(withoutRepeats(parseLoggedModelOrderBy(request.orderBy))),
    datasets,
    needsMetricOnDatasets: datasets.length > 0 && !hasMetrics,
  };
}

/** What was ordered by before cannot change the order, and SQL Server refuses it. */
function withoutRepeats(
  orderBy: readonly LoggedModelOrderClause[],
): readonly LoggedModelOrderClause[] {
  const meaningOf = ({ field, datasetName, datasetDigest }: LoggedModelOrderClause): string =>
    JSON.stringify([field.entity, field.key, datasetName, datasetDigest]);
  const meanings = orderBy.map(meaningOf);
  return orderBy.filter((_, index) => meanings.indexOf(meanings[index] ?? '') === index);
}
