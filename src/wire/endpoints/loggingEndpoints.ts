import { present } from '../../base/present';
import type {
  DatasetInput,
  KeyValue,
  Metric,
  ModelInput,
  ModelOutput,
  RunId,
} from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { LogBatchRequest, MetricHistoryRequest, Page } from '../../tracking/trackingStore';
import {
  decodeDatasetInput,
  decodeModelInput,
  decodeModelOutput,
  encodeDatasetInput,
  encodeModelInput,
  encodeModelOutput,
} from '../datasetRecord';
import { NOTHING, type Endpoint } from '../endpoint';
import {
  missing,
  objects,
  optionalCount,
  optionalText,
  presentText,
  requiredText,
} from '../fieldReader';
import type { JsonObject } from '../jsonValue';
import { decodeKeyValue, decodeKeyValues, encodeKeyValues, listOrNothing } from '../keyValueRecord';
import { decodeAnsweredMetric, decodeMetric, encodeMetric } from '../metricRecord';
import { pageCodec } from '../pageRecord';
import { decodeRunId, encodeRunId } from '../runRecord';

export const LOG_METRIC: Endpoint<{ readonly runId: RunId; readonly metric: Metric }, void> = {
  methods: ['POST'],
  path: 'runs/log-metric',
  request: {
    encode: ({ runId, metric }) => ({ ...encodeRunId(runId), ...encodeMetric(metric) }),
    decode: record => ({ runId: decodeRunId(record), metric: decodeMetric(record) }),
  },
  response: NOTHING,
};

export const LOG_PARAM: Endpoint<{ readonly runId: RunId; readonly param: KeyValue }, void> = {
  methods: ['POST'],
  path: 'runs/log-parameter',
  request: {
    encode: ({ runId, param }) => ({ ...encodeRunId(runId), ...param }),
    decode: record => ({ runId: decodeRunId(record), param: decodeKeyValue(record) }),
  },
  response: NOTHING,
};

export const SET_TAG: Endpoint<{ readonly runId: RunId; readonly tag: KeyValue }, void> = {
  methods: ['POST'],
  path: 'runs/set-tag',
  request: {
    encode: ({ runId, tag }) => ({ ...encodeRunId(runId), ...tag }),
    decode: record => ({ runId: decodeRunId(record), tag: decodeKeyValue(record) }),
  },
  response: NOTHING,
};

export const DELETE_TAG: Endpoint<{ readonly runId: RunId; readonly key: string }, void> = {
  methods: ['POST'],
  path: 'runs/delete-tag',
  request: {
    encode: ({ runId, key }) => ({ ...encodeRunId(runId), key }),
    decode: record => ({ runId: decodeRunId(record), key: requiredText(record, 'key') }),
  },
  response: NOTHING,
};

export const LOG_BATCH: Endpoint<{ readonly runId: RunId; readonly batch: LogBatchRequest }, void> =
  {
    methods: ['POST'],
    path: 'runs/log-batch',
    request: {
      encode: ({ runId, batch }) => ({
        ...encodeRunId(runId),
        metrics: listOrNothing(batch.metrics, encodeMetric),
        params: encodeKeyValues(batch.params),
        tags: encodeKeyValues(batch.tags),
      }),
      decode: record => ({
        runId: decodeRunId(record),
        batch: {
          metrics: objects(record, 'metrics', decodeMetric),
          params: decodeKeyValues(record, 'params'),
          tags: decodeKeyValues(record, 'tags'),
        },
      }),
    },
    response: NOTHING,
  };

export interface LogInputsRequest {
  readonly runId: RunId;
  readonly datasets?: readonly DatasetInput[];
  readonly models?: readonly ModelInput[];
}

export const LOG_INPUTS: Endpoint<LogInputsRequest, void> = {
  methods: ['POST'],
  path: 'runs/log-inputs',
  since: '2.4',
  request: {
    encode: request => ({
      ...encodeRunId(request.runId),
      datasets: listOrNothing(request.datasets, encodeDatasetInput),
      models: listOrNothing(request.models, encodeModelInput),
    }),
    decode: record => ({
      runId: decodeRunId(record),
      datasets: objects(record, 'datasets', decodeDatasetInput),
      models: objects(record, 'models', decodeModelInput),
    }),
  },
  response: NOTHING,
};

export const LOG_OUTPUTS: Endpoint<
  { readonly runId: RunId; readonly models: readonly ModelOutput[] },
  void
> = {
  methods: ['POST'],
  path: 'runs/outputs',
  since: '3.0',
  request: {
    encode: ({ runId, models }) => ({
      ...encodeRunId(runId),
      models: listOrNothing(models, encodeModelOutput),
    }),
    decode: record => ({
      runId: decodeRunId(record),
      models: requiredModels(record),
    }),
  },
  response: NOTHING,
};

function requiredModels(record: JsonObject): readonly ModelOutput[] {
  const models = objects(record, 'models', decodeModelOutput);
  if (models.length === 0) {
    throw missing('models');
  }
  return models;
}

/** How clients up to 2.x, and R, record a model: the server appends it to a tag. */
export const LOG_MODEL: Endpoint<{ readonly runId: RunId; readonly modelJson: string }, void> = {
  methods: ['POST'],
  path: 'runs/log-model',
  request: {
    encode: ({ runId, modelJson }) => ({ ...encodeRunId(runId), model_json: modelJson }),
    decode: record => ({
      runId: decodeRunId(record),
      modelJson: presentText(record, 'model_json'),
    }),
  },
  response: NOTHING,
};

/** None, and 0, mean everything, as in MLflow 3.17. */
function historyLimit(record: JsonObject): number | undefined {
  const limit = optionalCount(record, 'max_results');
  if (limit !== undefined && limit < 0) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`,
    );
  }
  return limit === 0 ? undefined : limit;
}

export const GET_METRIC_HISTORY: Endpoint<MetricHistoryRequest, Page<Metric>> = {
  methods: ['GET'],
  path: 'metrics/get-history',
  readOnly: true,
  request: {
    encode: request => ({
      ...encodeRunId(request.runId),
      metric_key: request.metricKey,
      max_results: request.maxResults,
      page_token: request.pageToken,
    }),
    decode: record =>
      present({
        runId: decodeRunId(record),
        metricKey: requiredText(record, 'metric_key'),
        maxResults: historyLimit(record),
        pageToken: optionalText(record, 'page_token'),
      }),
  },
  response: pageCodec('metrics', encodeMetric, decodeAnsweredMetric),
};
