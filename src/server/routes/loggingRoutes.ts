import type { RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { TrackingStore } from '../../tracking/trackingStore';
import * as logging from '../../wire/endpoints/loggingEndpoints';
import { isObject } from '../../wire/fieldReader';
import { readJson } from '../../wire/json';
import type { JsonValue } from '../../wire/jsonValue';
import type { ColumnsCache } from '../sampling/columnsCache';
import type { Router } from '../router';

const MODEL_HISTORY_TAG = 'mlflow.log-model.history';
const MODEL_MEMBERS = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'];

export function mountLoggingRoutes(
  router: Router,
  store: TrackingStore,
  columns: ColumnsCache,
): void {
  router.mount(logging.LOG_METRIC, async ({ runId, metric }) => {
    await store.logMetric(runId, metric);
    columns.invalidate(runId);
  });
  router.mount(logging.LOG_BATCH, async ({ runId, batch }) => {
    await store.logBatch(runId, batch);
    columns.invalidate(runId);
  });
  router.mount(logging.LOG_PARAM, ({ runId, param }) => store.logParam(runId, param));
  router.mount(logging.SET_TAG, ({ runId, tag }) => store.setTag(runId, tag));
  router.mount(logging.DELETE_TAG, ({ runId, key }) => store.deleteTag(runId, key));
  router.mount(logging.LOG_INPUTS, ({ runId, ...inputs }) => store.logInputs(runId, inputs));
  router.mount(logging.LOG_OUTPUTS, ({ runId, models }) => store.logOutputs(runId, models));
  router.mount(logging.GET_METRIC_HISTORY, (request, options) =>
    store.getMetricHistory(request, options),
  );
  const history = new ModelHistory(store);
  router.mount(logging.LOG_MODEL, ({ runId, modelJson }) => history.append(runId, modelJson));
}

/** The tag in which MLflow up to 2.x keeps a JSON list of a run's models; one append at a time, so that none is lost. */
class ModelHistory {
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly store: TrackingStore) {}

  append(runId: RunId, modelJson: string): Promise<void> {
    const model = checkedModel(modelJson);
    const appended = this.last.then(() => this.write(runId, model));
    this.last = appended.catch(() => undefined);
    return appended;
  }

  private async write(runId: RunId, model: string): Promise<void> {
    const { data } = await this.store.getRun(runId);
    const before = data.tags.find(tag => tag.key === MODEL_HISTORY_TAG)?.value.trim() ?? '[]';
    const items = before.replace(/^\[|\]$/g, '').trim();
    const value = items === '' ? `[${model}]` : `[${items}, ${model}]`;
    await this.store.setTag(runId, { key: MODEL_HISTORY_TAG, value });
  }
}

/** @returns the model's JSON text. Throws INVALID_PARAMETER_VALUE. */
function checkedModel(modelJson: string): string {
  const model = parseModel(modelJson);
  const missing = MODEL_MEMBERS.filter(name => !isObject(model) || model[name] === undefined);
  if (missing.length > 0) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `Model json is missing mandatory fields: ${missing.join(', ')}`,
    );
  }
  return modelJson.trim();
}

function parseModel(text: string): JsonValue {
  try {
    return readJson(text, value => value);
  } catch (error) {
    throw new TrackingError('INVALID_PARAMETER_VALUE', 'Malformed model info: it is no JSON.', {
      cause: error,
    });
  }
}
