import type { Logger } from '../../../base/logger';
import type { RunCoverage } from './runCoverage';
import { besidesSignature, runSignature } from './signatures';

/** Runs that are looked at on each tick: those running or changed last. */
const MAX_HOT_RUNS = 24;
/** A hot run with more files is looked at in part; what it lacks is found by the rounds. */
const MAX_HOT_FILES = 500;
/** Runs looked at on each tick, in turn: those that nobody watches or looked at, and those that are watched. */
const ROUND_SIZE = 250;
const WATCHED_ROUND_SIZE = 25;
/** A tick takes no longer than this, ms, however slow the file system is: a round then takes more ticks. */
const ROUND_MS = 20;
/** How far the clock of a file system may be from ours. */
const CLOCK_SKEW_MS = 2000;
/** In place of a signature: nobody has looked at the run yet. */
const UNKNOWN = -1;
/** In place of a signature: the system tells of all changes, and a run of thousands of files is not looked at for each. */
const TOLD = -2;

export interface WatchedRunsOptions {
  readonly coverage: RunCoverage;
  /** True where the system tells of changes anywhere below the root, so that few runs need a look. */
  readonly watchesTree: boolean;
  readonly onChanged: (runFolder: string) => void;
  readonly logger: Logger;
}

/**
 * Finds out which runs changed, at a cost that does not grow with their number: as many as may be are watched, the newest
 * first; of the others, and for safety also of the watched ones, some are looked at on each tick, in turn. A run that turns
 * out to have changed is watched from then on, in place of the one that has been quiet for the longest time.
 */
export class WatchedRuns {
  /** The signature of each run, by its folder. */
  private readonly seen = new Map<string, number>();
  /** Those that nobody watches, or that nobody looked at so far. */
  private readonly unsure = new Set<string>();
  /** Signatures of the runs that change, the one that changed last at the end. */
  private readonly hot = new Map<string, number>();
  private round: Iterator<string> | undefined;
  private watchedRound: Iterator<string> | undefined;
  /** Since when someone listens: what changed after that is told even if nobody knows what was before. */
  private startedMs = Date.now();

  constructor(private readonly options: WatchedRunsOptions) {}

  start(): void {
    this.startedMs = Date.now();
  }

  clear(): void {
    this.seen.clear();
    this.unsure.clear();
    this.hot.clear();
    this.round = this.watchedRound = undefined;
  }

  has(folder: string): boolean {
    return this.seen.has(folder);
  }

  add(folder: string): void {
    this.seen.set(folder, UNKNOWN);
    this.unsure.add(folder);
  }

  remove(folder: string): void {
    this.seen.delete(folder);
    this.unsure.delete(folder);
    this.hot.delete(folder);
    this.options.coverage.uncover(folder);
  }

  /** Has the system tell of changes in a run. */
  watch(folder: string): void {
    if (!this.options.coverage.cover(folder, evicted => this.onEvicted(evicted))) {
      this.onEvicted(folder);
    }
  }

  private onEvicted(folder: string): void {
    this.unsure.add(folder);
    if (this.seen.get(folder) === TOLD) {
      this.seen.set(folder, runSignature(folder).signature);
    }
  }

  /** To be called for a run in which something happened, or may have: it is told, and looked at often from now on. */
  changed(folder: string): void {
    this.heat(folder);
    const isTold = this.options.coverage.has(folder);
    this.seen.set(folder, isTold ? TOLD : runSignature(folder).signature);
    this.options.onChanged(folder);
  }

  /** From now on the run is watched and looked at on each tick, until as many others changed after it. */
  heat(folder: string): void {
    this.watch(folder);
    this.hot.delete(folder);
    this.hot.set(folder, this.hotSignature(folder));
    const [coldest] = this.hot.keys();
    if (coldest !== undefined && this.hot.size > MAX_HOT_RUNS) {
      this.hot.delete(coldest);
    }
  }

  tick(): void {
    for (const [folder, signature] of [...this.hot]) {
      if (this.hotSignature(folder) !== signature) {
        this.changed(folder);
      }
    }
    const deadline = performance.now() + ROUND_MS;
    this.round = this.look(this.round, this.unsure, ROUND_SIZE, deadline);
    this.watchedRound = this.look(this.watchedRound, this.seen, WATCHED_ROUND_SIZE, deadline);
  }

  private look(
    round: Iterator<string> | undefined,
    folders: { keys(): Iterator<string> },
    count: number,
    deadline: number,
  ): Iterator<string> | undefined {
    const current = round ?? folders.keys();
    for (let index = 0; index < count && performance.now() < deadline; index += 1) {
      const next = current.next();
      if (next.done) {
        return undefined;
      }
      this.check(next.value);
    }
    return current;
  }

  private check(folder: string): void {
    const known = this.seen.get(folder);
    if (known === undefined) {
      return;
    }
    const { coverage, watchesTree, logger } = this.options;
    const { signature, changedMs } = runSignature(folder);
    if (coverage.has(folder) || watchesTree) {
      this.unsure.delete(folder);
    }
    const isNews = known === UNKNOWN ? changedMs > this.startedMs - CLOCK_SKEW_MS : known !== TOLD;
    if (known === signature) {
      return;
    }
    if (isNews) {
      if (coverage.has(folder)) {
        logger.debug(`${folder} changed without a word of the system.`);
        coverage.touch(folder);
      }
      this.changed(folder);
    } else {
      this.seen.set(folder, signature);
    }
  }

  /** What the system tells of needs no look. */
  private hotSignature(folder: string): number {
    return this.options.coverage.has(folder)
      ? besidesSignature(folder).signature
      : runSignature(folder, MAX_HOT_FILES).signature;
  }
}
