import { present } from '../base/present';
import type { Run, RunInfo, RunStatus } from '../tracking/entities';
import {
  decodeDatasetInput,
  decodeModelInput,
  decodeModelOutput,
  encodeDatasetInput,
  encodeModelInput,
  encodeModelOutput,
} from './datasetRecord';
import { decodeLifecycleStage, optionalInt64ToJson } from './experimentRecord';
import {
  missing,
  objects,
  optionalEnum,
  optionalInt64,
  optionalObject,
  optionalText,
} from './fieldReader';
import type { JsonObject, JsonRecord } from './jsonValue';
import { decodeKeyValues, encodeKeyValues, listOrNothing } from './keyValueRecord';
import { decodeAnsweredMetric, encodeMetric } from './metricRecord';

export const RUN_STATUS_NUMBERS: Readonly<Record<RunStatus, number>> = {
  RUNNING: 1,
  SCHEDULED: 2,
  FINISHED: 3,
  FAILED: 4,
  KILLED: 5,
};

/** `run_uuid` is the old name of `run_id`, which all official clients still send beside it. */
export function decodeRunId(record: JsonObject): string {
  const runId = optionalText(record, 'run_id') || optionalText(record, 'run_uuid');
  if (!runId) {
    throw missing('run_id');
  }
  return runId;
}

/** Clients before 2.0 read `run_uuid` only. */
export function encodeRunId(runId: string): JsonRecord {
  return { run_id: runId, run_uuid: runId };
}

export function encodeRunInfo(info: RunInfo): JsonRecord {
  return {
    run_uuid: info.runId,
    run_id: info.runId,
    run_name: info.runName,
    experiment_id: info.experimentId,
    user_id: info.userId,
    status: info.status,
    start_time: optionalInt64ToJson(info.startTimeMs),
    end_time: optionalInt64ToJson(info.endTimeMs),
    artifact_uri: info.artifactUri,
    lifecycle_stage: info.lifecycleStage,
  };
}

export function decodeRunInfo(record: JsonObject): RunInfo {
  return present({
    runId: decodeRunId(record),
    runName: optionalText(record, 'run_name') ?? '',
    experimentId: optionalText(record, 'experiment_id') ?? '',
    userId: optionalText(record, 'user_id') ?? '',
    status: optionalEnum(record, 'status', RUN_STATUS_NUMBERS) ?? 'RUNNING',
    startTimeMs: optionalInt64(record, 'start_time'),
    endTimeMs: optionalInt64(record, 'end_time'),
    artifactUri: optionalText(record, 'artifact_uri') ?? '',
    lifecycleStage: decodeLifecycleStage(record),
  });
}

export function encodeRun(run: Run): JsonRecord {
  return {
    info: encodeRunInfo(run.info),
    data: {
      metrics: listOrNothing(run.data.metrics, encodeMetric),
      params: encodeKeyValues(run.data.params),
      tags: encodeKeyValues(run.data.tags),
    },
    inputs: {
      dataset_inputs: listOrNothing(run.inputs.datasets, encodeDatasetInput),
      model_inputs: listOrNothing(run.inputs.models, encodeModelInput),
    },
    outputs: { model_outputs: listOrNothing(run.outputs.models, encodeModelOutput) },
  };
}

export function decodeRun(record: JsonObject): Run {
  const data = optionalObject(record, 'data') ?? {};
  const inputs = optionalObject(record, 'inputs') ?? {};
  const outputs = optionalObject(record, 'outputs') ?? {};
  const tags = decodeKeyValues(data, 'tags');
  return {
    info: withRunName(decodeRunInfo(optionalObject(record, 'info') ?? {}), tags),
    data: {
      metrics: sortedByKey(objects(data, 'metrics', decodeAnsweredMetric)),
      params: decodeKeyValues(data, 'params'),
      tags,
    },
    inputs: {
      datasets: objects(inputs, 'dataset_inputs', decodeDatasetInput),
      models: objects(inputs, 'model_inputs', decodeModelInput),
    },
    outputs: { models: objects(outputs, 'model_outputs', decodeModelOutput) },
  };
}

/** Before MLflow 1.30 the name was a tag only. */
function withRunName(info: RunInfo, tags: Run['data']['tags']): RunInfo {
  if (info.runName !== '') {
    return info;
  }
  const runName = tags.find(tag => tag.key === 'mlflow.runName')?.value ?? '';
  return { ...info, runName };
}

function sortedByKey<T extends { readonly key: string }>(items: T[]): T[] {
  return items.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
