import type { Context } from 'hono';
import { baseName, checkArtifactPath } from '../../artifacts/artifactPath';
import type { ArtifactRepository } from '../../artifacts/artifactRepository';
import { TrackingError } from '../../tracking/trackingError';
import type { TrackingStore } from '../../tracking/trackingStore';
import { LIST_ARTIFACTS } from '../../wire/endpoints/artifactEndpoints';
import { missing } from '../../wire/fieldReader';
import { encodeFileList } from '../../wire/fileInfoRecord';
import { jsonAnswer } from '../answers';
import { attachment } from '../attachment';
import { limitedBytes } from '../requestBody';
import type { Router } from '../router';

/** MLflow's limit for uploads from its web UI, bytes. */
const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;

export type ArtifactOpener = (uri: string) => Promise<ArtifactRepository>;

/** Artifacts of runs and logged models, and MLflow's artifact proxy (`mlflow-artifacts`). */
export function mountArtifactRoutes(
  router: Router,
  store: TrackingStore,
  open: ArtifactOpener,
): void {
  mountRunArtifacts(router, store, open);
  mountModelArtifacts(router, store, open);
  mountProxy(router, open);
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
      const path = checkedFile(context, 'artifact_file_path');
      const { artifactUri } = await store.getLoggedModel(context.req.param('model_id') ?? '');
      const repository = await open(artifactUri);
      return attachment(path, await repository.read(path, optionsOf(context)));
    });
  }
}

function mountProxy(router: Router, open: ArtifactOpener): void {
  const openProxy = (): Promise<ArtifactRepository> => open('mlflow-artifacts:/');
  for (const family of ['/api', '/ajax-api']) {
    const service = `${family}/2.0/mlflow-artifacts`;
    router.raw(['GET'], `${service}/artifacts`, async context => {
      const path = checkArtifactPath(context.req.query('path') ?? '');
      const repository = await openProxy();
      const files = await repository.list(path, optionsOf(context));
      // Only base names here, which clients put behind the path that they asked for.
      return jsonAnswer(
        encodeFileList({ files: files.map(file => ({ ...file, path: baseName(file.path) })) }),
      );
    });
    const file = `${service}/artifacts/:artifact_path{.+}`;
    router.raw(['GET'], file, async context => {
      const path = pathParameter(context);
      const repository = await openProxy();
      return attachment(path, await repository.read(path, optionsOf(context)));
    });
    router.raw(['PUT'], file, async context => {
      const path = pathParameter(context);
      const repository = await openProxy();
      await repository.write(path, context.req.raw.body ?? new Blob([]).stream());
      return jsonAnswer({});
    });
    router.raw(['DELETE'], file, async context => {
      const path = pathParameter(context);
      const repository = await openProxy();
      await repository.delete(path);
      return jsonAnswer({});
    });
    // Clients look for these very words and then use a plain PUT.
    router.raw(['POST'], `${service}/mpu/:step/:artifact_path{.+}`, () => {
      throw new TrackingError(
        'NOT_IMPLEMENTED',
        'Multipart upload is not supported for the current artifact repository.',
      );
    });
  }
}

function optionsOf(context: Context): { signal: AbortSignal } {
  return { signal: context.req.raw.signal };
}

function pathParameter(context: Context): string {
  return nonEmpty(checkArtifactPath(context.req.param('artifact_path') ?? ''), 'artifact_path');
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
