import type { LoggedModel, LoggedModelStatus, Metric } from '../../tracking/entities';
import { decodePageToken, encodePageToken } from '../../tracking/pageToken';
import type { Field } from '../../tracking/search/ast';
import {
  compileOrder,
  completeLoggedModelOrder,
  fieldsOf,
  type SortKey,
} from '../../tracking/search/ordering';
import { parseLoggedModelFilter } from '../../tracking/search/parseFilter';
import {
  parseLoggedModelOrderBy,
  type LoggedModelOrderClause,
} from '../../tracking/search/parseOrderBy';
import { compileFilter } from '../../tracking/search/predicate';
import type { FieldValue } from '../../tracking/search/values';
import { TrackingError } from '../../tracking/trackingError';
import type { Page, SearchLoggedModelsRequest } from '../../tracking/trackingStore';
import { validateMaxResults } from '../../tracking/validation';
import type { ExperimentFiles } from './experimentFiles';
import type { ModelFiles } from './modelFiles';
import { Turns } from './turns';

const DEFAULT_MAX_RESULTS = 100;

/** What a filter calls the statuses, as in MLflow's own client. */
const STATUS_WORDS: Readonly<Record<LoggedModelStatus, string>> = {
  LOGGED_MODEL_PENDING: 'PENDING',
  LOGGED_MODEL_READY: 'READY',
  LOGGED_MODEL_UPLOAD_FAILED: 'FAILED',
};

type DatasetChoice = NonNullable<SearchLoggedModelsRequest['datasets']>[number];

/** Searches logged models by MLflow's rules. */
export class ModelSearch {
  constructor(
    private readonly experiments: ExperimentFiles,
    private readonly models: ModelFiles,
  ) {}

  async search(
    request: SearchLoggedModelsRequest,
    signal: AbortSignal | undefined,
  ): Promise<Page<LoggedModel>> {
    const maxResults = request.maxResults ?? DEFAULT_MAX_RESULTS;
    validateMaxResults(maxResults);
    const offset = decodePageToken(request.pageToken);
    const datasets = request.datasets ?? [];
    if (datasets.some(({ datasetName }) => datasetName === '')) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        '`dataset_name` in the `datasets` clause must be specified.',
      );
    }
    const filter = parseLoggedModelFilter(request.filter);
    const matches = compileFilter(filter);
    const hasMetrics = fieldsOf(filter).some(({ entity }) => entity === 'metric');
    const orderBy = completeLoggedModelOrder(parseLoggedModelOrderBy(request.orderBy));
    const turns = new Turns(signal);
    const found: { readonly model: LoggedModel; readonly sortKey: SortKey }[] = [];
    for (const experimentId of new Set(request.experimentIds)) {
      const experimentFolder = this.experiments.findFolder(experimentId);
      const folders = experimentFolder ? this.models.listFolders(experimentFolder) : [];
      for (const folder of folders) {
        await turns.next();
        const model = this.models.read(folder);
        // Datasets limit the metrics that a filter sees; without such a filter they ask for any metric on them.
        const isAsked =
          model &&
          (datasets.length === 0 || hasMetrics || metricsOn(model, datasets).length > 0) &&
          matches(field => readField(model, field, metricsOn(model, datasets)));
        if (isAsked) {
          found.push({ model, sortKey: orderBy.map(clause => readForOrder(model, clause)) });
        }
      }
    }
    const compare = compileOrder(orderBy);
    found.sort((a, b) => compare(a.sortKey, b.sortKey));
    const items = found.slice(offset, offset + maxResults).map(({ model }) => model);
    return offset + maxResults < found.length
      ? { items, nextPageToken: encodePageToken(offset + maxResults) }
      : { items };
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
