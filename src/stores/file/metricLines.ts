import { parseInt64, type Int64 } from '../../base/int64';
import type { Metric, MetricColumns } from '../../tracking/entities';
import { compareValues, orderedColumns } from '../../tracking/metricColumns';
import { formatFloat, parseFloatText } from './pythonFloat';

export interface LineFaults {
  /** Lines that are no point. */
  readonly malformed: number;
  /** The last line has no line break: someone is writing it, or died while doing so. */
  readonly unfinished: boolean;
  /** Where the bytes end that were read as lines: after the last of them, or before the one at which the visitor stopped. */
  readonly end: number;
}

/**
 * Called for each point; `false` stops before it. `rest` is what follows the third column, undefined when nothing does: `name digest` of a dataset,
 * or in a logged model's file `run_id[ name digest]`.
 */
export type PointVisitor = (
  timestampMs: Int64,
  value: number,
  step: Int64,
  rest: string | undefined,
) => unknown;

const SPACE = 0x20;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** Powers of ten that a double holds exactly. */
const TENS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/**
 * Reads the lines of a metric file from its bytes, without making a string of each: a history may have a million.
 * Columns: `timestamp value` (before MLflow 1.0), `timestamp value step`, and more (3.0 and later, see `PointVisitor`).
 */
export function readPoints(bytes: Buffer, visit: PointVisitor): LineFaults {
  let malformed = 0;
  let start = 0;
  while (start < bytes.length) {
    const lineFeed = bytes.indexOf(LINE_FEED, start);
    if (lineFeed < 0) {
      return { malformed, unfinished: true, end: start };
    }
    let end = lineFeed;
    while (end > start && (bytes[end - 1] === CARRIAGE_RETURN || bytes[end - 1] === SPACE)) {
      end -= 1;
    }
    const line = end > start ? readLine(bytes, start, end, visit) : 'empty';
    if (line === 'stop') {
      return { malformed, unfinished: false, end: start };
    }
    if (line === 'malformed') {
      malformed += 1;
    }
    start = lineFeed + 1;
  }
  return { malformed, unfinished: false, end: start };
}

function readLine(
  bytes: Buffer,
  start: number,
  end: number,
  visit: PointVisitor,
): 'point' | 'malformed' | 'stop' {
  const first = columnEnd(bytes, start, end);
  const second = columnEnd(bytes, first + 1, end);
  const third = columnEnd(bytes, second + 1, end);
  const timestamp = readInteger(bytes, start, first);
  const value = readNumber(bytes, first + 1, second);
  const step = second >= end ? 0 : readInteger(bytes, second + 1, third);
  if (timestamp === undefined || value === undefined || step === undefined) {
    return 'malformed';
  }
  const isOld = second >= end;
  const rest = third >= end ? undefined : bytes.toString('utf8', third + 1, end);
  const goesOn = visit(isOld ? secondsToMs(timestamp) : timestamp, value, step, rest);
  return goesOn === false ? 'stop' : 'point';
}

/** Before MLflow 1.0, when lines had two columns, times were seconds. */
function secondsToMs(timestamp: Int64): Int64 {
  return typeof timestamp === 'number' && timestamp >= 1e9 && timestamp < 1e11
    ? timestamp * 1000
    : timestamp;
}

function columnEnd(bytes: Buffer, start: number, end: number): number {
  let index = start;
  while (index < end && bytes[index] !== SPACE) {
    index += 1;
  }
  return index;
}

