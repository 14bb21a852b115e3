import { present } from '../base/present';
import { objects, optionalBoolean, optionalInt64, optionalText, requiredText } from './fieldReader';
import type { JsonObject, JsonRecord } from './jsonValue';

/** A file or directory: `path` is POSIX and relative to the root, or a base name in `mlflow-artifacts` lists. */
export interface FileInfo {
  readonly path: string;
  readonly isDir: boolean;
  /** Bytes; absent for directories. */
  readonly fileSize?: number;
}

export interface FileListRecord {
  readonly rootUri?: string;
  readonly files: readonly FileInfo[];
  readonly nextPageToken?: string;
}

export function encodeFileList({ rootUri, files, nextPageToken }: FileListRecord): JsonRecord {
  return {
    root_uri: rootUri,
    files:
      files.length === 0
        ? undefined
        : files.map(({ path, isDir, fileSize }) => ({
            path,
            is_dir: isDir,
            file_size: isDir ? undefined : fileSize,
          })),
    next_page_token: nextPageToken,
  };
}

export function decodeFileList(record: JsonObject): FileListRecord {
  return present({
    rootUri: optionalText(record, 'root_uri'),
    files: objects(record, 'files', (item, place) => {
      const fileSize = optionalInt64(item, 'file_size', place);
      return present({
        path: requiredText(item, 'path', place),
        isDir: optionalBoolean(item, 'is_dir', place) ?? false,
        fileSize: fileSize === undefined ? undefined : Number(fileSize),
      });
    }),
    nextPageToken: optionalText(record, 'next_page_token') || undefined,
  });
}
