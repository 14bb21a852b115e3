import type { Context } from 'hono';
import { checkArtifactPath } from '../../artifacts/artifactPath';
import type { ArtifactRepository } from '../../artifacts/artifactRepository';
import { schemeOf } from '../../artifacts/openRepository';
import { TrackingError } from '../../tracking/trackingError';
import type { TrackingStore } from '../../tracking/trackingStore';
import {
  CREATE_DOWNLOAD_URL,
  CREATE_UPLOAD_URL,
  LIST_ARTIFACTS,
} from '../../wire/endpoints/artifactEndpoints';
import { missing } from '../../wire/fieldReader';
import { encodeFileList } from '../../wire/fileInfoRecord';
import { jsonAnswer } from '../answers';
import { attachment } from '../attachment';
import { limitedBytes } from '../requestBody';
import type { Router } from '../router';

/** MLflow's limit for uploads from its web UI, bytes. */
const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;

export type ArtifactOpener = (uri: string) => Promise<ArtifactRepository>;

/** Artifacts of runs and logged models. */
export function mountArtifactRoutes(
  router: Router,
  store: TrackingStore,
  open: ArtifactOpener,
): void {
  mountRunArtifacts(router, store, open);
  mountModelArtifacts(router, store, open);
  mountPresignedRoutes(router, store);
}

function mountRunArtifacts(router: Router, store: TrackingStore, open: ArtifactOpener): void {
  const openRun = async (runId: string): Promise<ArtifactRepository> => {
    const { info } = await store.getRun(runId);
    return open(info.artifactUri);
  };
  router.mount(LIST_ARTIFACTS, async ({ runId, path = '' }, options) => {
    const checked = checkArtifactPath(path);
    const { info } = await store.getRun(runId, options);
    const repository = await open(info.artifactUri);
    return { rootUri: info.artifactUri, files: await repository.list(checked, options) };
  });
  router.raw(['GET'], '/get-artifact', async context => {
    const path = checkedFile(context, 'path');
    const repository = await openRun(runIdParameter(context));
    return attachment(path, await repository.read(path, optionsOf(context)));
  });
  router.raw(['POST'], '/ajax-api/2.0/mlflow/upload-artifact', async context => {
    const path = checkedFile(context, 'path');
    const repository = await openRun(runIdParameter(context));
    const { body } = context.req.raw;
    const bytes = body === null ? undefined : await limitedBytes(body, MAX_UPLOAD_BYTES);
    if (bytes === undefined || bytes.length === 0) {
      throw new TrackingError('INVALID_PARAMETER_VALUE', 'The request holds no data to upload.');
    }
    await repository.write(path, new Blob([bytes]).stream());
    return jsonAnswer({});
  });
}

function mountModelArtifacts(router: Router, store: TrackingStore, open: ArtifactOpener): void {
  for (const family of ['/api', '/ajax-api']) {
    const model = `${family}/2.0/mlflow/logged-models/:model_id/artifacts`;
    router.raw(['GET'], `${model}/directories`, async context => {
      const path = checkArtifactPath(context.req.query('artifact_directory_path') ?? '');
      const { artifactUri } = await store.getLoggedModel(context.req.param('model_id') ?? '');
      const repository = await open(artifactUri);
      const files = await repository.list(path, optionsOf(context));
      return jsonAnswer(encodeFileList({ rootUri: artifactUri, files }));
    });
    router.raw(['GET'], `${model}/files`, async context => {
      if (context.req.query('artifact_file_path') === undefined) {
        throw new TrackingError(
          'BAD_REQUEST',
          'Request must include the "artifact_file_path" query parameter.',
        );
      }
      const path = checkedFile(context, 'artifact_file_path');
      const { artifactUri } = await store.getLoggedModel(context.req.param('model_id') ?? '');
      const repository = await open(artifactUri);
      return attachment(path, await repository.read(path, optionsOf(context)));
    });
  }
}

/**
 * Addresses at which a client reaches cloud storage by itself. Nothing here stands on such storage, which is said as MLflow
 * says it, so that clients send the bytes through this server.
 */
function mountPresignedRoutes(router: Router, store: TrackingStore): void {
  router.mount(CREATE_UPLOAD_URL, async ({ runId, modelId, path }) => {
    checkArtifactPath(path);
    const artifactUri =
      modelId === undefined
        ? (await store.getRun(runId ?? '')).info.artifactUri
        : (await store.getLoggedModel(modelId)).artifactUri;
    throw noAddressFor('upload', artifactUri);
  });
  router.mount(CREATE_DOWNLOAD_URL, async ({ runId, path }) => {
    checkArtifactPath(path);
    throw noAddressFor('download', (await store.getRun(runId)).info.artifactUri);
  });
}

function noAddressFor(direction: 'upload' | 'download', artifactUri: string): TrackingError {
  const scheme = schemeOf(artifactUri);
  return ['http', 'https', 'mlflow-artifacts'].includes(scheme)
    ? new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `Presigned ${direction} is not supported for proxied artifact storage (artifact URI scheme: ${scheme}). ` +
          'This endpoint requires a direct cloud storage artifact URI.',
      )
    : new TrackingError(
        'NOT_IMPLEMENTED',
        `Presigned ${direction} is not supported for the current artifact repository`,
      );
}

function optionsOf(context: Context): { signal: AbortSignal } {
  return { signal: context.req.raw.signal };
}

function checkedFile(context: Context, name: string): string {
  return nonEmpty(checkArtifactPath(context.req.query(name) ?? ''), name);
}

function nonEmpty(path: string, name: string): string {
  if (path === '') {
    throw missing(name);
  }
  return path;
}

function runIdParameter(context: Context): string {
  const runId = context.req.query('run_id') || context.req.query('run_uuid');
  if (!runId) {
    throw missing('run_id');
  }
  return runId;
}
