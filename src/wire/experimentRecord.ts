import { present } from '../base/present';
import type { Experiment, LifecycleStage } from '../tracking/entities';
import { optionalInt64, optionalText, requiredText } from './fieldReader';
import { int64ToJson } from './json';
import type { JsonObject, JsonRecord } from './jsonValue';
import { decodeKeyValues, encodeKeyValues } from './keyValueRecord';

export function encodeExperiment(experiment: Experiment): JsonRecord {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    last_update_time: optionalInt64ToJson(experiment.lastUpdateTimeMs),
    creation_time: optionalInt64ToJson(experiment.creationTimeMs),
    tags: encodeKeyValues(experiment.tags),
  };
}

export function decodeExperiment(record: JsonObject): Experiment {
  return present({
    experimentId: requiredText(record, 'experiment_id'),
    name: optionalText(record, 'name') ?? '',
    artifactLocation: optionalText(record, 'artifact_location') ?? '',
    lifecycleStage: decodeLifecycleStage(record),
    creationTimeMs: optionalInt64(record, 'creation_time'),
    lastUpdateTimeMs: optionalInt64(record, 'last_update_time'),
    tags: decodeKeyValues(record, 'tags'),
  });
}

/** Servers older than MLflow 0.6 have no lifecycle: everything is active. */
export function decodeLifecycleStage(record: JsonObject): LifecycleStage {
  return optionalText(record, 'lifecycle_stage') === 'deleted' ? 'deleted' : 'active';
}

export function optionalInt64ToJson(
  value: Experiment['creationTimeMs'],
): number | object | undefined {
  return value === undefined ? undefined : int64ToJson(value);
}
