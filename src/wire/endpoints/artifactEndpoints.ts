import { present } from '../../base/present';
import type { ModelId, RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import { NOTHING, type Endpoint } from '../endpoint';
import { optionalCount, optionalText, requiredText } from '../fieldReader';
import { decodeFileList, encodeFileList, type FileListRecord } from '../fileInfoRecord';
import { decodeRunId, encodeRunId } from '../runRecord';

export interface ListArtifactsRequest {
  readonly runId: RunId;
  /** Relative to the run's artifact root; absent for the root. */
  readonly path?: string;
  readonly pageToken?: string;
}

/** Paths in the answer are relative to the run's artifact root, unlike those of `mlflow-artifacts`. */
export const LIST_ARTIFACTS: Endpoint<ListArtifactsRequest, FileListRecord> = {
  methods: ['GET'],
  path: 'artifacts/list',
  readOnly: true,
  request: {
    encode: request => ({
      ...encodeRunId(request.runId),
      path: request.path,
      page_token: request.pageToken,
    }),
    decode: record =>
      present({
        runId: decodeRunId(record),
        path: optionalText(record, 'path'),
        pageToken: optionalText(record, 'page_token'),
      }),
  },
  response: { encode: encodeFileList, decode: decodeFileList },
};

export interface UploadUrlRequest {
  /** Either a run or a model. */
  readonly runId?: RunId;
  readonly modelId?: ModelId;
  readonly path: string;
  /** s */
  readonly expiration?: number;
}

/** An address in cloud storage for one upload. Never answered here, where nothing stands on such storage. */
export const CREATE_UPLOAD_URL: Endpoint<UploadUrlRequest, void> = {
  methods: ['POST'],
  path: 'artifacts/presigned-upload-url',
  readOnly: true,
  since: '3.12',
  request: {
    encode: request => ({
      run_id: request.runId,
      model_id: request.modelId,
      path: request.path,
      expiration: request.expiration,
    }),
    decode: record => {
      const runId = optionalText(record, 'run_id') || undefined;
      const modelId = optionalText(record, 'model_id') || undefined;
      const path = requiredText(record, 'path');
      if ((runId === undefined) === (modelId === undefined)) {
        throw new TrackingError(
          'INVALID_PARAMETER_VALUE',
          'Exactly one of run_id and model_id must be provided.',
        );
      }
      return present({ runId, modelId, path, expiration: optionalCount(record, 'expiration') });
    },
  },
  response: NOTHING,
};

/** s; cloud storage takes no longer ones. */
const MAX_EXPIRATION = 604_800;

export interface DownloadUrlRequest {
  readonly runId: RunId;
  readonly path: string;
  /** s, up to 7 days. */
  readonly expiration?: number;
}

/** As `CREATE_UPLOAD_URL`, for one download. */
export const CREATE_DOWNLOAD_URL: Endpoint<DownloadUrlRequest, void> = {
  methods: ['POST'],
  path: 'artifacts/presigned-download-url',
  readOnly: true,
  since: '3.17',
  request: {
    encode: request => ({
      run_id: request.runId,
      path: request.path,
      expiration: request.expiration,
    }),
    decode: record => {
      const expiration = optionalCount(record, 'expiration');
      if (expiration !== undefined && (expiration < 1 || expiration > MAX_EXPIRATION)) {
        throw new TrackingError(
          'INVALID_PARAMETER_VALUE',
          `expiration must be between 1 and ${MAX_EXPIRATION} seconds (got ${expiration}).`,
        );
      }
      return present({
        runId: requiredText(record, 'run_id'),
        path: requiredText(record, 'path'),
        expiration,
      });
    },
  },
  response: NOTHING,
};
