import { present } from '../../base/present';
import type { RunId } from '../../tracking/entities';
import type { Endpoint } from '../endpoint';
import { optionalText } from '../fieldReader';
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
