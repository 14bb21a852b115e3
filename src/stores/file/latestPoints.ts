import type { Metric } from '../../tracking/entities';
import { extendedPart, NOTHING_READ, readAppended, type ReadPart } from './appendedBytes';
import { parseDatasetColumns, readPoints, comparePoints } from './metricLines';
import type { ProblemList } from './problemList';
import { readStamped, sameStamp, stampOf, type FileStamp } from './readFiles';

type Latest = Omit<Metric, 'key'>;

/** What the lines read so far say. */
interface Summary {
  readonly latest: Latest | undefined;
  readonly malformed: number;
}

interface Entry extends Summary, ReadPart {
  readonly stamp: FileStamp;
}

const NOTHING: Summary & ReadPart = { latest: undefined, malformed: 0, ...NOTHING_READ };

/** Smaller files are read anew each time: that is as cheap as remembering them. */
const LARGE_BYTES = 64 * 1024;
const LIMIT = 2000;

/**
 * The latest point of metric files. Of large files only what was appended since the last look is read, so that following a
 * long run costs as much as what is new in it.
 */
export class LatestPoints {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly problems: ProblemList) {}

  /** `undefined` when there is no file, or no point in it. */
  get(path: string): Latest | undefined {
    return this.getStamped(path)?.latest;
  }

  /** As `get`, with the stamp that the file had before it was read; `undefined` when there is no file. */
  getStamped(
    path: string,
  ): { readonly latest: Latest | undefined; readonly stamp: FileStamp } | undefined {
    const known = this.entries.get(path);
    return known ? this.getGrown(path, known) : this.getAny(path);
  }

  private getAny(path: string): Pick<Entry, 'latest' | 'stamp'> | undefined {
    const read = readStamped(path, this.problems);
    if (!read) {
      return undefined;
    }
    const { bytes, stamp } = read;
    return bytes.length < LARGE_BYTES
      ? { latest: this.scan(path, bytes, NOTHING).latest, stamp }
      : this.remember(path, bytes, stamp, NOTHING);
  }

  private getGrown(path: string, known: Entry): Pick<Entry, 'latest' | 'stamp'> | undefined {
    const stamp = stampOf(path);
    if (stamp && sameStamp(stamp, known.stamp)) {
      return known;
    }
    this.entries.delete(path);
    const appended = stamp?.ino === known.stamp.ino ? readAppended(path, known) : undefined;
    return stamp && appended ? this.remember(path, appended, stamp, known) : this.getAny(path);
  }

  private remember(
    path: string,
    bytes: Buffer,
    stamp: FileStamp,
    before: Summary & ReadPart,
  ): Entry {
    if (this.entries.size >= LIMIT) {
      this.entries.clear();
    }
    const { mtimeMs, ctimeMs, size, ino } = stamp;
    const entry: Entry = {
      ...this.scan(path, bytes, before),
      ...extendedPart(before, bytes),
      stamp: { mtimeMs, ctimeMs, size, ino },
    };
    this.entries.set(path, entry);
    return entry;
  }

  private scan(path: string, bytes: Buffer, before: Summary): Summary {
    let latest = before.latest;
    let rest: string | undefined;
    const faults = readPoints(bytes, (timestampMs, value, step, pointRest) => {
      if (!latest || comparePoints({ timestampMs, value, step }, latest) > 0) {
        latest = { timestampMs, value, step };
        rest = pointRest;
      }
    });
    const malformed = before.malformed + faults.malformed;
    reportFaults(path, { ...faults, malformed }, this.problems);
    return {
      latest: latest && rest !== undefined ? { ...latest, ...parseDatasetColumns(rest) } : latest,
      malformed,
    };
  }
}

/** Lists the lines of a metric file that could not be read, or clears the file when all could. */
export function reportFaults(
  path: string,
  faults: ReturnType<typeof readPoints>,
  problems: ProblemList,
): void {
  if (faults.malformed > 0) {
    const lines = faults.malformed === 1 ? 'One line is' : `${faults.malformed} lines are`;
    problems.report(path, `${lines} left out because no metric point can be read from it.`);
  } else if (faults.unfinished) {
    problems.report(path, 'Its last line is left out because it is not complete.');
  } else {
    problems.clear(path);
  }
}
