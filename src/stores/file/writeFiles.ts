import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from './fileErrors';

/*
 * Everything here resolves when the data is on disk: the file's bytes, and the name of a new file in its folder.
 */

/** Makes a folder and those above it. Resolves to whether anything had to be made. */
export async function makeFolder(path: string): Promise<boolean> {
  const first = await mkdir(path, { recursive: true });
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
  const temp = await writeTemp(tempFolder, text);
  try {
    await link(temp, path);
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
  await syncFolder(dirname(path));
  return true;
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
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

/**
 * Appends whole lines by one write, so that lines of several writers never mix. When the file ends in a line that a dead
 * writer left unfinished, that line is closed first.
 */
export async function appendLines(path: string, lines: string): Promise<void> {
  const file = await open(path, 'a+');
  let isNew = false;
  try {
    const { size } = await file.stat();
    isNew = size === 0;
    let text = lines;
    if (size > 0) {
      const last = Buffer.alloc(1);
      await file.read(last, 0, 1, size - 1);
      text = last[0] === 0x0a ? lines : `\n${lines}`;
    }
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  if (isNew) {
    await syncFolder(dirname(path));
  }
}

async function writeTemp(folder: string, text: string): Promise<string> {
  const temp = join(folder, `.${randomBytes(8).toString('hex')}.tmp`);
  await writeSynced(temp, 'wx', text);
  return temp;
}

async function writeSynced(path: string, flags: string, text: string): Promise<void> {
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
