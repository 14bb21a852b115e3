import { present } from '../base/present';
import type { LoggedModel, LoggedModelStatus } from '../tracking/entities';
import { optionalInt64ToJson } from './experimentRecord';
import {
  objects,
  optionalEnum,
  optionalInt64,
  optionalObject,
  optionalText,
  requiredText,
} from './fieldReader';
import type { JsonObject, JsonRecord } from './jsonValue';
import { decodeKeyValues, encodeKeyValues, listOrNothing } from './keyValueRecord';
import { decodeAnsweredMetric, encodeMetric } from './metricRecord';

export const LOGGED_MODEL_STATUS_NUMBERS: Readonly<Record<LoggedModelStatus, number>> = {
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
};

export function encodeLoggedModel(model: LoggedModel): JsonRecord {
  return {
    info: {
      model_id: model.modelId,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: optionalInt64ToJson(model.creationTimestampMs),
      last_updated_timestamp_ms: optionalInt64ToJson(model.lastUpdatedTimestampMs),
      artifact_uri: model.artifactUri,
      status: model.status,
      status_message: model.statusMessage,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      tags: encodeKeyValues(model.tags),
    },
    data: {
      params: encodeKeyValues(model.params),
      metrics: listOrNothing(model.metrics, metric => ({
        ...encodeMetric(metric),
        run_id: metric.runId,
      })),
    },
  };
}

export function decodeLoggedModel(record: JsonObject): LoggedModel {
  const info = optionalObject(record, 'info') ?? {};
  const data = optionalObject(record, 'data') ?? {};
  return present({
    modelId: requiredText(info, 'model_id'),
    experimentId: optionalText(info, 'experiment_id') ?? '',
    name: optionalText(info, 'name') ?? '',
    creationTimestampMs: optionalInt64(info, 'creation_timestamp_ms') ?? 0,
    lastUpdatedTimestampMs: optionalInt64(info, 'last_updated_timestamp_ms') ?? 0,
    artifactUri: optionalText(info, 'artifact_uri') ?? '',
    status: optionalEnum(info, 'status', LOGGED_MODEL_STATUS_NUMBERS) ?? 'LOGGED_MODEL_PENDING',
    statusMessage: optionalText(info, 'status_message'),
    modelType: optionalText(info, 'model_type'),
    sourceRunId: optionalText(info, 'source_run_id'),
    tags: decodeKeyValues(info, 'tags'),
    params: decodeKeyValues(data, 'params'),
    metrics: objects(data, 'metrics', (item, place) => ({
      ...decodeAnsweredMetric(item, place),
      runId: optionalText(item, 'run_id', place) ?? '',
    })),
  });
}
