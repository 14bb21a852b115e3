import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, isMissing, reasonOf } from './fileErrors';
import type { ProblemList } from './problemList';

/*
 * Reading is synchronous on purpose: for files of a few bytes a synchronous read takes about 10 µs, an asynchronous one
 * four times that on two cores. Callers that read many files give way between slices, see `Turns`.
 */

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
  try {
    const bytes = readFileSync(path);
    problems.clear(path);
    return bytes;
  } catch (error) {
    reportUnreadable(path, error, problems);
    return undefined;
  }
}

/** The text of a file in UTF-8; `undefined` when it is missing, or cannot be read, which becomes a problem. */
export function readText(path: string, problems: ProblemList): string | undefined {
  return readFileAt(path, problems, false);
}

/** As `readText`, where a folder in place of the file is no fault: the key `a` is asked for and `a/b` exists. */
export function readKeyText(path: string, problems: ProblemList): string | undefined {
  return readFileAt(path, problems, true);
}

function readFileAt(
  path: string,
  problems: ProblemList,
  folderIsMissing: boolean,
): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.includes('\uFFFD') && !isUtf8(readFileSync(path))) {
      problems.report(path, 'It is left out because it is not UTF-8 text.');
      return undefined;
    }
    problems.clear(path);
    return text;
  } catch (error) {
    if (folderIsMissing && errnoOf(error) === 'EISDIR') {
      return undefined;
    }
    reportUnreadable(path, error, problems);
    return undefined;
  }
}

function reportUnreadable(path: string, error: unknown, problems: ProblemList): void {
  if (!isMissing(error)) {
    problems.report(path, `It is left out because it cannot be read: ${reasonOf(error)}.`);
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
