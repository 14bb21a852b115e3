import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Coverage } from '../index/coverage';
import { METRICS_FOLDER, PARAMS_FOLDER, TAGS_FOLDER } from '../layout';
import { stampOf } from '../readFiles';
import type { FolderWatches } from './folderWatches';

const DATA_FOLDERS = [METRICS_FOLDER, PARAMS_FOLDER, TAGS_FOLDER];
/** Folders in folders beyond any key's length of 250 characters. */
const MAX_DEPTH = 125;

interface Covered {
  /** The tick from which on every change is known; Infinity between a change of names and the next look at them. */
  since: number;
  /** Its folders, the run's own among them, which are watched. */
  folders: readonly string[];
}

interface CoveredExperiment {
  since: number;
  /** The watch belongs to this folder, whatever its name leads to by now. */
  readonly ino: number | undefined;
}

/**
 * Which runs are watched in all their folders, so that nothing can be logged to them unnoticed. Only where all changes pass
 * through this machine's kernel; a file that is reached by a link from elsewhere is found by the rounds of the watcher.
 */
export class RunCoverage implements Coverage {
  tick = 1;
  /** Those covered first, or the longest time ago, come first. */
  private readonly runs = new Map<string, Covered>();
  private readonly experiments = new Map<string, CoveredExperiment>();

  constructor(
    private readonly watches: FolderWatches,
    private readonly isLocal: boolean,
  ) {}

  knownSince(runFolder: string): number {
    return this.runs.get(runFolder)?.since ?? Infinity;
  }

  namesKnownSince(experimentFolder: string): number {
    const covered = this.experiments.get(experimentFolder);
    return covered && covered.ino === stampOf(experimentFolder)?.ino ? covered.since : Infinity;
  }

  /** What happened before the call is in the system's queue, which is read once between two rounds of the event loop. */
  async catchUp(): Promise<void> {
    if (this.runs.size > 0 || this.experiments.size > 0) {
      await setImmediate();
      await setImmediate();
    }
  }

  has(runFolder: string): boolean {
    return this.runs.has(runFolder);
  }

  /** To be called with a folder that is watched already. */
  coverExperiment(folder: string): void {
    if (this.isLocal) {
      const ino = stampOf(folder)?.ino;
      this.experiments.set(folder, { since: this.nextTick(), ino });
    }
  }

  uncoverExperiment(folder: string): void {
    this.experiments.delete(folder);
  }

  /**
   * Watches all folders of a run, or looks again which it has.
   * @param onEvict told of each run that is watched no longer, to make room.
   * @returns whether the run is covered.
   */
  cover(runFolder: string, onEvict: (runFolder: string) => void): boolean {
    const known = this.runs.get(runFolder);
    if (!this.isLocal || (known && known.since !== Infinity)) {
      return known !== undefined;
    }
    this.runs.delete(runFolder);
    const folders = [runFolder];
    const isComplete =
      this.watch(runFolder, onEvict) &&
      DATA_FOLDERS.every(name => this.watchTree(join(runFolder, name), 0, folders, onEvict));
    const kept = isComplete ? folders : [];
    for (const folder of [...(known?.folders ?? []), ...folders]) {
      if (!kept.includes(folder)) {
        this.watches.remove(folder);
      }
    }
    if (!isComplete) {
      return false;
    }
    this.runs.set(runFolder, { since: this.nextTick(), folders });
    return true;
  }

  uncover(runFolder: string): void {
    this.runs.get(runFolder)?.folders.forEach(folder => this.watches.remove(folder));
    this.runs.delete(runFolder);
  }

  /** Something was written in a run. */
  touch(runFolder: string): void {
    const covered = this.runs.get(runFolder);
    if (covered && covered.since !== Infinity) {
      covered.since = this.nextTick();
    }
  }

  /** A file or folder of a run came or went: it may be a folder with files that nobody watches yet. */
  doubt(runFolder: string): void {
    const covered = this.runs.get(runFolder);
    if (covered) {
      covered.since = Infinity;
    }
  }

  touchExperiment(folder: string): void {
    const covered = this.experiments.get(folder);
    if (covered) {
      covered.since = this.nextTick();
    }
  }

  clear(): void {
    this.runs.clear();
    this.experiments.clear();
  }

  private nextTick(): number {
    this.tick += 1;
    return this.tick;
  }

  private watch(folder: string, onEvict: (runFolder: string) => void): boolean {
    while (this.watches.room <= 0 && this.runs.size > 0) {
      const [oldest = ''] = this.runs.keys();
      this.uncover(oldest);
      onEvict(oldest);
    }
    return this.watches.add(folder);
  }

  /** A folder that does not exist needs no watch: its coming is seen in the folder above. */
  private watchTree(
    folder: string,
    depth: number,
    watched: string[],
    onEvict: (runFolder: string) => void,
  ): boolean {
    if (!this.watch(folder, onEvict)) {
      return stampOf(folder) === undefined;
    }
    watched.push(folder);
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isSymbolicLink()) {
          // What it leads to can be written without a word to this folder.
          return false;
        }
        if (
          entry.isDirectory() &&
          (depth >= MAX_DEPTH || !this.watchTree(path, depth + 1, watched, onEvict))
        ) {
          return false;
        }
      }
      return true;
    } catch {
      // Gone again, or not to be read.
      return false;
    }
  }
}
