import type { MetricColumns } from '../../tracking/entities';
import type { SampledSeries, SampleRequest, XAxis } from '../../wire/trackerApi';
import { chooseIndices } from './chooseIndices';
import { smooth } from './smooth';

/**
 * The part of a history that a chart of `columns` pixels shows. One point beyond each end of the range is kept, so that
 * lines run to the edges.
 * @param startMs the run's start, for relative time; without it the first point's time
 */
export function sampleSeries(
  name: { readonly runId: string; readonly metricKey: string },
  history: MetricColumns,
  request: Pick<SampleRequest, 'x' | 'from' | 'to' | 'columns' | 'smoothing'>,
  startMs: number | undefined,
): SampledSeries {
  const { x, steps, timesMs, values } = inOrderOfX(history, request.x, startMs);
  const total = x.length;
  const first = request.from === undefined ? 0 : lowerBound(x, request.from);
  const end = request.to === undefined ? total : upperBound(x, request.to);
  const inRange = Math.max(0, end - first);
  const chosen = chooseIndices(x, values, {
    start: Math.max(0, first - 1),
    end: Math.min(total, Math.max(first, end) + 1),
    from: request.from ?? x[0] ?? 0,
    to: request.to ?? x[total - 1] ?? 0,
    columns: request.columns,
  });
  const pick = (column: Float64Array): Float64Array =>
    Float64Array.from(chosen, index => column[index] ?? NaN);
  return {
    ...name,
    total,
    inRange,
    xMin: x[0] ?? NaN,
    xMax: x[total - 1] ?? NaN,
    x: pick(x),
    values: pick(values),
    smoothed: request.smoothing > 0 ? pick(smooth(values, request.smoothing)) : new Float64Array(0),
    steps: pick(steps),
    timesMs: pick(timesMs),
  };
}

interface OrderedHistory extends MetricColumns {
  readonly x: Float64Array;
}

function inOrderOfX(
  history: MetricColumns,
  axis: XAxis,
  startMs: number | undefined,
): OrderedHistory {
  if (axis === 'step') {
    return { ...history, x: history.steps };
  }
  const ordered = inOrderOfTime(history);
  if (axis === 'time') {
    return { ...ordered, x: ordered.timesMs };
  }
  const origin = startMs ?? ordered.timesMs[0] ?? 0;
  return { ...ordered, x: ordered.timesMs.map(time => time - origin) };
}

/** Histories come ordered by step; clocks mostly agree, and then nothing is copied. */
function inOrderOfTime(history: MetricColumns): MetricColumns {
  const { steps, timesMs, values } = history;
  if (isAscending(timesMs)) {
    return history;
  }
  const order = Uint32Array.from(timesMs.keys()).sort(
    (a, b) => (timesMs[a] ?? 0) - (timesMs[b] ?? 0) || a - b,
  );
  const pick = (column: Float64Array): Float64Array =>
    Float64Array.from(order, index => column[index] ?? NaN);
  return { steps: pick(steps), timesMs: pick(timesMs), values: pick(values) };
}

function isAscending(column: Float64Array): boolean {
  for (let index = 1; index < column.length; index += 1) {
    if ((column[index - 1] ?? 0) > (column[index] ?? 0)) {
      return false;
    }
  }
  return true;
}

/** The first index whose value is at least `bound`. */
function lowerBound(sorted: Float64Array, bound: number): number {
  return partition(sorted, value => value < bound);
}

/** The first index whose value is greater than `bound`. */
function upperBound(sorted: Float64Array, bound: number): number {
  return partition(sorted, value => value <= bound);
}

function partition(sorted: Float64Array, isBefore: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(sorted[middle] ?? NaN)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
