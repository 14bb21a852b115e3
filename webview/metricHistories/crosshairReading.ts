import type { XAxis } from '../../src/protocol/metricHistories';
import { formatNumber } from '../../src/base/formatNumber';
import { xValueText } from './axisTicks';
import { mainValues, type DrawnSeries } from './drawnSeries';
import { nearestIndex } from './nearestPoint';

/** What one run's line says at the crosshair. */
export interface Reading {
  readonly series: DrawnSeries;
  readonly index: number;
  readonly x: number;
  readonly step: number;
  readonly timeMs: number;
  /** As logged: may be NaN or infinite. */
  readonly raw: number;
  /** The smoothed value; equal to `raw` without smoothing. */
  readonly value: number;
}

/**
 * The nearest point of every line that has one within `reach` of x, best first: greatest value on top, values that are not
 * finite at the end.
 */
export function readingsAt(
  series: readonly DrawnSeries[],
  x: number,
  reach: number,
): readonly Reading[] {
  const readings: Reading[] = [];
  for (const item of series) {
    const { data } = item;
    const index = nearestIndex(data.x, x);
    const at = data.x[index];
    if (at === undefined || Math.abs(at - x) > reach) {
      continue;
    }
    readings.push({
      series: item,
      index,
      x: at,
      step: data.steps[index] ?? Number.NaN,
      timeMs: data.timesMs[index] ?? Number.NaN,
      raw: data.values[index] ?? Number.NaN,
      value: mainValues(data)[index] ?? Number.NaN,
    });
  }
  return readings.sort((a, b) => rank(b.value) - rank(a.value));
}

/** What a crosshair at x reads, as one sentence. */
export function readingsText(readings: readonly Reading[], axis: XAxis, x: number): string {
  const values = readings.map(({ series, value }) => `${series.name} ${formatNumber(value)}`);
  return `${xValueText(axis, x)}: ${values.join(', ')}`;
}

function rank(value: number): number {
  return Number.isNaN(value)
    ? -Number.MAX_VALUE
    : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

/** The x of the point that is nearest over all lines; undefined when there are no points. */
export function snapX(series: readonly DrawnSeries[], x: number): number | undefined {
  let best: number | undefined;
  for (const { data } of series) {
    const candidate = data.x[nearestIndex(data.x, x)];
    if (
      candidate !== undefined &&
      (best === undefined || Math.abs(candidate - x) < Math.abs(best - x))
    ) {
      best = candidate;
    }
  }
  return best;
}

/** The next point of any line to the left (-1) or right (1) of x, `count` points away; x itself at the end. */
export function stepX(
  series: readonly DrawnSeries[],
  x: number,
  direction: -1 | 1,
  count: number,
): number {
  const all = new Set<number>();
  for (const { data } of series) {
    const nearest = nearestIndex(data.x, x);
    for (let offset = -count - 1; offset <= count + 1; offset++) {
      const value = data.x[nearest + offset];
      if (value !== undefined && (value - x) * direction > 0) {
        all.add(value);
      }
    }
  }
  const ahead = [...all].sort((a, b) => (a - b) * direction);
  return ahead[Math.min(count, ahead.length) - 1] ?? x;
}
