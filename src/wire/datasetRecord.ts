import { present } from '../base/present';
import type { Dataset, DatasetInput, ModelInput, ModelOutput } from '../tracking/entities';
import type { DatasetSummary } from '../tracking/trackingStore';
import {
  optionalInt64,
  optionalText,
  presentText,
  requiredObject,
  requiredText,
  type Place,
} from './fieldReader';
import { int64ToJson } from './json';
import type { JsonObject, JsonRecord } from './jsonValue';
import { decodeKeyValues, encodeKeyValues } from './keyValueRecord';

export function decodeDatasetInput(record: JsonObject, place?: Place): DatasetInput {
  return {
    dataset: decodeDataset(requiredObject(record, 'dataset', place)),
    tags: decodeKeyValues(record, 'tags'),
  };
}

function decodeDataset(record: JsonObject): Dataset {
  return present({
    name: requiredText(record, 'name'),
    digest: requiredText(record, 'digest'),
    sourceType: requiredText(record, 'source_type'),
    source: presentText(record, 'source'),
    schema: optionalText(record, 'schema'),
    profile: optionalText(record, 'profile'),
  });
}

export function encodeDatasetInput({ dataset, tags }: DatasetInput): JsonRecord {
  return {
    tags: encodeKeyValues(tags),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      schema: dataset.schema,
      profile: dataset.profile,
    },
  };
}

export function decodeModelInput(record: JsonObject, place?: Place): ModelInput {
  return { modelId: requiredText(record, 'model_id', place) };
}

export function encodeModelInput({ modelId }: ModelInput): JsonRecord {
  return { model_id: modelId };
}

export function decodeModelOutput(record: JsonObject, place?: Place): ModelOutput {
  return {
    modelId: requiredText(record, 'model_id', place),
    step: optionalInt64(record, 'step', place) ?? 0,
  };
}

export function encodeModelOutput({ modelId, step }: ModelOutput): JsonRecord {
  return { model_id: modelId, step: int64ToJson(step) };
}

export function decodeDatasetSummary(record: JsonObject, place?: Place): DatasetSummary {
  return present({
    experimentId: requiredText(record, 'experiment_id', place),
    name: requiredText(record, 'name', place),
    digest: requiredText(record, 'digest', place),
    context: optionalText(record, 'context', place),
  });
}

export function encodeDatasetSummary(summary: DatasetSummary): JsonRecord {
  return {
    experiment_id: summary.experimentId,
    name: summary.name,
    digest: summary.digest,
    context: summary.context,
  };
}