function readInteger(bytes: Buffer, start: number, end: number): Int64 | undefined {
  const digits = bytes[start] === MINUS ? start + 1 : start;
  if (end - digits > 15 || end <= digits) {
    return parseInt64(bytes.toString('latin1', start, end));
  }
  let value = 0;
  for (let index = digits; index < end; index += 1) {
    const digit = (bytes[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) {
      return parseInt64(bytes.toString('latin1', start, end));
    }
    value = value * 10 + digit;
  }
  return digits === start || value === 0 ? value : -value;
}

/** Up to 15 digits with a decimal point are exact as one division of two exact doubles; the rest goes through text. */
function readNumber(bytes: Buffer, start: number, end: number): number | undefined {
  const digits = bytes[start] === MINUS ? start + 1 : start;
  if (end <= digits) {
    return undefined;
  }
  let value = 0;
  let decimals = -1;
  for (let index = digits; index < end; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === POINT && decimals < 0) {
      decimals = end - index - 1;
      continue;
    }
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9 || index - digits >= 15) {
      return readText(bytes.toString('latin1', start, end));
    }
    value = value * 10 + digit;
  }
  const size = decimals > 0 ? value / (TENS[decimals] ?? 1) : value;
  return digits === start ? size : -size;
}

/** Seventeen digits, as half of all floats have, need no look at rare forms. */
function readText(text: string): number | undefined {
  const value = text.charCodeAt(1) === POINT ? Number(text) : NaN;
  return Number.isNaN(value) ? parseFloatText(text) : value;
}

/** Greater by (step, timestamp, value); NaN is the smallest value. What MLflow calls the latest point is the greatest. */
export function comparePoints(
  a: Pick<Metric, 'step' | 'timestampMs' | 'value'>,
  b: Pick<Metric, 'step' | 'timestampMs' | 'value'>,
): number {
  if (a.step !== b.step) {
    return a.step < b.step ? -1 : 1;
  }
  if (a.timestampMs !== b.timestampMs) {
    return a.timestampMs < b.timestampMs ? -1 : 1;
  }
  return compareValues(a.value, b.value);
}

/**
 * A dataset's name and digest from the columns after the step. A name may hold spaces, which MLflow itself cannot read back.
 */
export function parseDatasetColumns(
  rest: string | undefined,
): Pick<Metric, 'datasetName' | 'datasetDigest'> {
  const split = rest?.lastIndexOf(' ') ?? -1;
  return rest === undefined || split < 0
    ? {}
    : { datasetName: rest.slice(0, split), datasetDigest: rest.slice(split + 1) };
}

/** The line of a point in a run's metric file, or with `runId` in a logged model's. */
export function formatLine(metric: Metric, runId?: string): string {
  const columns = [String(metric.timestampMs), formatFloat(metric.value), String(metric.step)];
  if (runId !== undefined) {
    columns.push(runId);
  }
  if (metric.datasetName !== undefined && metric.datasetDigest !== undefined) {
    columns.push(metric.datasetName, metric.datasetDigest);
  }
  return `${columns.join(' ')}\n`;
}

/** The whole file as sorted columns. Steps and times beyond 2^53 are rounded. */
export function readColumns(bytes: Buffer): MetricColumns {
  const builder = new ColumnsBuilder(Math.ceil(bytes.length / 24));
  readPoints(bytes, (timestampMs, value, step) => {
    builder.add(Number(step), Number(timestampMs), value);
  });
  return builder.build();
}

class ColumnsBuilder {
  private steps: Float64Array;
  private timesMs: Float64Array;
  private values: Float64Array;
  private length = 0;

  constructor(expectedLength: number) {
    const capacity = Math.max(16, expectedLength);
    this.steps = new Float64Array(capacity);
    this.timesMs = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
  }

  add(step: number, timeMs: number, value: number): void {
    const index = this.length;
    if (index === this.steps.length) {
      this.steps = grow(this.steps);
      this.timesMs = grow(this.timesMs);
      this.values = grow(this.values);
    }
    this.steps[index] = step;
    this.timesMs[index] = timeMs;
    this.values[index] = value;
    this.length += 1;
  }

  build(): MetricColumns {
    const take = (column: Float64Array): Float64Array => column.slice(0, this.length);
    return orderedColumns({
      steps: take(this.steps),
      timesMs: take(this.timesMs),
      values: take(this.values),
    });
  }
}

function grow(column: Float64Array): Float64Array {
  const grown = new Float64Array(2 * column.length);
  grown.set(column);
  return grown;
}
