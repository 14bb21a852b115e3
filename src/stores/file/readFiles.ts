import { isUtf8 } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  type Dirent,
} from 'node:fs';
import { join } from 'node:path';
import { errnoOf, isMissing, reasonOf, SpecialFileError } from './fileErrors';
import type { ProblemList } from './problemList';

/*
 * Reading is synchronous on purpose: for files of a few bytes a synchronous read takes about 10 µs, an asynchronous one
 * four times that on two cores. Callers that read many files give way between slices, see `Turns`.
 */

/** Opens a pipe without waiting for its other end. Windows has neither the flag nor such files. */
export const NO_WAIT = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

/** Longer files are left out: no history that anyone logged comes near, and one buffer must hold them. */
const MAX_BYTES = 1024 ** 3;

/** What tells one content of a file from another without reading it. */
export interface FileStamp {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly size: number;
  readonly ino: number;
}

export function stampOf(path: string): FileStamp | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A path that cannot be looked at has no stamp; reading it says why.
    return undefined;
  }
}

export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.size === b.size && a.ino === b.ino;
}

/** The bytes of a file; `undefined` when it is missing, or cannot be read, which becomes a problem. */
export function readBytes(path: string, problems: ProblemList): Buffer | undefined {
  const bytes = readWith(path, problems, false, readOnce)?.bytes;
  return bytes?.buffer === shared.buffer ? Buffer.from(bytes) : bytes;
}

/**
 * The text of a file in UTF-8; `undefined` when it is missing, or cannot be read, which becomes a problem.
 * @param folderIsMissing a folder in place of the file is no fault: the key `a` is asked for and `a/b` exists.
 */
export function readStampedText(
  path: string,
  problems: ProblemList,
  folderIsMissing: boolean,
): StampedText | undefined {
  return readWith(path, problems, folderIsMissing, readTextOnce);
}

/** As `readStampedText`, the text of a param or tag alone. */
export function readKeyText(path: string, problems: ProblemList): string | undefined {
  return readWith(path, problems, true, readTextOnce)?.text;
}

/** As `readBytes`, with the stamp that the file had before it was read, and no fault where a folder is. */
export function readStamped(path: string, problems: ProblemList): StampedBytes | undefined {
  return readWith(path, problems, true, readOnce);
}

/** Up to `length` bytes from `position` on, fewer only at the end of the file; no fault where a folder is. */
export function readBytesAt(
  path: string,
  position: number,
  length: number,
  problems: ProblemList,
): Buffer | undefined {
  return readWith(path, problems, true, () => readPartOnce(path, position, length));
}

function readWith<T>(
  path: string,
  problems: ProblemList,
  folderIsMissing: boolean,
  read: (path: string) => T,
): T | undefined {
  try {
    const content = retryStale(path, read);
    problems.clear(path);
    return content;
  } catch (error) {
    if (error instanceof NotTextError) {
      problems.report(path, 'It is left out because it is not UTF-8 text.');
    } else if (folderIsMissing && errnoOf(error) === 'EISDIR') {
      problems.clear(path);
    } else if (!isMissing(error)) {
      problems.report(path, `It is left out because it cannot be read: ${reasonOf(error)}.`);
    }
    return undefined;
  }
}

/** On a network file system a file that was replaced between two look-ups is stale once, and there the next time. */
function retryStale<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    if (errnoOf(error) === 'ESTALE') {
      return read(path);
    }
    throw error;
  }
}

class NotTextError extends Error {}

/** A text, with the stamp that its file had before it was read. */
export interface StampedText {
  readonly text: string;
  readonly stamp: FileStamp;
}

function readTextOnce(path: string): StampedText {
  const { bytes, stamp } = readOnce(path);
  const text = bytes.toString('utf8');
  if (text.includes('\uFFFD') && !isUtf8(bytes)) {
    throw new NotTextError();
  }
  return { text, stamp };
}

export interface StampedBytes {
  /** Valid until the next file is read. */
  readonly bytes: Buffer;
  readonly stamp: FileStamp;
}

function readOnce(path: string): StampedBytes {
  const file = openRegular(path);
  try {
    const stamp = stampOfRegular(file);
    return { bytes: readOpen(file, stamp.size), stamp };
  } finally {
    closeSync(file);
  }
}

function readPartOnce(path: string, position: number, length: number): Buffer {
  const file = openRegular(path);
  try {
    const { size } = stampOfRegular(file);
    const wanted = Math.max(0, Math.min(length, size - position));
    if (wanted > MAX_BYTES) {
      throw new SpecialFileError('ETOOLARGE');
    }
    const bytes = Buffer.allocUnsafeSlow(wanted);
    let filled = 0;
    for (;;) {
      const count = readSync(file, bytes, filled, wanted - filled, position + filled);
      filled += count;
      if (count === 0 || filled === wanted) {
        return bytes.subarray(0, filled);
      }
    }
  } finally {
    closeSync(file);
  }
}

function stampOfRegular(file: number): FileStamp {
  const stamp = fstatSync(file);
  if (!stamp.isFile()) {
    throw stamp.isDirectory() ? new SpecialFileError('EISDIR') : new SpecialFileError('ENOTREG');
  }
  return stamp;
}

/** Opens a file for reading, and waits for nobody: a pipe in its place would otherwise hold the whole process. */
export function openRegular(path: string): number {
  return openSync(path, constants.O_RDONLY | NO_WAIT);
}

/** Most files are a few bytes; a buffer for each would cost more than reading them. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);

function readOpen(file: number, size: number): Buffer {
  if (size > MAX_BYTES) {
    throw new SpecialFileError('ETOOLARGE');
  }
  const buffer = size < shared.length ? shared : Buffer.allocUnsafeSlow(size);
  let length = 0;
  for (;;) {
    const count = readSync(file, buffer, length, buffer.length - length, length);
    length += count;
    if (count === 0 || length >= size) {
      return buffer.subarray(0, length);
    }
  }
}

/** The entries of a folder; none when it is missing, or cannot be read, which becomes a problem. */
export function listFolder(path: string, problems: ProblemList): Dirent[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    problems.clear(path);
    return entries;
  } catch (error) {
    reportUnlisted(path, error, problems);
    return [];
  }
}

function reportUnlisted(path: string, error: unknown, problems: ProblemList): void {
  if (!isMissing(error)) {
    problems.report(path, `Its content is left out because it cannot be read: ${reasonOf(error)}.`);
  }
}

/** The names in a folder, without a look at what they are; none when it is missing, or cannot be read. */
export function listNames(path: string, problems: ProblemList): string[] {
  try {
    const names = readdirSync(path);
    problems.clear(path);
    return names;
  } catch (error) {
    reportUnlisted(path, error, problems);
    return [];
  }
}

/** The names of the folders in a folder. Links to folders count, as in MLflow. */
export function listSubfolders(path: string, problems: ProblemList): string[] {
  return listFolder(path, problems)
    .filter(
      entry =>
        entry.isDirectory() || (entry.isSymbolicLink() && leadsToFolder(path, entry, problems)),
    )
    .map(entry => entry.name);
}

function leadsToFolder(parent: string, entry: Dirent, problems: ProblemList): boolean {
  const path = join(parent, entry.name);
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    problems.report(
      path,
      `It is left out because it is a link that leads nowhere: ${reasonOf(error)}.`,
    );
    return false;
  }
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
