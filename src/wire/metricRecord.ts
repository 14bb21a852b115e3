import { present } from '../base/present';
import type { Metric } from '../tracking/entities';
import {
  optionalInt64,
  optionalText,
  requiredDouble,
  requiredInt64,
  requiredText,
  type Place,
} from './fieldReader';
import { doubleToJson, int64ToJson } from './json';
import type { JsonObject, JsonRecord } from './jsonValue';

/** Hot: runs a thousand times for one log-batch. */
export function decodeMetric(record: JsonObject, place?: Place): Metric {
  const metric = {
    key: requiredText(record, 'key', place),
    value: requiredDouble(record, 'value', place),
    timestampMs: requiredInt64(record, 'timestamp', place),
    step: optionalInt64(record, 'step', place) ?? 0,
  };
  const modelId = optionalText(record, 'model_id', place);
  const datasetName = optionalText(record, 'dataset_name', place);
  const datasetDigest = optionalText(record, 'dataset_digest', place);
  if (!modelId && !datasetName && !datasetDigest) {
    return metric;
  }
  return { ...metric, ...present({ modelId, datasetName, datasetDigest }) };
}

/** Reads what a server answered: old ones leave out a zero value or timestamp. */
export function decodeAnsweredMetric(record: JsonObject, place?: Place): Metric {
  return decodeMetric(
    { ...record, value: record.value ?? 0, timestamp: record.timestamp ?? 0 },
    place,
  );
}

export function encodeMetric(metric: Metric): JsonRecord {
  return {
    key: metric.key,
    value: doubleToJson(metric.value),
    timestamp: int64ToJson(metric.timestampMs),
    step: int64ToJson(metric.step),
    model_id: metric.modelId,
    dataset_name: metric.datasetName,
    dataset_digest: metric.datasetDigest,
  };
}
