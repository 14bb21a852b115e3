import { parseInt64, type Int64 } from '../../base/int64';
import type { Metric, MetricColumns } from '../../tracking/entities';
import { formatFloat, parseFloatText } from './pythonFloat';

export interface LineFaults {
  /** Lines that are no point. */
  readonly malformed: number;
  /** The last line has no line break: someone is writing it, or died while doing so. */
  readonly unfinished: boolean;
}

/**
 * Called for each point. `rest` is what follows the third column, undefined when nothing does: `name digest` of a dataset,
 * or in a logged model's file `run_id[ name digest]`.
 */
export type PointVisitor = (
  timestampMs: Int64,
  value: number,
  step: Int64,
  rest: string | undefined,
) => void;

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
      return { malformed, unfinished: true };
    }
    let end = lineFeed;
    while (end > start && (bytes[end - 1] === CARRIAGE_RETURN || bytes[end - 1] === SPACE)) {
      end -= 1;
    }
    if (end > start && !readLine(bytes, start, end, visit)) {
      malformed += 1;
    }
    start = lineFeed + 1;
  }
  return { malformed, unfinished: false };
}

function readLine(bytes: Buffer, start: number, end: number, visit: PointVisitor): boolean {
  const first = columnEnd(bytes, start, end);
  const second = columnEnd(bytes, first + 1, end);
  const third = columnEnd(bytes, second + 1, end);
  const timestamp = readInteger(bytes, start, first);
  const value = readNumber(bytes, first + 1, second);
  const step = second >= end ? 0 : readInteger(bytes, second + 1, third);
  if (timestamp === undefined || value === undefined || step === undefined) {
    return false;
  }
  const isOld = second >= end;
  const rest = third >= end ? undefined : bytes.toString('utf8', third + 1, end);
  visit(isOld ? secondsToMs(timestamp) : timestamp, value, step, rest);
  return true;
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
      return parseFloatText(bytes.toString('latin1', start, end));
    }
    value = value * 10 + digit;
  }
  const size = decimals > 0 ? value / (TENS[decimals] ?? 1) : value;
  return digits === start ? size : -size;
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

function compareValues(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  }
  return a < b ? -1 : a > b ? 1 : 0;
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
  let capacity = Math.max(16, Math.ceil(bytes.length / 24));
  let steps = new Float64Array(capacity);
  let timesMs = new Float64Array(capacity);
  let values = new Float64Array(capacity);
  let length = 0;
  let isSorted = true;
  readPoints(bytes, (timestampMs, value, step) => {
    if (length === capacity) {
      capacity *= 2;
      steps = grow(steps, capacity);
      timesMs = grow(timesMs, capacity);
      values = grow(values, capacity);
    }
    steps[length] = Number(step);
    timesMs[length] = Number(timestampMs);
    values[length] = value;
    isSorted &&= length === 0 || compareRows(steps, timesMs, values, length - 1, length) <= 0;
    length += 1;
  });
  if (isSorted) {
    return {
      steps: steps.slice(0, length),
      timesMs: timesMs.slice(0, length),
      values: values.slice(0, length),
    };
  }
  const order = Uint32Array.from({ length }, (_, index) => index);
  order.sort((a, b) => compareRows(steps, timesMs, values, a, b));
  return { steps: take(steps, order), timesMs: take(timesMs, order), values: take(values, order) };
}

function compareRows(
  steps: Float64Array,
  timesMs: Float64Array,
  values: Float64Array,
  a: number,
  b: number,
): number {
  return (
    (steps[a] ?? 0) - (steps[b] ?? 0) ||
    (timesMs[a] ?? 0) - (timesMs[b] ?? 0) ||
    compareValues(values[a] ?? 0, values[b] ?? 0)
  );
}

function grow(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(capacity);
  grown.set(column);
  return grown;
}

function take(column: Float64Array, order: Uint32Array): Float64Array {
  return Float64Array.from(order, index => column[index] ?? 0);
}
