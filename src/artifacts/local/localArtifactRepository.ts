import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { present } from '../../base/present';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions } from '../../tracking/trackingStore';
import type { ArtifactContent, ArtifactRepository, FileInfo } from '../artifactRepository';
import { joinPath } from '../artifactPath';
import { isMissing, translateFileError } from './fileErrors';

/** Files that a write has not finished; never listed. */
const UNFINISHED = /^\.mlflow-tracker-[0-9a-f]{16}\.tmp$/;

/** A directory of this machine as an artifact repository. */
export class LocalArtifactRepository implements ArtifactRepository {
  readonly rootUri: string;

  /** @param root absolute path; need not exist yet. */
  constructor(private readonly root: string) {
    this.rootUri = pathToFileURL(root).href;
  }

  async list(directory: string, _options?: CallOptions): Promise<readonly FileInfo[]> {
    const absolute = await this.resolve(directory);
    const names = await readdir(absolute).catch((error: unknown) => {
      if (isMissing(error)) {
        return [];
      }
      throw translateFileError(error, directory);
    });
    const infos = await Promise.all(
      names
        .filter(name => !UNFINISHED.test(name))
        .map(name => this.infoOf(joinPath(directory, name))),
    );
    return infos
      .filter(info => info !== undefined)
      .sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  }

  /** @returns undefined for a broken link, and one that leaves the root. */
  private async infoOf(file: string): Promise<FileInfo | undefined> {
    try {
      const stats = await stat(await this.resolve(file));
      const isDir = stats.isDirectory();
      return present({ path: file, isDir, fileSize: isDir ? undefined : stats.size });
    } catch {
      return undefined;
    }
  }

  async read(file: string, options: CallOptions = {}): Promise<ArtifactContent> {
    const absolute = await this.resolve(file);
    try {
      const handle = await open(absolute, 'r');
      const stats = await handle.stat();
      if (!stats.isFile()) {
        await handle.close();
        throw stats.isDirectory() ? directoryArtifact(file) : missingArtifact(file);
      }
      const stream = createReadStream(absolute, {
        fd: handle,
        highWaterMark: 256 * 1024,
        ...(options.signal && { signal: options.signal }),
      });
      return { stream: Readable.toWeb(stream) as ReadableStream<Uint8Array>, size: stats.size };
    } catch (error) {
      throw isMissing(error) ? missingArtifact(file) : translateFileError(error, file);
    }
  }

  async write(
    file: string,
    content: ReadableStream<Uint8Array>,
    options: CallOptions = {},
  ): Promise<void> {
    if (file === '') {
      throw new TrackingError('INVALID_PARAMETER_VALUE', 'An artifact needs a file name.');
    }
    const absolute = await this.resolve(file);
    const directory = path.dirname(absolute);
    const unfinished = path.join(
      directory,
      `.mlflow-tracker-${randomBytes(8).toString('hex')}.tmp`,
    );
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      throw translateFileError(error, file);
    });
    try {
      await writeDurably(unfinished, content, options.signal);
      await rename(unfinished, absolute);
      await syncDirectory(directory);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw translateFileError(error, file);
    }
  }

  async delete(file: string, _options?: CallOptions): Promise<void> {
    const parent = await this.resolve(path.posix.dirname(file));
    // The last segment is not resolved: of a symbolic link only the link is deleted.
    await rm(path.join(parent, path.posix.basename(file)), { recursive: true, force: true }).catch(
      (error: unknown) => {
        if (!isMissing(error)) {
          throw translateFileError(error, file);
        }
      },
    );
  }

  /** The absolute path with all symbolic links resolved. Throws when it leaves the root. */
  private async resolve(relative: string): Promise<string> {
    const root = await resolveLinks(this.root);
    const absolute = await resolveLinks(path.join(root, relative));
    const inside = path.relative(root, absolute);
    if (inside === '..' || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `Invalid path: ${JSON.stringify(relative)} leaves the artifact root.`,
      );
    }
    return absolute;
  }
}

/** Resolves the part of a path that exists; a link to nothing is refused, for what it points to cannot be checked. */
async function resolveLinks(absolute: string): Promise<string> {
  try {
    return await realpath(absolute);
  } catch (error) {
    if (!isMissing(error)) {
      throw translateFileError(error, absolute);
    }
  }
  const found = await lstat(absolute).catch(() => undefined);
  if (found?.isSymbolicLink()) {
    throw missingArtifact(path.basename(absolute));
  }
  if (found !== undefined) {
    // Another write has made it between the two looks.
    return resolveLinks(absolute);
  }
  const parent = path.dirname(absolute);
  return parent === absolute
    ? absolute
    : path.join(await resolveLinks(parent), path.basename(absolute));
}

async function writeDurably(
  file: string,
  content: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    for await (const chunk of content) {
      signal?.throwIfAborted();
      // Unlike `write`, all of it: what a disk still has room for is no artifact.
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename durable; Windows cannot open a directory and needs no such step. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** As MLflow 3.17. */
function directoryArtifact(file: string): TrackingError {
  return new TrackingError(
    'INVALID_PARAMETER_VALUE',
    `Artifact path refers to a directory, not a file: '${file}'`,
  );
}

function missingArtifact(file: string): TrackingError {
  return new TrackingError('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${file}'`);
}
