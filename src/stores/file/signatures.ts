import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  ARTIFACTS_FOLDER,
  INPUTS_FOLDER,
  META_FILE,
  METRICS_FOLDER,
  OUTPUTS_FOLDER,
  PARAMS_FOLDER,
  TAGS_FOLDER,
} from './layout';
import { isFolder, stampOf } from './readFiles';

/*
 * A signature is a text that is another one when something changed. Most cost a few look-ups and no reading.
 */

/** More files than that in one run are not looked at one by one. */
const MAX_FILES = 500;

export function pathSignature(...paths: readonly string[]): string {
  return paths
    .map(path => {
      const stamp = stampOf(path);
      return stamp ? `${stamp.ino}:${stamp.size}:${stamp.mtimeMs}` : '-';
    })
    .join(' ');
}

/** Sees new, gone, renamed and re-tagged experiments' own data, not their runs. */
export function experimentSignature(folder: string): string {
  return pathSignature(join(folder, META_FILE), join(folder, TAGS_FOLDER));
}

/** Sees new keys and changes of the meta file, but not that a file grew. */
export function runSignature(folder: string): string {
  return pathSignature(...runPaths(folder));
}

/** When what `runSignature` sees changed last, in ms since epoch by the file system's clock. */
export function runChangedMs(folder: string): number {
  return Math.max(...runPaths(folder).map(path => stampOf(path)?.ctimeMs ?? 0));
}

function runPaths(folder: string): string[] {
  return [META_FILE, TAGS_FOLDER, PARAMS_FOLDER, METRICS_FOLDER].map(name => join(folder, name));
}

/** Sees everything in a run that a client can log, down to the size of each metric file. */
export function wholeRunSignature(folder: string): string {
  const parts = [runSignature(folder)];
  for (const name of [ARTIFACTS_FOLDER, INPUTS_FOLDER, OUTPUTS_FOLDER]) {
    parts.push(pathSignature(join(folder, name)));
  }
  for (const name of [METRICS_FOLDER, TAGS_FOLDER]) {
    for (const path of listFiles(join(folder, name))) {
      parts.push(pathSignature(path));
    }
  }
  return parts.join(' ');
}

/** The folders of a run in which a change can happen without one in the folder above. */
export function innerFolders(folder: string): string[] {
  const metrics = join(folder, METRICS_FOLDER);
  const nested = listNames(metrics)
    .map(name => join(metrics, name))
    .filter(isFolder);
  return [metrics, join(folder, TAGS_FOLDER), join(folder, PARAMS_FOLDER), ...nested];
}

function listFiles(folder: string): string[] {
  return listNames(folder, true)
    .slice(0, MAX_FILES)
    .map(name => join(folder, name));
}

function listNames(folder: string, recursive = false): string[] {
  try {
    return readdirSync(folder, { recursive, encoding: 'utf8' });
  } catch {
    // Missing or not readable: no names, and the folder's own stamp tells of a change.
    return [];
  }
}
