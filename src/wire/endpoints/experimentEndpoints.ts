import { present } from '../../base/present';
import type { Experiment, ExperimentId, KeyValue } from '../../tracking/entities';
import type {
  CreateExperimentRequest,
  DatasetSummary,
  Page,
  SearchExperimentsRequest,
} from '../../tracking/trackingStore';
import { decodeDatasetSummary, encodeDatasetSummary } from '../datasetRecord';
import { TrackingError } from '../../tracking/trackingError';
import { NOTHING, type Codec, type Endpoint } from '../endpoint';
import { decodeExperiment, encodeExperiment } from '../experimentRecord';
import {
  objects,
  optionalCount,
  optionalEnum,
  optionalText,
  optionalTexts,
  requiredObject,
  requiredText,
  requiredTexts,
} from '../fieldReader';
import { decodeKeyValue, decodeKeyValues, encodeKeyValues, listOrNothing } from '../keyValueRecord';
import { pageCodec, VIEW_TYPE_NUMBERS } from '../pageRecord';

const experimentId: Codec<ExperimentId> = {
  encode: id => ({ experiment_id: id }),
  decode: record => requiredText(record, 'experiment_id'),
};

const experiment: Codec<Experiment> = {
  encode: value => ({ experiment: encodeExperiment(value) }),
  decode: record => decodeExperiment(requiredObject(record, 'experiment')),
};

const experiments = pageCodec('experiments', encodeExperiment, decodeExperiment);

export const CREATE_EXPERIMENT: Endpoint<CreateExperimentRequest, ExperimentId> = {
  methods: ['POST'],
  path: 'experiments/create',
  request: {
    encode: request => ({
      name: request.name,
      artifact_location: request.artifactLocation,
      tags: encodeKeyValues(request.tags),
    }),
    decode: record =>
      present({
        name: requiredText(record, 'name'),
        artifactLocation: optionalText(record, 'artifact_location') || undefined,
        tags: decodeKeyValues(record, 'tags'),
      }),
  },
  response: experimentId,
};

export const GET_EXPERIMENT: Endpoint<ExperimentId, Experiment> = {
  methods: ['GET'],
  path: 'experiments/get',
  readOnly: true,
  request: experimentId,
  response: experiment,
};

export const GET_EXPERIMENT_BY_NAME: Endpoint<string, Experiment> = {
  methods: ['GET'],
  path: 'experiments/get-by-name',
  readOnly: true,
  request: {
    encode: name => ({ experiment_name: name }),
    decode: record => requiredText(record, 'experiment_name'),
  },
  response: experiment,
};

export const SEARCH_EXPERIMENTS: Endpoint<SearchExperimentsRequest, Page<Experiment>> = {
  methods: ['POST', 'GET'],
  path: 'experiments/search',
  readOnly: true,
  queryLists: ['order_by'],
  since: '1.28',
  request: {
    encode: request => ({
      max_results: request.maxResults,
      page_token: request.pageToken,
      filter: request.filter,
      order_by: request.orderBy,
      view_type: request.viewType,
    }),
    // Without max_results MLflow reads 0, which the store refuses as MLflow does.
    decode: record =>
      present({
        maxResults: optionalCount(record, 'max_results') ?? 0,
        pageToken: optionalText(record, 'page_token'),
        filter: optionalText(record, 'filter'),
        orderBy: optionalTexts(record, 'order_by'),
        viewType: optionalEnum(record, 'view_type', VIEW_TYPE_NUMBERS),
      }),
  },
  response: experiments,
};

/** Removed in MLflow 2.0; clients up to 1.27 know no search. */
export const LIST_EXPERIMENTS: Endpoint<SearchExperimentsRequest, Page<Experiment>> = {
  ...SEARCH_EXPERIMENTS,
  methods: ['GET', 'POST'],
  path: 'experiments/list',
  request: {
    encode: request => ({
      view_type: request.viewType,
      max_results: request.maxResults,
      page_token: request.pageToken,
    }),
    decode: record =>
      present({
        maxResults: optionalCount(record, 'max_results') ?? 50_000,
        pageToken: optionalText(record, 'page_token'),
        viewType: optionalEnum(record, 'view_type', VIEW_TYPE_NUMBERS),
      }),
  },
};

export const UPDATE_EXPERIMENT: Endpoint<
  { readonly experimentId: ExperimentId; readonly newName: string },
  void
> = {
  methods: ['POST'],
  path: 'experiments/update',
  request: {
    encode: request => ({ experiment_id: request.experimentId, new_name: request.newName }),
    decode: record => ({
      experimentId: requiredText(record, 'experiment_id'),
      newName: requiredText(record, 'new_name'),
    }),
  },
  response: NOTHING,
};

export const DELETE_EXPERIMENT: Endpoint<ExperimentId, void> = {
  methods: ['POST'],
  path: 'experiments/delete',
  request: experimentId,
  response: NOTHING,
};

export const RESTORE_EXPERIMENT: Endpoint<ExperimentId, void> = {
  methods: ['POST'],
  path: 'experiments/restore',
  request: experimentId,
  response: NOTHING,
};

export const SET_EXPERIMENT_TAG: Endpoint<
  { readonly experimentId: ExperimentId; readonly tag: KeyValue },
  void
> = {
  methods: ['POST'],
  path: 'experiments/set-experiment-tag',
  request: {
    encode: request => ({ experiment_id: request.experimentId, ...request.tag }),
    decode: record => ({
      experimentId: requiredText(record, 'experiment_id'),
      tag: decodeKeyValue(record),
    }),
  },
  response: NOTHING,
};

export const DELETE_EXPERIMENT_TAG: Endpoint<
  { readonly experimentId: ExperimentId; readonly key: string },
  void
> = {
  methods: ['POST'],
  path: 'experiments/delete-experiment-tag',
  since: '3.3',
  request: {
    encode: request => ({ experiment_id: request.experimentId, key: request.key }),
    decode: record => ({
      experimentId: requiredText(record, 'experiment_id'),
      key: requiredText(record, 'key'),
    }),
  },
  response: NOTHING,
};

/** As MLflow. */
const MAX_DATASET_EXPERIMENTS = 20;

/** Real servers have it below `/ajax-api` only: MLflow's path below `/api/2.0` lacks a slash. */
export const SEARCH_DATASETS: Endpoint<readonly ExperimentId[], readonly DatasetSummary[]> = {
  methods: ['POST'],
  path: 'experiments/search-datasets',
  readOnly: true,
  ajaxOnly: true,
  since: '2.4',
  request: {
    encode: experimentIds => ({ experiment_ids: experimentIds }),
    decode: record => {
      const ids = requiredTexts(record, 'experiment_ids');
      if (ids.length > MAX_DATASET_EXPERIMENTS) {
        throw new TrackingError(
          'INVALID_PARAMETER_VALUE',
          `At most ${MAX_DATASET_EXPERIMENTS} experiments can be asked for their datasets at once, not ${ids.length}.`,
        );
      }
      return ids;
    },
  },
  response: {
    encode: summaries => ({ dataset_summaries: listOrNothing(summaries, encodeDatasetSummary) }),
    decode: record => objects(record, 'dataset_summaries', decodeDatasetSummary),
  },
};
