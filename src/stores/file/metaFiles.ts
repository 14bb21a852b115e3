import { join } from 'node:path';
import { TrackingError } from '../../tracking/trackingError';
import { META_FILE } from './layout';
import { editMeta, parseMeta, type Meta } from './metaYaml';
import type { ProblemList } from './problemList';
import { readText, sameStamp, stampOf, type FileStamp } from './readFiles';

/** MLflow moves its meta files into place across file systems, where a reader may find one empty for a moment. */
const EMPTY_RETRIES = 2;
/**
 * A file that changed less than this before it was read may have changed again since, under the same stamp: clocks of file
 * systems are coarse, and that of a file server may be some seconds away from ours.
 */
const SETTLE_MS = 10_000;

/** Reads the `meta.yaml` of a folder. `undefined` when there is none, or it is broken, which becomes a problem. */
export function readMeta(folder: string, problems: ProblemList): Meta | undefined {
  return readMetaText(folder, problems)?.meta;
}

/** As `readMeta`, with the text as it is in the file, for editing. */
export function readMetaText(
  folder: string,
  problems: ProblemList,
): { readonly meta: Meta; readonly text: string } | undefined {
  const path = join(folder, META_FILE);
  let text = readText(path, problems);
  for (let retry = 0; text === '' && retry < EMPTY_RETRIES; retry += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    text = readText(path, problems);
  }
  if (text === undefined) {
    return undefined;
  }
  if (text.trim() === '') {
    problems.report(path, 'It is left out because it is empty.');
    return undefined;
  }
  try {
    return { meta: parseMeta(text), text };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    problems.report(path, `It is left out because it is not valid YAML: ${reason}.`);
    return undefined;
  }
}

/** The text of a folder's meta file with other values. Throws INVALID_PARAMETER_VALUE when it cannot be read. */
export function editedMeta(
  folder: string,
  changes: Parameters<typeof editMeta>[1],
  problems: ProblemList,
): string {
  const current = readMetaText(folder, problems);
  if (!current) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The file ${join(folder, META_FILE)} cannot be read, so it cannot be changed.`,
    );
  }
  return editMeta(current.text, changes);
}

interface CacheEntry<T> {
  readonly value: T;
  readonly readAtMs: number;
  /** Absent until the second look, so that the first costs nothing but the read. */
  stamp?: FileStamp;
}

/**
 * Remembers what was made of meta files, as long as their stamps stay. Never trusted over the files: each look-up after the
 * first asks the file system for the stamp. A persistent index of what searches need can take this place without its users
 * noticing.
 */
export class MetaCache<T> {
  private readonly entries = new Map<string, CacheEntry<T>>();

  constructor(private readonly limit = 200_000) {}

  /** @param read makes the value from the file; not called while the stamp is unchanged. */
  get(folder: string, read: (folder: string) => T | undefined): T | undefined {
    const known = this.entries.get(folder);
    if (known && this.isCurrent(folder, known)) {
      return known.value;
    }
    const readAtMs = Date.now();
    const value = read(folder);
    if (value === undefined) {
      this.entries.delete(folder);
      return undefined;
    }
    if (!known && this.entries.size >= this.limit) {
      this.entries.clear();
    }
    this.entries.set(folder, { value, readAtMs });
    return value;
  }

  private isCurrent(folder: string, entry: CacheEntry<T>): boolean {
    const stamp = stampOf(join(folder, META_FILE));
    if (!stamp) {
      return false;
    }
    if (entry.stamp) {
      return sameStamp(entry.stamp, stamp);
    }
    if (stamp.ctimeMs > entry.readAtMs - SETTLE_MS) {
      return false;
    }
    const { mtimeMs, ctimeMs, size, ino } = stamp;
    entry.stamp = { mtimeMs, ctimeMs, size, ino };
    return true;
  }
}
