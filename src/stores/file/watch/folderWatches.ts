import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../../base/logger';
import { errnoOf, isMissing, reasonOf } from '../fileErrors';

/** A new watch costs 7 µs and 1 kB here, and 1 kB in the kernel; the limit of the system is shared with the editor. */
const MOST_WATCHES = 48_000;
const SHARE_OF_LIMIT = 1 / 4;
const LIMIT_FILE = '/proc/sys/fs/inotify/max_user_watches';
const QUEUE_FILE = '/proc/sys/fs/inotify/max_queued_events';
/** Unfinished files of this store. */
const TEMP_NAME = /\.[0-9a-f]{16}\.tmp$/;

export interface FolderWatchesOptions {
  /**
   * Given the path that changed, or the folder when the system does not say which, and whether it came, went or was replaced
   * (else only what is in it changed).
   */
  readonly onChange: (path: string, cameOrWent: boolean) => void;
  /** More happened at once than the system can tell of: anything may have changed. */
  readonly onLost: () => void;
  readonly logger: Logger;
}

/** Asks the system to tell of changes in folders, within what it can hold. What it refuses is left to polling. */
export class FolderWatches {
  private readonly watchers = new Map<string, FSWatcher>();
  private budget: number;
  private readonly queueLimit = limitFrom(QUEUE_FILE, 16_384);
  /** Events since the event loop last went round. */
  private burst = 0;

  /** @param budget how many folders may be watched; default a share of the system's limit. */
  constructor(
    private readonly options: FolderWatchesOptions,
    budget?: number,
  ) {
    this.budget = process.platform === 'linux' ? (budget ?? inotifyBudget()) : 1;
  }

  /** How many more folders can be watched. Elsewhere than on Linux one watch sees the whole tree. */
  get room(): number {
    return this.budget - this.watchers.size;
  }

  /** @returns whether the folder is watched now. */
  add(folder: string): boolean {
    if (this.watchers.has(folder)) {
      return true;
    }
    if (this.room <= 0) {
      return false;
    }
    try {
      const recursive = process.platform !== 'linux';
      const watcher = watch(folder, { persistent: false, recursive }, (event, name) =>
        this.onEvent(folder, event, name),
      );
      watcher.on('error', () => this.remove(folder));
      this.watchers.set(folder, watcher);
      return true;
    } catch (error) {
      if (!isMissing(error)) {
        if (errnoOf(error) === 'ENOSPC' || errnoOf(error) === 'EMFILE') {
          this.budget = this.watchers.size;
        }
        this.options.logger.debug(
          `Cannot watch ${folder}, looking at it in turn: ${reasonOf(error)}`,
        );
      }
      return false;
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
  }

  private onEvent(folder: string, event: string, name: string | null): void {
    if (this.burst === 0) {
      setImmediate(() => (this.burst = 0));
    }
    this.burst += 1;
    // The system drops what its queue cannot hold, and Node passes on no word of it: a queue that was half full may have been full.
    if (this.burst === Math.floor(this.queueLimit / 2)) {
      this.options.onLost();
    }
    if (name === null || !TEMP_NAME.test(name)) {
      const path = name === null ? folder : join(folder, name);
      const cameOrWent = name === null || event === 'rename';
      if (cameOrWent) {
        // Its watch, if it had one, belongs to the folder that was there before.
        this.remove(path);
      }
      this.options.onChange(path, cameOrWent);
    }
  }
}

function inotifyBudget(): number {
  // Without the file, as in some containers, a share of the smallest usual limit.
  const limit = limitFrom(LIMIT_FILE, 8192);
  return Math.min(MOST_WATCHES, Math.floor(limit * SHARE_OF_LIMIT));
}

function limitFrom(path: string, otherwise: number): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return otherwise;
  }
}
