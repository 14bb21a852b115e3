import { present } from '../../base/present';
import type { KeyValue, LoggedModel, LoggedModelStatus, ModelId } from '../../tracking/entities';
import type {
  CreateLoggedModelRequest,
  Page,
  SearchLoggedModelsRequest,
} from '../../tracking/trackingStore';
import { NOTHING, type Codec, type Endpoint } from '../endpoint';
import {
  missing,
  objects,
  optionalBoolean,
  optionalCount,
  optionalEnum,
  optionalText,
  requiredObject,
  requiredText,
  requiredTexts,
} from '../fieldReader';
import { decodeKeyValues, encodeKeyValues, listOrNothing } from '../keyValueRecord';
import {
  decodeLoggedModel,
  encodeLoggedModel,
  LOGGED_MODEL_STATUS_NUMBERS,
} from '../loggedModelRecord';
import { pageCodec } from '../pageRecord';

const since = '3.0';

const modelId: Codec<ModelId> = {
  encode: id => ({ model_id: id }),
  decode: record => requiredText(record, 'model_id'),
};

const model: Codec<LoggedModel> = {
  encode: value => ({ model: encodeLoggedModel(value) }),
  decode: record => decodeLoggedModel(requiredObject(record, 'model')),
};

export const CREATE_LOGGED_MODEL: Endpoint<CreateLoggedModelRequest, LoggedModel> = {
  methods: ['POST'],
  path: 'logged-models',
  since,
  request: {
    encode: request => ({
      experiment_id: request.experimentId,
      name: request.name,
      model_type: request.modelType,
      source_run_id: request.sourceRunId,
      params: encodeKeyValues(request.params),
      tags: encodeKeyValues(request.tags),
    }),
    decode: record =>
      present({
        experimentId: requiredText(record, 'experiment_id'),
        name: optionalText(record, 'name') || undefined,
        modelType: optionalText(record, 'model_type'),
        sourceRunId: optionalText(record, 'source_run_id') || undefined,
        params: decodeKeyValues(record, 'params'),
        tags: decodeKeyValues(record, 'tags'),
      }),
  },
  response: model,
};

export const GET_LOGGED_MODEL: Endpoint<ModelId, LoggedModel> = {
  methods: ['GET'],
  path: 'logged-models/{model_id}',
  readOnly: true,
  since,
  request: modelId,
  response: model,
};

export const FINALIZE_LOGGED_MODEL: Endpoint<
  { readonly modelId: ModelId; readonly status: LoggedModelStatus },
  LoggedModel
> = {
  methods: ['PATCH'],
  path: 'logged-models/{model_id}',
  since,
  request: {
    encode: request => ({ model_id: request.modelId, status: request.status }),
    decode: record => {
      const status = optionalEnum(record, 'status', LOGGED_MODEL_STATUS_NUMBERS);
      if (status === undefined) {
        throw missing('status');
      }
      return { modelId: requiredText(record, 'model_id'), status };
    },
  },
  response: model,
};

export const DELETE_LOGGED_MODEL: Endpoint<ModelId, void> = {
  methods: ['DELETE'],
  path: 'logged-models/{model_id}',
  since,
  request: modelId,
  response: NOTHING,
};

export const SEARCH_LOGGED_MODELS: Endpoint<SearchLoggedModelsRequest, Page<LoggedModel>> = {
  methods: ['POST'],
  path: 'logged-models/search',
  readOnly: true,
  since,
  request: {
    encode: request => ({
      experiment_ids: request.experimentIds,
      filter: request.filter,
      datasets: listOrNothing(request.datasets, dataset => ({
        dataset_name: dataset.datasetName,
        dataset_digest: dataset.datasetDigest,
      })),
      max_results: request.maxResults,
      order_by: listOrNothing(request.orderBy, clause => ({
        field_name: clause.fieldName,
        ascending: clause.ascending,
        dataset_name: clause.datasetName,
        dataset_digest: clause.datasetDigest,
      })),
      page_token: request.pageToken,
    }),
    decode: record =>
      present({
        experimentIds: requiredTexts(record, 'experiment_ids'),
        filter: optionalText(record, 'filter'),
        datasets: objects(record, 'datasets', (item, place) =>
          present({
            datasetName: requiredText(item, 'dataset_name', place),
            datasetDigest: optionalText(item, 'dataset_digest', place) || undefined,
          }),
        ),
        maxResults: optionalCount(record, 'max_results'),
        orderBy: objects(record, 'order_by', (item, place) =>
          present({
            fieldName: requiredText(item, 'field_name', place),
            ascending: optionalBoolean(item, 'ascending', place),
            datasetName: optionalText(item, 'dataset_name', place) || undefined,
            datasetDigest: optionalText(item, 'dataset_digest', place) || undefined,
          }),
        ),
        pageToken: optionalText(record, 'page_token'),
      }),
  },
  response: pageCodec('models', encodeLoggedModel, decodeLoggedModel),
};

export const SET_LOGGED_MODEL_TAGS: Endpoint<
  { readonly modelId: ModelId; readonly tags: readonly KeyValue[] },
  void
> = {
  methods: ['PATCH'],
  path: 'logged-models/{model_id}/tags',
  since,
  request: {
    encode: request => ({ model_id: request.modelId, tags: encodeKeyValues(request.tags) }),
    decode: record => ({
      modelId: requiredText(record, 'model_id'),
      tags: decodeKeyValues(record, 'tags'),
    }),
  },
  response: NOTHING,
};

export const DELETE_LOGGED_MODEL_TAG: Endpoint<
  { readonly modelId: ModelId; readonly key: string },
  void
> = {
  methods: ['DELETE'],
  path: 'logged-models/{model_id}/tags/{tag_key}',
  since,
  request: {
    encode: request => ({ model_id: request.modelId, tag_key: request.key }),
    decode: record => ({
      modelId: requiredText(record, 'model_id'),
      key: requiredText(record, 'tag_key'),
    }),
  },
  response: NOTHING,
};

export const LOG_LOGGED_MODEL_PARAMS: Endpoint<
  { readonly modelId: ModelId; readonly params: readonly KeyValue[] },
  void
> = {
  methods: ['POST'],
  path: 'logged-models/{model_id}/params',
  since,
  request: {
    encode: request => ({ model_id: request.modelId, params: encodeKeyValues(request.params) }),
    decode: record => ({
      modelId: requiredText(record, 'model_id'),
      params: decodeKeyValues(record, 'params'),
    }),
  },
  response: NOTHING,
};
