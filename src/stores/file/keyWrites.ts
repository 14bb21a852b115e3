import { unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KeyValue } from '../../tracking/entities';
import { validateKey } from '../../tracking/validation';
import { errnoOf, isMissing, writeError } from './fileErrors';
import { checkKeyConflict, keyPath } from './keyFiles';
import { forEachLimited } from './keyedQueue';
import {
  createFile,
  makeFolder,
  PARALLEL_WRITES,
  replaceFile,
  syncFolder,
  writeSynced,
} from './writeFiles';

/**
 * Writes a tag, replacing an older one in one step.
 * @param tempFolder a folder on the same file system that holds no keys: a temporary file left by a crash must not be one.
 */
export async function writeKeyFile(
  folder: string,
  { key, value }: KeyValue,
  tempFolder: string,
): Promise<void> {
  checkKeyConflict(folder, key);
  const path = keyPath(folder, key);
  try {
    await makeFolder(dirname(path));
    await replaceFile(path, value, tempFolder);
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * Writes the keys of a folder that no reader looks into yet, such as the tags of a run without its meta file: nothing has to be
 * hidden until it is whole, and one look at each folder makes all of its names durable. No key may be another one's folder.
 */
export async function writeFirstKeys(folder: string, entries: readonly KeyValue[]): Promise<void> {
  const folders = new Set([folder]);
  await forEachLimited(entries, PARALLEL_WRITES, async ({ key, value }) => {
    const path = keyPath(folder, key);
    try {
      if (dirname(path) !== folder) {
        folders.add(dirname(path));
        await makeFolder(dirname(path));
      }
      await writeSynced(path, 'wx', value);
    } catch (error) {
      throw writeError(path, error);
    }
  });
  for (const written of folders) {
    await syncFolder(written);
  }
}

/** Writes a param that does not exist yet. Resolves to false when it does. */
export async function createKeyFile(
  folder: string,
  { key, value }: KeyValue,
  tempFolder: string,
): Promise<boolean> {
  checkKeyConflict(folder, key);
  const path = keyPath(folder, key);
  try {
    await makeFolder(dirname(path));
    return await createFile(path, value, tempFolder);
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Resolves to false when there is no such key. */
export async function deleteKeyFile(folder: string, key: string): Promise<boolean> {
  validateKey(key, 'key');
  const path = keyPath(folder, key);
  try {
    await unlink(path);
  } catch (error) {
    // Unlinking a folder is EISDIR on Linux and EPERM elsewhere: the key `a` where only `a/b` exists.
    if (isMissing(error) || errnoOf(error) === 'EISDIR') {
      return false;
    }
    throw writeError(path, error);
  }
  await syncFolder(dirname(path));
  return true;
}
