import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { isValidKey } from '../../tracking/isValidKey';
import { compareCodePoints } from '../../tracking/search/values';
import { TrackingError } from '../../tracking/trackingError';
import type { KeyValue } from '../../tracking/entities';
import type { ProblemList } from './problemList';
import { isFolder, listFolder, readKeyText, stampOf } from './readFiles';

/*
 * Params, tags and metrics are one file a key. A key `a/b` is the file `b` in the folder `a`.
 */

/** Folders in folders beyond any key's length of 250 characters. */
const MAX_DEPTH = 125;

/** The file of a key. The key must be valid: it then cannot lead out of the folder. */
export function keyPath(folder: string, key: string): string {
  return join(folder, ...key.split('/'));
}

/** The file of a key that may be anything, such as one from a filter; `undefined` when no such key can exist. */
export function safeKeyPath(folder: string, key: string): string | undefined {
  return isValidKey(key) ? keyPath(folder, key) : undefined;
}

/**
 * The keys in a folder, sorted. Links to files count, links to folders are not followed, as in MLflow. A file whose name can
 * be no key, such as one with a line break, becomes a problem.
 */
export function listKeys(folder: string, problems: ProblemList): string[] {
  const keys: string[] = [];
  collectKeys(folder, '', 0, keys, problems);
  return keys.sort(compareCodePoints);
}

function collectKeys(
  folder: string,
  prefix: string,
  depth: number,
  keys: string[],
  problems: ProblemList,
): void {
  for (const entry of listFolder(folder, problems)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth < MAX_DEPTH) {
        collectKeys(path, `${prefix}${entry.name}/`, depth + 1, keys, problems);
      }
    } else if (!(entry.isSymbolicLink() && isFolder(path))) {
      const key = prefix + entry.name;
      if (isValidKey(key)) {
        keys.push(key);
      } else {
        problems.report(path, 'It is left out because its name can be no key.');
      }
    }
  }
}

/** Those of the given keys that can exist, each once, sorted. */
export function chosenKeys(keys: readonly string[]): string[] {
  return [...new Set(keys)].filter(isValidKey).sort(compareCodePoints);
}

/** Params or tags: all, or those of the given keys that exist, sorted by key. */
export function readKeyValues(
  folder: string,
  only: readonly string[] | undefined,
  problems: ProblemList,
): KeyValue[] {
  const values: KeyValue[] = [];
  for (const key of only ? chosenKeys(only) : listKeys(folder, problems)) {
    const value = readKeyText(keyPath(folder, key), problems);
    if (value !== undefined) {
      values.push({ key, value });
    }
  }
  return values;
}

export function readKeyValue(
  folder: string,
  key: string,
  problems: ProblemList,
): string | undefined {
  const path = safeKeyPath(folder, key);
  return path === undefined ? undefined : readKeyText(path, problems);
}

/** Throws when a new key would need a file where a folder is, or a folder where a file is. */
export function checkKeyConflict(folder: string, key: string): void {
  const conflict = findConflict(folder, key);
  if (conflict !== undefined) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The key '${key}' cannot be stored beside '${conflict}': in a file store one of them would be both a file and a folder.`,
    );
  }
}

function findConflict(folder: string, key: string): string | undefined {
  const parts = key.split('/');
  for (let length = 1; length < parts.length; length += 1) {
    const parent = parts.slice(0, length).join('/');
    if (stampOf(keyPath(folder, parent)) && !isFolder(keyPath(folder, parent))) {
      return parent;
    }
  }
  const path = keyPath(folder, key);
  return isFolder(path) && !removeEmptyFolders(path) ? `${key}/…` : undefined;
}

/** Deleting the tag `a/b` leaves the folder `a`, which must not keep a later tag `a` out. */
function removeEmptyFolders(path: string): boolean {
  try {
    readdirSync(path).forEach(name => removeEmptyFolders(join(path, name)));
    rmdirSync(path);
    return true;
  } catch {
    // Something is inside, or is a file: the folder stays.
    return false;
  }
}

/** Throws when two keys of one batch exclude each other, such as `a` and `a/b`. */
export function checkKeysTogether(keys: readonly string[]): void {
  const all = new Set(keys);
  for (const key of keys) {
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      const parent = key.slice(0, slash);
      if (all.has(parent)) {
        throw new TrackingError(
          'INVALID_PARAMETER_VALUE',
          `The keys '${parent}' and '${key}' cannot both be stored: in a file store '${parent}' would be both a file and a folder.`,
        );
      }
    }
  }
}
