import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ArtifactRepository, FileInfo } from '../artifacts/artifactRepository';
import { checkArtifactPath, joinPath } from '../artifacts/artifactPath';
import { openRepository, type ArtifactContext } from '../artifacts/openRepository';
import type { RunInfo } from '../tracking/entities';
import { TrackingError } from '../tracking/trackingError';

/** A file or folder among a run's artifacts; the size, in bytes, is that of a file. */
export type ArtifactInfo = FileInfo;

/** The artifacts of runs, wherever their URIs point. */
export class RunArtifacts {
  constructor(private readonly context: ArtifactContext) {}

  /** Uploads a file, or a folder with everything below it, into `folder` of the artifacts. */
  async upload(info: RunInfo, localPath: string, folder: string): Promise<void> {
    const source = path.resolve(this.context.workingDir, localPath);
    const repository = await this.repositoryOf(info);
    const target = checkArtifactPath(folder);
    for (const relative of await filesOf(source)) {
      const name = relative === '' ? path.basename(source) : relative;
      await repository.write(joinPath(target, name), readFrom(path.join(source, relative)));
    }
  }

  async write(info: RunInfo, artifactPath: string, content: string | Uint8Array): Promise<void> {
    const target = checkArtifactPath(artifactPath);
    if (target === '') {
      throw new TrackingError('INVALID_PARAMETER_VALUE', 'The artifact needs a path.');
    }
    const repository = await this.repositoryOf(info);
    const bytes = typeof content === 'string' ? content : new Uint8Array(content);
    await repository.write(target, new Blob([bytes]).stream());
  }

  async list(info: RunInfo, folder: string): Promise<readonly FileInfo[]> {
    const repository = await this.repositoryOf(info);
    return await repository.list(checkArtifactPath(folder));
  }

  private repositoryOf({ artifactUri }: RunInfo): Promise<ArtifactRepository> {
    return openRepository(artifactUri, this.context);
  }
}

/** POSIX paths below `source` of the files in it, in order; '' when it is a file itself. */
async function filesOf(source: string): Promise<readonly string[]> {
  const found = await stat(source).catch((error: unknown) => {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `There is no file ${source} to log, or it cannot be read.`,
      { cause: error },
    );
  });
  if (!found.isDirectory()) {
    return [''];
  }
  const names = await readdir(source, { recursive: true });
  const files: string[] = [];
  for (const name of names.sort()) {
    // A link to a file counts as the file, as in MLflow.
    if ((await stat(path.join(source, name))).isFile()) {
      files.push(name.split(path.sep).join('/'));
    }
  }
  return files;
}

function readFrom(file: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
}
