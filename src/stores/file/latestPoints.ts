import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Int64 } from '../../base/int64';
import type { Metric } from '../../tracking/entities';
import { parseDatasetColumns, readPoints, comparePoints } from './metricLines';
import type { ProblemList } from './problemList';
import { readBytes, stampOf } from './readFiles';

type Latest = Omit<Metric, 'key'>;

interface Entry {
  readonly ino: number;
  readonly mtimeMs: number;
  /** Bytes read so far, always up to the end of a line. */
  readonly size: number;
  /** The last bytes read, which must still be there for the file to have only grown. */
  readonly tail: Buffer;
  readonly latest: Latest | undefined;
}

/** Smaller files are read anew each time: that is as cheap as remembering them. */
const LARGE_BYTES = 64 * 1024;
const TAIL_BYTES = 64;
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
    const stamp = stampOf(path);
    if (!stamp || stamp.size === 0) {
      return undefined;
    }
    if (stamp.size < LARGE_BYTES) {
      const bytes = readBytes(path, this.problems);
      return bytes && this.scan(path, bytes, undefined);
    }
    const known = this.entries.get(path);
    if (known?.ino === stamp.ino && known.mtimeMs === stamp.mtimeMs && known.size === stamp.size) {
      return known.latest;
    }
    const grown = known?.ino === stamp.ino && stamp.size > known.size ? known : undefined;
    const appended = grown && readAppended(path, grown);
    const bytes = appended ?? readBytes(path, this.problems);
    if (!bytes) {
      return undefined;
    }
    const latest = this.scan(path, bytes, appended ? grown?.latest : undefined);
    this.remember(path, bytes, {
      ino: stamp.ino,
      mtimeMs: stamp.mtimeMs,
      size: appended && grown ? grown.size : 0,
      tail: appended && grown ? grown.tail : Buffer.alloc(0),
      latest,
    });
    return latest;
  }

  private remember(path: string, bytes: Buffer, before: Entry): void {
    const end = bytes.lastIndexOf(0x0a) + 1;
    const tail = Buffer.concat([before.tail, bytes.subarray(0, end)]).subarray(-TAIL_BYTES);
    if (this.entries.size >= LIMIT) {
      this.entries.clear();
    }
    this.entries.set(path, { ...before, size: before.size + end, tail: Buffer.from(tail) });
  }

  private scan(path: string, bytes: Buffer, before: Latest | undefined): Latest | undefined {
    let timestampMs: Int64 = before?.timestampMs ?? 0;
    let value = before?.value ?? NaN;
    let step: Int64 = before?.step ?? 0;
    let rest: string | undefined;
    let found = before !== undefined;
    let isNew = false;
    const current = { timestampMs, value, step };
    const candidate = { timestampMs, value, step };
    const faults = readPoints(bytes, (pointTime, pointValue, pointStep, pointRest) => {
      candidate.timestampMs = pointTime;
      candidate.value = pointValue;
      candidate.step = pointStep;
      if (!found || comparePoints(candidate, current) > 0) {
        current.timestampMs = timestampMs = pointTime;
        current.value = value = pointValue;
        current.step = step = pointStep;
        rest = pointRest;
        found = isNew = true;
      }
    });
    reportFaults(path, faults, this.problems);
    return isNew ? { timestampMs, value, step, ...parseDatasetColumns(rest) } : before;
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
  }
}

/** What follows the part that was read; `undefined` when that part is no longer what it was. */
function readAppended(path: string, known: Entry): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const start = known.size - known.tail.length;
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - start));
    const length = readSync(file, bytes, 0, bytes.length, start);
    const isSame = bytes.subarray(0, known.tail.length).equals(known.tail);
    return isSame ? bytes.subarray(known.tail.length, length) : undefined;
  } catch {
    // The caller reads the whole file next, and reports why if that fails too.
    return undefined;
  } finally {
    if (file !== undefined) {
      closeSync(file);
    }
  }
}
