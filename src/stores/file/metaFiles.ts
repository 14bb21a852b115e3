import { join } from 'node:path';
import { META_FILE } from './layout';
import { parseMeta, type Meta } from './metaYaml';
import type { ProblemList } from './problemList';
import { readText, sameStamp, stampOf, type FileStamp } from './readFiles';

/** MLflow moves its meta files into place across file systems, where a reader may find one empty for a moment. */
const EMPTY_RETRIES = 2;
/** A file changed within this time may change again under the same stamp: clocks of file systems are coarse. */
const SETTLE_MS = 100;

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

/**
 * Remembers what was made of meta files, as long as their stamps stay. Never trusted over the files: each look-up asks the
 * file system for the stamp. A persistent index of what searches need can take this place without its users noticing.
 */
export class MetaCache<T> {
  private readonly entries = new Map<string, { readonly stamp: FileStamp; readonly value: T }>();

  constructor(private readonly limit = 200_000) {}

  /** @param read makes the value from the file; not called while the stamp is unchanged. */
  get(folder: string, read: (folder: string) => T | undefined): T | undefined {
    const stamp = stampOf(join(folder, META_FILE));
    if (stamp === undefined) {
      this.entries.delete(folder);
      return read(folder);
    }
    const known = this.entries.get(folder);
    if (known && sameStamp(known.stamp, stamp)) {
      return known.value;
    }
    const value = read(folder);
    if (value === undefined || Date.now() - stamp.ctimeMs < SETTLE_MS) {
      this.entries.delete(folder);
      return value;
    }
    if (this.entries.size >= this.limit) {
      this.entries.clear();
    }
    const { mtimeMs, ctimeMs, size, ino } = stamp;
    this.entries.set(folder, { stamp: { mtimeMs, ctimeMs, size, ino }, value });
    return value;
  }
}
