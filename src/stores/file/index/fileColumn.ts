import { statSync } from 'node:fs';
import type { FileStamp } from '../readFiles';

/** What a file says, with the stamp that it had before it was read; `value` is absent when it says nothing. */
export interface StampedValue<T> {
  readonly value: T | undefined;
  readonly stamp: FileStamp;
  /** A part of the file was left out, so that it is read, and said to be faulty, by each process. */
  readonly isPartial?: boolean;
}

/** Reads a file; `undefined` when it is missing, or broken, which becomes a problem. */
export type ReadFile<T> = (path: string) => StampedValue<T> | undefined;

/** `mtimeMs ctimeMs size ino` of each row. Not a number: nothing is known. */
export const STAMP_SIZE = 4;
/** The inode number that stands for a missing file. */
const MISSING = -1;
/** Longer texts are read each time: a store may hold a note or a diff of many kB in each run. */
const MAX_TEXT_LENGTH = 500;

/**
 * What is remembered of the same file in each run of an experiment, such as `metrics/loss`. Never trusted over the file: a
 * value is returned only when its file still has the stamp that it had before it was read, or is watched and nothing happened
 * since.
 *
 * A stamp has the time of the last change of the inode (ctime), which no program can set back, so a copy that keeps times
 * (`rsync -t`, `cp -a`) or a text of the same length in place of another is seen. A file that changed less than `settleMs`
 * before it was read may change again within the granularity of its file system's clock: its stamp is not remembered.
 */
export class FileColumn<T> {
  private values: (T | undefined)[] = [];
  private stamps = new Float64Array(0);
  /** The tick at which each value was last known to be true. */
  private checkedAt = new Float64Array(0);
  /** Most runs lack some keys; a look that finds nothing costs less than an open that fails. */
  private wasMissing = false;
  private changes = 0;

  constructor(
    private readonly read: ReadFile<T>,
    private readonly settleMs: number,
  ) {}

  /** How many rows changed since this was last called. */
  takeChanges(): number {
    const { changes } = this;
    this.changes = 0;
    return changes;
  }

  get size(): number {
    return this.values.length;
  }

  /**
   * @param since the tick from which on every change of the file is known; Infinity when it is not watched.
   * @param now the tick of this moment.
   */
  get(row: number, path: string, since: number, now: number): T | undefined {
    if ((this.checkedAt[row] ?? -1) >= since) {
      return this.values[row];
    }
    this.grow(row);
    if (!this.isUnchanged(row, path)) {
      return this.renew(row, path, now);
    }
    this.checkedAt[row] = now;
    return this.values[row];
  }

  forget(row: number): void {
    if (row < this.values.length) {
      this.values[row] = undefined;
      this.stamps.fill(NaN, row * STAMP_SIZE, (row + 1) * STAMP_SIZE);
      this.checkedAt[row] = -1;
    }
  }

  /** What is known of the given rows, for keeping: the values, and their stamps in the same order. */
  export(rows: readonly number[]): {
    readonly values: (T | undefined)[];
    readonly stamps: Float64Array<ArrayBuffer>;
  } {
    const stamps = new Float64Array(rows.length * STAMP_SIZE).fill(NaN);
    rows.forEach((row, index) => {
      if (row < this.values.length) {
        const start = row * STAMP_SIZE;
        stamps.set(this.stamps.subarray(start, start + STAMP_SIZE), index * STAMP_SIZE);
      }
    });
    return { values: rows.map(row => this.values[row]), stamps };
  }

  /** Takes what `export` gave, for rows 0 and up. */
  import(values: (T | undefined)[], stamps: Float64Array<ArrayBuffer>): void {
    this.values = values;
    this.stamps = stamps;
    this.checkedAt = new Float64Array(values.length).fill(-1);
  }

  private isUnchanged(row: number, path: string): boolean {
    const at = row * STAMP_SIZE;
    const ino = this.stamps[at + 3];
    if (Number.isNaN(ino)) {
      return this.wasMissing && this.isStillMissing(row, path);
    }
    try {
      const stamp = statSync(path, { throwIfNoEntry: false });
      return stamp
        ? stamp.mtimeMs === this.stamps[at] &&
            stamp.ctimeMs === this.stamps[at + 1] &&
            stamp.size === this.stamps[at + 2] &&
            stamp.ino === ino
        : ino === MISSING;
    } catch {
      // Reading it says why it cannot be looked at.
      return false;
    }
  }

  /** For a row of which nothing is known, in a column that is sparse. */
  private isStillMissing(row: number, path: string): boolean {
    try {
      if (statSync(path, { throwIfNoEntry: false }) !== undefined) {
        return false;
      }
    } catch {
      return false;
    }
    this.setMissing(row);
    return true;
  }

  private renew(row: number, path: string, now: number): T | undefined {
    const readAtMs = Date.now();
    const found = this.read(path);
    this.changes += 1;
    this.wasMissing = found === undefined;
    this.checkedAt[row] = now;
    if (!found) {
      // A broken file is remembered as missing: the look that finds it there reads it again, and says again why.
      this.setMissing(row);
      return undefined;
    }
    const { value, stamp, isPartial } = found;
    if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) {
      this.forget(row);
      return value;
    }
    const at = row * STAMP_SIZE;
    this.values[row] = value;
    const settledBefore = readAtMs - this.settleMs;
    if (stamp.ctimeMs < settledBefore && stamp.mtimeMs < settledBefore && isPartial !== true) {
      this.stamps[at] = stamp.mtimeMs;
      this.stamps[at + 1] = stamp.ctimeMs;
      this.stamps[at + 2] = stamp.size;
      this.stamps[at + 3] = stamp.ino;
    } else {
      this.stamps.fill(NaN, at, at + STAMP_SIZE);
    }
    return value;
  }

  private setMissing(row: number): void {
    const at = row * STAMP_SIZE;
    this.values[row] = undefined;
    this.stamps.fill(0, at, at + STAMP_SIZE);
    this.stamps[at + 3] = MISSING;
  }

  private grow(row: number): void {
    while (this.values.length <= row) {
      this.values.push(undefined);
    }
    if (this.checkedAt.length <= row) {
      const capacity = Math.max(64, row + 1, 2 * this.checkedAt.length);
      const checkedAt = new Float64Array(capacity).fill(-1);
      checkedAt.set(this.checkedAt);
      const stamps = new Float64Array(capacity * STAMP_SIZE).fill(NaN);
      stamps.set(this.stamps);
      this.checkedAt = checkedAt;
      this.stamps = stamps;
    }
  }
}
