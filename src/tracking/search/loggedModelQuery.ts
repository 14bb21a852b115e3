import { compareInt64 } from '../../base/int64';
import type { LoggedModel, LoggedModelStatus, Metric } from '../entities';
import type { Page, SearchLoggedModelsRequest } from '../trackingStore';
import type { Field } from './ast';
import { firstOf } from './ordering';
import { PageCollector } from './pageCollector';
import {
  parseLoggedModelSearch,
  STATUS_WORDS,
  type DatasetChoice,
  type LoggedModelSearch,
} from './parseLoggedModelSearch';
import type { LoggedModelOrderClause } from './parseOrderBy';
import { compileFilter, type Predicate } from './predicate';
import type { FieldValue } from './values';

const STATUSES = Object.keys(STATUS_WORDS) as readonly LoggedModelStatus[];

/**
 * One search of logged models by MLflow's rules: offer it every model of the asked experiments, then take the page.
 * Throws INVALID_PARAMETER_VALUE for a wrong request.
 */
export class LoggedModelQuery {
  private readonly search: LoggedModelSearch;
  private readonly matches: Predicate;
  private readonly found: PageCollector<LoggedModel>;

  constructor(request: SearchLoggedModelsRequest) {
    this.search = parseLoggedModelSearch(request);
    const { filter, orderBy, maxResults, paging } = this.search;
    this.matches = compileFilter(filter);
    this.found = new PageCollector(orderBy, maxResults, paging);
  }

  offer(model: LoggedModel): void {
    const { datasets, needsMetricOnDatasets, orderBy } = this.search;
    const metrics = metricsOn(model, datasets);
    const isOnDataset = !needsMetricOnDatasets || metrics.length > 0;
    if (isOnDataset && this.matches(field => readField(model, field, metrics))) {
      const sortKey = orderBy.map(clause => firstOf(readForOrder(model, clause, metrics)));
      this.found.offer(model, sortKey);
    }
  }

  page(): Page<LoggedModel> {
    return this.found.page();
  }
}

function metricsOn(model: LoggedModel, datasets: readonly DatasetChoice[]): readonly Metric[] {
  return datasets.length === 0
    ? model.metrics
    : model.metrics.filter(metric => datasets.some(dataset => isOn(metric, dataset)));
}

function isOn(metric: Metric, { datasetName, datasetDigest }: DatasetChoice): boolean {
  return (
    (datasetName === undefined || metric.datasetName === datasetName) &&
    (datasetDigest === undefined || metric.datasetDigest === datasetDigest)
  );
}

function readForOrder(
  model: LoggedModel,
  clause: LoggedModelOrderClause,
  metrics: readonly Metric[],
): FieldValue {
  const { field } = clause;
  if (field.entity === 'attribute' && field.key === 'status') {
    return STATUSES.indexOf(model.status);
  }
  const onDataset = metrics.filter(metric => isOn(metric, clause));
  return readField(model, field, onDataset);
}

function readField(
  model: LoggedModel,
  { entity, key }: Field,
  metrics: readonly Metric[],
): FieldValue {
  switch (entity) {
    case 'metric':
      return newestOf(metrics.filter(metric => metric.key === key))?.value;
    case 'param':
      return model.params.find(param => param.key === key)?.value;
    case 'tag':
      return model.tags.find(tag => tag.key === key)?.value;
    default:
      return readAttribute(model, key);
  }
}

function newestOf(metrics: readonly Metric[]): Metric | undefined {
  const [newest] = metrics.toSorted(
    (a, b) =>
      compareInt64(b.step, a.step) ||
      compareInt64(b.timestampMs, a.timestampMs) ||
      b.value - a.value,
  );
  return newest;
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
