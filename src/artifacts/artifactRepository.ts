import type { CallOptions } from '../tracking/trackingStore';
import type { FileInfo } from '../wire/fileInfoRecord';

export type { FileInfo };

export interface ArtifactContent {
  readonly stream: ReadableStream<Uint8Array>;
  /** Bytes, when known. */
  readonly size?: number;
}

/**
 * The artifacts below one root URI. Paths are relative and POSIX, already checked by `artifactPath.ts`; a repository checks
 * again that they stay inside its root, after resolving symbolic links.
 */
export interface ArtifactRepository {
  readonly rootUri: string;
  /** One level, sorted by path. A file's path and a missing one give an empty list, as in MLflow. */
  list(path: string, options?: CallOptions): Promise<readonly FileInfo[]>;
  /** Throws RESOURCE_DOES_NOT_EXIST, and INVALID_PARAMETER_VALUE for a directory. */
  read(path: string, options?: CallOptions): Promise<ArtifactContent>;
  /** Makes directories as needed, replaces what is there; resolves when it is on disk. */
  write(path: string, content: ReadableStream<Uint8Array>, options?: CallOptions): Promise<void>;
  /** A file or a tree; a missing one is no error. */
  delete(path: string, options?: CallOptions): Promise<void>;
}
