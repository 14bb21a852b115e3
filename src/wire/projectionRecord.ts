import { present } from '../base/present';
import type { Run } from '../tracking/entities';
import type { RunProjection } from '../tracking/trackingStore';
import { optionalBoolean, optionalTexts } from './fieldReader';
import type { JsonObject, JsonRecord } from './jsonValue';

/** Our own addition to `runs/search`; MLflow's servers ignore it. */
export function encodeProjection(projection: RunProjection): JsonRecord {
  return {
    metric_keys: projection.metricKeys,
    param_keys: projection.paramKeys,
    tag_keys: projection.tagKeys,
    inputs: projection.inputs,
  };
}

export function decodeProjection(record: JsonObject): RunProjection {
  return present({
    metricKeys: optionalTexts(record, 'metric_keys'),
    paramKeys: optionalTexts(record, 'param_keys'),
    tagKeys: optionalTexts(record, 'tag_keys'),
    inputs: optionalBoolean(record, 'inputs'),
  });
}

/** For servers that answer with whole runs. */
export function projectRun(run: Run, projection: RunProjection): Run {
  const { metricKeys, paramKeys, tagKeys, inputs = true } = projection;
  return {
    info: run.info,
    data: {
      metrics: only(run.data.metrics, metricKeys),
      params: only(run.data.params, paramKeys),
      tags: only(run.data.tags, tagKeys),
    },
    inputs: inputs ? run.inputs : { datasets: [], models: [] },
    outputs: inputs ? run.outputs : { models: [] },
  };
}

function only<T extends { readonly key: string }>(
  items: readonly T[],
  keys: readonly string[] | undefined,
): readonly T[] {
  return keys === undefined ? items : items.filter(item => keys.includes(item.key));
}
