import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder that must be there for a local store to be opened: a file store's own, a database's parent (MLflow makes the
 * file, not the folder). Undefined for stores that are not local.
 */
export function neededFolder(uri: string, workingDir: string): string | undefined {
  const scheme = /^([A-Za-z][\w+.-]+):/.exec(uri)?.[1]?.toLowerCase();
  if (uri === '') {
    return undefined;
  }
  if (scheme === undefined) {
    return path.resolve(workingDir, uri);
  }
  if (scheme === 'file') {
    const isUrl = /^file:\/\//i.test(uri) && URL.canParse(uri) && new URL(uri).host === '';
    return isUrl ? fileURLToPath(uri) : path.resolve(workingDir, uri.slice('file:'.length));
  }
  const file = /^sqlite:\/\/\/([^?]+)/i.exec(uri)?.[1];
  return file === undefined ? undefined : path.dirname(path.resolve(workingDir, file));
}

export async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch {
    // Not there, or not ours to see.
    return false;
  }
}
