import { present } from '../../base/present';
import type { Run, RunId, RunInfo } from '../../tracking/entities';
import type {
  CreateRunRequest,
  Page,
  SearchRunsRequest,
  UpdateRunRequest,
} from '../../tracking/trackingStore';
import { NOTHING, type Codec, type Endpoint } from '../endpoint';
import { optionalInt64ToJson } from '../experimentRecord';
import {
  optionalCount,
  optionalEnum,
  optionalInt64,
  optionalObject,
  optionalText,
  optionalTexts,
  requiredObject,
  requiredText,
} from '../fieldReader';
import { decodeKeyValues, encodeKeyValues } from '../keyValueRecord';
import { pageCodec, VIEW_TYPE_NUMBERS } from '../pageRecord';
import { decodeProjection, encodeProjection } from '../projectionRecord';
import {
  decodeRun,
  decodeRunId,
  decodeRunInfo,
  encodeRun,
  encodeRunId,
  encodeRunInfo,
  RUN_STATUS_NUMBERS,
} from '../runRecord';

const runId: Codec<RunId> = { encode: encodeRunId, decode: decodeRunId };

const run: Codec<Run> = {
  encode: value => ({ run: encodeRun(value) }),
  decode: record => decodeRun(requiredObject(record, 'run')),
};

export const CREATE_RUN: Endpoint<CreateRunRequest, Run> = {
  methods: ['POST'],
  path: 'runs/create',
  request: {
    encode: request => ({
      experiment_id: request.experimentId,
      user_id: request.userId,
      run_name: request.runName,
      start_time: optionalInt64ToJson(request.startTimeMs),
      tags: encodeKeyValues(request.tags),
    }),
    decode: record =>
      present({
        experimentId: requiredText(record, 'experiment_id'),
        userId: optionalText(record, 'user_id'),
        runName: optionalText(record, 'run_name'),
        startTimeMs: optionalInt64(record, 'start_time'),
        tags: decodeKeyValues(record, 'tags'),
      }),
  },
  response: run,
};

export const GET_RUN: Endpoint<RunId, Run> = {
  methods: ['GET'],
  path: 'runs/get',
  readOnly: true,
  request: runId,
  response: run,
};

export const UPDATE_RUN: Endpoint<
  { readonly runId: RunId; readonly update: UpdateRunRequest },
  RunInfo
> = {
  methods: ['POST'],
  path: 'runs/update',
  request: {
    encode: ({ runId: id, update }) => ({
      ...encodeRunId(id),
      status: update.status,
      end_time: optionalInt64ToJson(update.endTimeMs),
      run_name: update.runName,
    }),
    decode: record => ({
      runId: decodeRunId(record),
      update: present({
        status: optionalEnum(record, 'status', RUN_STATUS_NUMBERS),
        endTimeMs: optionalInt64(record, 'end_time'),
        runName: optionalText(record, 'run_name'),
      }),
    }),
  },
  response: {
    encode: info => ({ run_info: encodeRunInfo(info) }),
    decode: record => decodeRunInfo(requiredObject(record, 'run_info')),
  },
};

export const SEARCH_RUNS: Endpoint<SearchRunsRequest, Page<Run>> = {
  methods: ['POST'],
  path: 'runs/search',
  readOnly: true,
  request: {
    encode: request => ({
      experiment_ids: request.experimentIds,
      filter: request.filter,
      run_view_type: request.viewType,
      max_results: request.maxResults,
      order_by: request.orderBy,
      page_token: request.pageToken,
      projection: request.projection && encodeProjection(request.projection),
    }),
    decode: record => {
      const projection = optionalObject(record, 'projection');
      return present({
        experimentIds: optionalTexts(record, 'experiment_ids') ?? [],
        filter: optionalText(record, 'filter'),
        viewType: optionalEnum(record, 'run_view_type', VIEW_TYPE_NUMBERS),
        maxResults: optionalCount(record, 'max_results'),
        orderBy: optionalTexts(record, 'order_by'),
        pageToken: optionalText(record, 'page_token'),
        projection: projection && decodeProjection(projection),
      });
    },
  },
  response: pageCodec('runs', encodeRun, decodeRun),
};

export const DELETE_RUN: Endpoint<RunId, void> = {
  methods: ['POST'],
  path: 'runs/delete',
  request: runId,
  response: NOTHING,
};

export const RESTORE_RUN: Endpoint<RunId, void> = {
  methods: ['POST'],
  path: 'runs/restore',
  request: runId,
  response: NOTHING,
};
