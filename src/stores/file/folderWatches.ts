import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../base/logger';
import { errnoOf, isMissing, reasonOf } from './fileErrors';

/** A new watch costs 7 µs and 2 kB; the limit of the system is shared with the editor, so most of it is left alone. */
const MOST_WATCHES = 12_000;
const SHARE_OF_LIMIT = 1 / 8;
const LIMIT_FILE = '/proc/sys/fs/inotify/max_user_watches';
/** Unfinished files of this store. */
const TEMP_NAME = /\.[0-9a-f]{16}\.tmp$/;

/** Asks the system to tell of changes in folders, within what it can hold. What it refuses is left to polling. */
export class FolderWatches {
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly budget = process.platform === 'linux' ? inotifyBudget() : 1;
  private refused = false;

  /** @param onChange is given the path that changed, or the folder when the system does not say which. */
  constructor(
    private readonly onChange: (path: string) => void,
    private readonly logger: Logger,
  ) {}

  /** How many more folders can be watched. Elsewhere than on Linux one watch sees the whole tree. */
  get room(): number {
    return this.refused ? 0 : this.budget - this.watchers.size;
  }

  add(folder: string): void {
    if (this.room <= 0 || this.watchers.has(folder)) {
      return;
    }
    try {
      const recursive = process.platform !== 'linux';
      const watcher = watch(folder, { persistent: false, recursive }, (_event, name) => {
        if (name === null || !TEMP_NAME.test(name)) {
          this.onChange(name === null ? folder : join(folder, name));
        }
      });
      watcher.on('error', () => this.remove(folder));
      this.watchers.set(folder, watcher);
    } catch (error) {
      if (!isMissing(error)) {
        this.refused = errnoOf(error) === 'ENOSPC' || errnoOf(error) === 'EMFILE';
        this.logger.debug(`Cannot watch ${folder}, looking at it in turn: ${reasonOf(error)}`);
      }
    }
  }

  remove(folder: string): void {
    this.watchers.get(folder)?.close();
    this.watchers.delete(folder);
  }

  clear(): void {
    for (const folder of [...this.watchers.keys()]) {
      this.remove(folder);
    }
    this.refused = false;
  }
}

function inotifyBudget(): number {
  try {
    const limit = Number(readFileSync(LIMIT_FILE, 'utf8'));
    return Math.min(MOST_WATCHES, Math.floor(limit * SHARE_OF_LIMIT));
  } catch {
    // No such file in some containers: a share of the smallest usual limit.
    return 8192 * SHARE_OF_LIMIT;
  }
}
