import type { Context } from 'hono';
import { baseName, checkArtifactPath } from '../../artifacts/artifactPath';
import type { ArtifactRepository } from '../../artifacts/artifactRepository';
import { TrackingError } from '../../tracking/trackingError';
import { missing } from '../../wire/fieldReader';
import { encodeFileList } from '../../wire/fileInfoRecord';
import { jsonAnswer } from '../answers';
import { attachment } from '../attachment';
import type { Router } from '../router';
import type { ArtifactOpener } from './artifactRoutes';

/** MLflow's artifact proxy, `mlflow-artifacts`. */
export function mountArtifactProxy(router: Router, open: ArtifactOpener): void {
  const openProxy = (): Promise<ArtifactRepository> => open('mlflow-artifacts:/');
  for (const family of ['/api', '/ajax-api']) {
    const service = `${family}/2.0/mlflow-artifacts`;
    router.raw(['GET'], `${service}/artifacts`, async ({ req }) => {
      const repository = await openProxy();
      const path = checkArtifactPath(req.query('path') ?? '');
      const files = await repository.list(path, { signal: req.raw.signal });
      // Only base names here, which clients put behind the path that they asked for.
      return jsonAnswer(
        encodeFileList({ files: files.map(file => ({ ...file, path: baseName(file.path) })) }),
      );
    });
    const file = `${service}/artifacts/:artifact_path{.*}`;
    router.raw(['GET'], file, async context => {
      const repository = await openProxy();
      const path = pathParameter(context);
      return attachment(path, await repository.read(path, { signal: context.req.raw.signal }));
    });
    router.raw(['PUT'], file, async context => {
      const repository = await openProxy();
      const path = pathParameter(context);
      await repository.write(path, context.req.raw.body ?? new Blob([]).stream());
      return jsonAnswer({});
    });
    router.raw(['DELETE'], file, async context => {
      const repository = await openProxy();
      await repository.delete(pathParameter(context));
      return jsonAnswer({});
    });
    // Clients look for these very words and then use a plain PUT or GET.
    router.raw(
      ['POST'],
      `${service}/mpu/:step{create|complete|abort}/:artifact_path{.+}`,
      async () => {
        await openProxy();
        throw notInParts('upload');
      },
    );
    router.raw(['GET'], `${service}/presigned/:artifact_path{.+}`, async context => {
      await openProxy();
      pathParameter(context);
      throw notInParts('download');
    });
  }
}

function notInParts(direction: 'upload' | 'download'): TrackingError {
  return new TrackingError(
    'NOT_IMPLEMENTED',
    `Multipart ${direction} is not supported for the current artifact repository.`,
  );
}

function pathParameter(context: Context): string {
  const path = checkArtifactPath(context.req.param('artifact_path') ?? '');
  if (path === '') {
    throw missing('artifact_path');
  }
  return path;
}
