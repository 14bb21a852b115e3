import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../../base/logger';
import { isMissing, reasonOf } from '../fileErrors';
import { decodeIndex, encodeIndex, type StoredIndex } from './indexFile';

/** All index files of a user together, and one of them, in bytes. */
const MAX_FOLDER_BYTES = 512 * 1024 ** 2;
const MAX_FILE_BYTES = 128 * 1024 ** 2;
/** Index files that nobody read or wrote for so long go away, and unfinished ones sooner. */
const MAX_AGE_MS = 60 * 24 * 3_600_000;
const MAX_TEMP_AGE_MS = 3_600_000;

/**
 * Index files in a cache folder, named by a hash of the experiment's folder. Several processes share them without locks: a
 * file is replaced in one step, and whichever is found is checked by its sum and then value by value against the store. What
 * cannot be read or written is logged and left out; an index is never a reason for a call to fail.
 */
export class IndexFolder {
  private isTidy = false;

  constructor(
    private readonly path: string,
    private readonly logger: Logger,
  ) {}

  load(experimentFolder: string): StoredIndex | undefined {
    const path = this.pathOf(experimentFolder);
    try {
      const stored = decodeIndex(readFileSync(path), experimentFolder);
      if (typeof stored !== 'string') {
        this.markUsed(path);
        return stored;
      }
      this.logger.debug(`The index ${path} is made anew: ${stored}.`);
    } catch (error) {
      if (!isMissing(error)) {
        this.logger.debug(`The index ${path} is made anew: ${reasonOf(error)}.`);
      }
    }
    return undefined;
  }

  async save(experimentFolder: string, index: StoredIndex): Promise<void> {
    const path = this.pathOf(experimentFolder);
    const temp = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const bytes = encodeIndex(index, experimentFolder);
      if (bytes.length > MAX_FILE_BYTES) {
        return;
      }
      // Params and tags may be for the user's eyes only.
      await mkdir(this.path, { recursive: true, mode: 0o700 });
      await writeFile(temp, bytes, { mode: 0o600, flag: 'wx' });
      await rename(temp, path);
      await this.tidy();
    } catch (error) {
      this.logger.debug(`The index ${path} cannot be kept: ${reasonOf(error)}.`);
      await rm(temp, { force: true }).catch(() => undefined);
    }
  }

  private pathOf(experimentFolder: string): string {
    const name = createHash('sha256').update(experimentFolder, 'utf8').digest('hex').slice(0, 32);
    return join(this.path, `${name}.index`);
  }

  private markUsed(path: string): void {
    const now = new Date();
    // A folder that cannot be written keeps the old time.
    utimes(path, now, now).catch(() => undefined);
  }

  /** Once in a process: what is old goes, then the oldest until the rest is small enough. */
  private async tidy(): Promise<void> {
    if (this.isTidy) {
      return;
    }
    this.isTidy = true;
    const files: { readonly path: string; readonly mtimeMs: number; readonly size: number }[] = [];
    for (const name of await readdir(this.path)) {
      if (/\.(index|tmp)$/.test(name)) {
        const path = join(this.path, name);
        // Another process may have been faster.
        const found = await stat(path).catch(() => undefined);
        if (found) {
          files.push({ path, mtimeMs: found.mtimeMs, size: found.size });
        }
      }
    }
    files.sort((a, b) => b.mtimeMs - a.mtimeMs);
    let total = 0;
    for (const { path, mtimeMs, size } of files) {
      total += size;
      const maxAgeMs = path.endsWith('.tmp') ? MAX_TEMP_AGE_MS : MAX_AGE_MS;
      if (mtimeMs < Date.now() - maxAgeMs || total > MAX_FOLDER_BYTES) {
        await rm(path, { force: true });
      }
    }
  }
}
