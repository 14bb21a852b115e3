import { randomBytes } from 'node:crypto';
import {
  access,
  constants,
  link,
  mkdir,
  open,
  rename,
  rm,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, SpecialFileError } from './fileErrors';
import { NO_WAIT, stampOf } from './readFiles';

/*
 * Everything here resolves when the data is on disk: the file's bytes, and the name of a new file in its folder.
 */

/** How many files are made durable side by side. */
export const PARALLEL_WRITES = 8;

/** Makes a folder and those above it. Resolves to whether anything had to be made. */
export async function makeFolder(path: string): Promise<boolean> {
  const first = await mkdir(path, { recursive: true }).catch((error: unknown) =>
    throwReason(error, path),
  );
  if (first === undefined) {
    return false;
  }
  for (let folder = path; ; folder = dirname(folder)) {
    await syncFolder(dirname(folder));
    if (folder === first || dirname(folder) === folder) {
      return true;
    }
  }
}

/** Node says ENOENT also where a folder could not be made because the file system is read-only. */
async function throwReason(error: unknown, path: string): Promise<never> {
  if (errnoOf(error) === 'ENOENT') {
    let existing = dirname(path);
    while (stampOf(existing) === undefined && dirname(existing) !== existing) {
      existing = dirname(existing);
    }
    await access(existing, constants.W_OK);
  }
  throw error;
}

/** Replaces a file in one step: a reader sees the old content or the new one, and a crash leaves one of the two. */
export async function replaceFile(
  path: string,
  text: string,
  tempFolder = dirname(path),
): Promise<void> {
  const temp = await writeTemp(tempFolder, text);
  try {
    await rename(temp, path);
  } catch (error) {
    await unlink(temp);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Creates a file in one step. Resolves to false, and changes nothing, when it exists already. */
export async function createFile(path: string, text: string, tempFolder: string): Promise<boolean> {
  const isNew = await placeFile(path, text, tempFolder);
  if (isNew) {
    await syncFolder(dirname(path));
  }
  return isNew;
}

/** As `createFile`; the name is on disk only after `syncFolder`, which several files of a folder can share. */
export async function placeFile(path: string, text: string, tempFolder: string): Promise<boolean> {
  const temp = await writeTemp(tempFolder, text);
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') {
      return false;
    }
    if (!CANNOT_LINK.has(errnoOf(error) ?? '')) {
      throw error;
    }
    return await createWithoutLink(path, text);
  } finally {
    await unlink(temp);
  }
}

/** File systems without hard links, such as FAT and some network shares. */
const CANNOT_LINK = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

async function createWithoutLink(path: string, text: string): Promise<boolean> {
  try {
    await writeSynced(path, 'wx', text);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') {
      return false;
    }
    await rm(path, { force: true });
    throw error;
  }
  return true;
}

/** What an append did to a file: enough to take it back. */
export interface Appended {
  /** Bytes that the file had before; undefined when there was none. */
  readonly sizeBefore: number | undefined;
  readonly sizeAfter: number;
}

/**
 * Appends whole lines by one write, so that lines of several writers never mix. A new file appears with its lines in it: MLflow
 * cannot read a run with an empty metric file. A disk that is full leaves the file as it was.
 */
export async function appendLines(
  path: string,
  lines: string,
  tempFolder: string,
): Promise<Appended> {
  for (;;) {
    const file = await openExisting(path);
    if (file) {
      try {
        return await appendTo(file, lines);
      } finally {
        await file.close();
      }
    }
    if (await createFile(path, lines, tempFolder)) {
      return { sizeBefore: undefined, sizeAfter: Buffer.byteLength(lines) };
    }
  }
}

/** Takes back an append. Throws when others have written to the file since. */
export async function cutBack(path: string, { sizeBefore, sizeAfter }: Appended): Promise<void> {
  const file = await open(path, 'r+');
  try {
    if ((await file.stat()).size !== sizeAfter) {
      throw new Error(`${path} was written by others in the meantime`);
    }
    if (sizeBefore !== undefined) {
      await file.truncate(sizeBefore);
    }
  } finally {
    await file.close();
  }
  if (sizeBefore === undefined) {
    await unlink(path);
  }
}

/** Nobody is still writing an unfinished line after this long, ms: it is one write. */
const DEAD_LINE_MS = 1000;
const TAIL_BYTES = 4096;
const LINE_FEED = 0x0a;

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDWR | constants.O_APPEND | NO_WAIT);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

async function appendTo(file: FileHandle, lines: string): Promise<Appended> {
  const stamp = await file.stat();
  if (!stamp.isFile()) {
    throw new SpecialFileError('ENOTREG');
  }
  const { size, mtimeMs } = stamp;
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
  await file.read(tail, 0, tail.length, size - tail.length);
  const end = tail.lastIndexOf(LINE_FEED);
  const fragment = tail.length - 1 - end;
  let sizeBefore = size;
  let text = lines;
  if (fragment > 0 && end >= 0 && Date.now() - mtimeMs > DEAD_LINE_MS) {
    // A writer died in the middle of it. Closed, it could be a point that nobody logged, and MLflow reads no run with half a one.
    sizeBefore = size - fragment;
    await file.truncate(sizeBefore);
  } else if (fragment > 0) {
    text = `\n${lines}`;
  }
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) {
      written += (await file.write(bytes, written)).bytesWritten;
    }
    await file.datasync();
  } catch (error) {
    if (written > 0 && (await file.stat()).size === sizeBefore + written) {
      await file.truncate(sizeBefore);
    }
    throw error;
  }
  return { sizeBefore, sizeAfter: sizeBefore + bytes.length };
}

/** Writes an unfinished file, durably. @returns its path */
export async function writeTemp(folder: string, text: string): Promise<string> {
  const temp = join(folder, `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await writeSynced(temp, 'wx', text);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
  return temp;
}

/** The name of a new file is on disk only after `syncFolder`. */
export async function writeSynced(path: string, flags: string, text: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames and new names in a folder durable. Windows has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
