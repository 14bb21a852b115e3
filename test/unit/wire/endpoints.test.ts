import { describe, expect, it } from 'vitest';
import type { LoggedModel, Run } from '../../../src/tracking/entities';
import type { Codec, Endpoint } from '../../../src/wire/endpoint';
import * as experiments from '../../../src/wire/endpoints/experimentEndpoints';
import * as models from '../../../src/wire/endpoints/loggedModelEndpoints';
import * as logging from '../../../src/wire/endpoints/loggingEndpoints';
import * as runs from '../../../src/wire/endpoints/runEndpoints';
import { isObject } from '../../../src/wire/fieldReader';
import { readJson } from '../../../src/wire/json';

function throughWire<T>(codec: Codec<T>, value: T): T {
  return readJson(JSON.stringify(codec.encode(value)), record => {
    if (!isObject(record)) {
      throw new Error('not an object');
    }
    return codec.decode(record);
  });
}

function decode<T>(endpoint: Endpoint<T, unknown>, text: string): T {
  return readJson(text, record => endpoint.request.decode(record as never));
}

const run: Run = {
  info: {
    runId: 'a'.repeat(32),
    runName: 'kind-fox-1',
    experimentId: '123456789012345678',
    userId: 'ann',
    status: 'KILLED',
    startTimeMs: 0,
    endTimeMs: 9_007_199_254_740_993n,
    artifactUri: 'mlflow-artifacts:/1/a/artifacts',
    lifecycleStage: 'deleted',
  },
  data: {
    metrics: [
      { key: 'a/ü', value: NaN, timestampMs: 0, step: -(2n ** 62n) },
      {
        key: 'b',
        value: -Infinity,
        timestampMs: 2n ** 60n,
        step: 0,
        modelId: 'm-1',
        datasetName: 'd',
        datasetDigest: 'x',
      },
    ],
    params: [{ key: 'p', value: '' }],
    tags: [{ key: 't', value: 'v\n"' }],
  },
  inputs: {
    datasets: [
      {
        dataset: { name: 'n', digest: 'd', sourceType: 'local', source: '{}', schema: 's' },
        tags: [{ key: 'mlflow.data.context', value: 'train' }],
      },
    ],
    models: [{ modelId: 'm-2' }],
  },
  outputs: { models: [{ modelId: 'm-3', step: 4 }] },
};

const model: LoggedModel = {
  modelId: 'm-1',
  experimentId: '1',
  name: 'net',
  creationTimestampMs: 1,
  lastUpdatedTimestampMs: 2,
  artifactUri: '/x',
  status: 'LOGGED_MODEL_UPLOAD_FAILED',
  modelType: 'agent',
  tags: [{ key: 'a', value: 'b' }],
  params: [{ key: 'c', value: 'd' }],
  metrics: [{ key: 'm', value: 1.5, timestampMs: 3, step: 4, runId: 'r' }],
};

