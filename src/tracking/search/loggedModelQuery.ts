import type { LoggedModel, LoggedModelStatus, Metric } from '../entities';
import { decodePageToken, encodePageToken } from '../pageToken';
import { TrackingError } from '../trackingError';
import type { Page, SearchLoggedModelsRequest } from '../trackingStore';
import { validateMaxResults } from '../validation';
import type { Field } from './ast';
import { compileOrder, completeLoggedModelOrder, fieldsOf, type SortKey } from './ordering';
import { parseLoggedModelFilter } from './parseFilter';
import { parseLoggedModelOrderBy, type LoggedModelOrderClause } from './parseOrderBy';
import { compileFilter, type Predicate } from './predicate';
import type { FieldValue } from './values';

const DEFAULT_MAX_RESULTS = 100;

/** What a filter calls the statuses, as in MLflow's own client. */
const STATUS_WORDS: Readonly<Record<LoggedModelStatus, string>> = {
  LOGGED_MODEL_PENDING: 'PENDING',
  LOGGED_MODEL_READY: 'READY',
  LOGGED_MODEL_UPLOAD_FAILED: 'FAILED',
};

type DatasetChoice = NonNullable<SearchLoggedModelsRequest['datasets']>[number];

/**
 * One search of logged models by MLflow's rules: offer it every model of the asked experiments, then take the page.
 * Throws INVALID_PARAMETER_VALUE for a wrong request.
 */
export class LoggedModelQuery {
  private readonly maxResults: number;
  private readonly offset: number;
  private readonly datasets: readonly DatasetChoice[];
  private readonly matches: Predicate;
  private readonly hasMetrics: boolean;
  private readonly orderBy: readonly LoggedModelOrderClause[];
  private readonly found: { readonly model: LoggedModel; readonly sortKey: SortKey }[] = [];

  constructor(request: SearchLoggedModelsRequest) {
    this.maxResults = request.maxResults ?? DEFAULT_MAX_RESULTS;
    validateMaxResults(this.maxResults);
    this.offset = decodePageToken(request.pageToken);
    this.datasets = request.datasets ?? [];
    if (this.datasets.some(({ datasetName }) => datasetName === '')) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        '`dataset_name` in the `datasets` clause must be specified.',
      );
    }
    const filter = parseLoggedModelFilter(request.filter);
    this.matches = compileFilter(filter);
    this.hasMetrics = fieldsOf(filter).some(({ entity }) => entity === 'metric');
    this.orderBy = completeLoggedModelOrder(parseLoggedModelOrderBy(request.orderBy));
  }

  offer(model: LoggedModel): void {
    const metrics = metricsOn(model, this.datasets);
    // Datasets limit the metrics that a filter sees; without such a filter they ask for any metric on them.
    const isOnDataset = this.datasets.length === 0 || this.hasMetrics || metrics.length > 0;
    if (isOnDataset && this.matches(field => readField(model, field, metrics))) {
      const sortKey = this.orderBy.map(clause => readForOrder(model, clause));
      this.found.push({ model, sortKey });
    }
  }

  page(): Page<LoggedModel> {
    const compare = compileOrder(this.orderBy);
    const end = this.offset + this.maxResults;
    const items = this.found
      .sort((a, b) => compare(a.sortKey, b.sortKey))
      .slice(this.offset, end)
      .map(({ model }) => model);
    return end < this.found.length ? { items, nextPageToken: encodePageToken(end) } : { items };
  }
}

function metricsOn(model: LoggedModel, datasets: readonly DatasetChoice[]): readonly Metric[] {
  return datasets.length === 0
    ? model.metrics
    : model.metrics.filter(metric => datasets.some(dataset => isOn(metric, dataset)));
}

function isOn(metric: Metric, dataset: Partial<DatasetChoice>): boolean {
  return (
    (dataset.datasetName === undefined || metric.datasetName === dataset.datasetName) &&
    (dataset.datasetDigest === undefined || metric.datasetDigest === dataset.datasetDigest)
  );
}

function readForOrder(model: LoggedModel, clause: LoggedModelOrderClause): FieldValue {
  const onDataset = model.metrics.filter(metric => isOn(metric, clause));
  // Of several datasets the newest point counts, as in MLflow.
  const newestFirst = onDataset.toSorted((a, b) => Number(b.timestampMs) - Number(a.timestampMs));
  const value = readField(model, clause.field, newestFirst);
  return Array.isArray(value) ? (value as readonly number[])[0] : value;
}

function readField(
  model: LoggedModel,
  { entity, key }: Field,
  metrics: readonly Metric[],
): FieldValue {
  switch (entity) {
    case 'metric':
      return metrics.filter(metric => metric.key === key).map(({ value }) => value);
    case 'param':
      return model.params.find(param => param.key === key)?.value;
    case 'tag':
      return model.tags.find(tag => tag.key === key)?.value;
    default:
      return readAttribute(model, key);
  }
}

function readAttribute(model: LoggedModel, key: string): FieldValue {
  switch (key) {
    case 'name':
      return model.name;
    case 'model_id':
      return model.modelId;
    case 'model_type':
      return model.modelType;
    case 'status':
      return STATUS_WORDS[model.status];
    case 'source_run_id':
      return model.sourceRunId;
    case 'creation_timestamp':
      return model.creationTimestampMs;
    default:
      return model.lastUpdatedTimestampMs;
  }
}