describe('endpoints', () => {
  it('carry a whole run, with 64-bit times and values that JSON cannot say', () => {
    expect(throughWire(runs.GET_RUN.response, run)).toEqual(run);
  });

  it('carry a logged model', () => {
    expect(throughWire(models.GET_LOGGED_MODEL.response, model)).toEqual(model);
  });

  it('carry requests', () => {
    const search = {
      experimentIds: ['1', '2'],
      filter: 'metrics.a > 1',
      orderBy: ['metrics.a ASC'],
      viewType: 'ALL' as const,
      maxResults: 5,
      pageToken: 'x',
      projection: { metricKeys: ['a'], paramKeys: [], inputs: false },
    };
    expect(throughWire(runs.SEARCH_RUNS.request, search)).toEqual(search);
    const batch = { runId: 'r', batch: { metrics: run.data.metrics, params: [], tags: [] } };
    expect(throughWire(logging.LOG_BATCH.request, batch)).toEqual(batch);
    const order = {
      experimentIds: ['1'],
      datasets: [{ datasetName: 'd' }],
      orderBy: [{ fieldName: 'metrics.a', ascending: false, datasetName: 'd' }],
    };
    expect(throughWire(models.SEARCH_LOGGED_MODELS.request, order)).toEqual(order);
  });

  it('write both names of a run id, and leave out what is not set', () => {
    const record = JSON.parse(JSON.stringify(runs.GET_RUN.response.encode(run))) as {
      run: { info: Record<string, unknown>; data: Record<string, unknown> };
    };
    expect(record.run.info.run_uuid).toBe(run.info.runId);
    const empty = { ...run, data: { metrics: [], params: [], tags: [] } };
    const text = JSON.stringify(runs.GET_RUN.response.encode(empty));
    expect(text).toContain('"data":{}');
    expect(text).not.toContain('null');
  });

  it('take the deprecated run_uuid, and run_id before it', () => {
    expect(decode(runs.GET_RUN, '{"run_uuid": "u"}')).toBe('u');
    expect(decode(runs.GET_RUN, '{"run_uuid": "u", "run_id": "i"}')).toBe('i');
  });

  it('take text for numbers, as R and Java send them', () => {
    const text =
      '{"run_id":"r","key":"k","value":"0.5","timestamp":"1700000000000","step":"1e+05"}';
    expect(decode(logging.LOG_METRIC, text).metric).toEqual({
      key: 'k',
      value: 0.5,
      timestampMs: 1_700_000_000_000,
      step: 100_000,
    });
  });

  it.each([
    ['{"status": "FINISHED"}', 'FINISHED'],
    ['{"status": 4}', 'FAILED'],
    ['{"status": "5"}', 'KILLED'],
    ['{"status": "NO_SUCH"}', undefined],
    ['{"status": "toString"}', undefined],
    ['{}', undefined],
  ])('read the status in %s as %s', (text, status) => {
    const record = text.replace('{', text === '{}' ? '{"run_id":"r"' : '{"run_id":"r",');
    expect(decode(runs.UPDATE_RUN, record).update.status).toBe(status);
  });

  it.each([
    [logging.LOG_METRIC, '{"run_id":"r","value":1,"timestamp":1}', "'key'"],
    [logging.LOG_METRIC, '{"run_id":"r","key":"k","timestamp":1}', "'value'"],
    [logging.LOG_METRIC, '{"run_id":"r","key":"k","value":1}', "'timestamp'"],
    [logging.LOG_METRIC, '{"key":"k","value":1,"timestamp":1}', "'run_id'"],
    [
      logging.LOG_BATCH,
      '{"run_id":"r","metrics":[{"key":"a","value":1,"timestamp":1},{"key":"b","timestamp":1}]}',
      "'metrics[1].value'",
    ],
    [logging.LOG_BATCH, '{"run_id":"r","params":[{"key":"a","value":1}]}', "'params[0].value'"],
    [logging.LOG_BATCH, '{"run_id":"r","params":[1]}', "'params[0]'"],
    [logging.LOG_BATCH, '{"run_id":"r","params":{}}', "'params'"],
    [experiments.CREATE_EXPERIMENT, '{"name":""}', "'name'"],
    [experiments.UPDATE_EXPERIMENT, '{"experiment_id":"1"}', "'new_name'"],
  ] as [Endpoint<unknown, unknown>, string, string][])(
    'name the parameter that is wrong: %#',
    (endpoint, text, name) => {
      expect(() => decode(endpoint, text)).toThrow(name);
    },
  );

  it('read a run of a server from before run names', () => {
    const old = {
      run: {
        info: { run_uuid: 'u', experiment_id: '0', status: 'FINISHED', start_time: '12' },
        data: { tags: [{ key: 'mlflow.runName', value: 'old' }], metrics: [{ key: 'm' }] },
      },
    };
    const read = readJson(JSON.stringify(old), value =>
      runs.GET_RUN.response.decode(value as never),
    );
    expect(read.info).toMatchObject({ runId: 'u', runName: 'old', startTimeMs: 12 });
    expect(read.data.metrics).toEqual([{ key: 'm', value: 0, timestampMs: 0, step: 0 }]);
  });
});
