import { formatNumber } from '../../src/base/formatNumber';
import type { Direction } from '../../src/protocol/runDiff';
import { formatDelta, formatPercent } from '../shared/format';

/** One run's value in one row. */
export interface DiffCell {
  /** As shown; null when the run has no value. */
  readonly text: string | null;
  /** As logged, for the tooltip and the copy. */
  readonly full: string;
  /** Equal to the baseline's. The baseline's own cell is never `same`. */
  readonly same: boolean;
  /** Difference of a metric to the baseline. */
  readonly delta: Delta | null;
  /** More to say on hover, such as the step of a metric. */
  readonly hint: string | null;
}

export interface Delta {
  readonly absolute: number;
  readonly text: string;
  /** Absent where a share of the baseline makes no sense. */
  readonly percent: string | null;
  /** Known only when the metric's direction is. */
  readonly tone: 'better' | 'worse' | null;
}

export interface DiffRow {
  readonly key: string;
  readonly cells: readonly DiffCell[];
  /** The runs do not all have the same. */
  readonly differs: boolean;
  /** Metrics: numbers, aligned right. */
  readonly numeric: boolean;
}

/** Rows of text values. A key that a run has not is `undefined`. */
export function textRow(
  key: string,
  values: readonly (string | undefined)[],
  baseline: number,
  shown: readonly string[] = values.map(value => value ?? ''),
): DiffRow {
  const base = values[baseline];
  return {
    key,
    numeric: false,
    differs: values.some(value => value !== base),
    cells: values.map((value, column) => ({
      text: value === undefined ? null : (shown[column] ?? value),
      full: value ?? '',
      same: column !== baseline && value !== undefined && value === base,
      delta: null,
      hint: null,
    })),
  };
}

export interface MetricValue {
  readonly value: number;
  readonly step: number;
}

export function metricRow(
  key: string,
  values: readonly (MetricValue | undefined)[],
  baseline: number,
  direction: Direction | undefined,
): DiffRow {
  const base = values[baseline]?.value;
  return {
    key,
    numeric: true,
    differs: values.some(item => !Object.is(item?.value, base)),
    cells: values.map((item, column) => {
      const value = item?.value;
      const comparable = column !== baseline && value !== undefined && base !== undefined;
      const same = comparable && Object.is(value, base);
      return {
        text: value === undefined ? null : formatNumber(value),
        full: value === undefined ? '' : String(value),
        same,
        delta: comparable && !same ? deltaOf(value, base, direction) : null,
        hint: item ? `step ${item.step}` : null,
      };
    }),
  };
}

function deltaOf(value: number, base: number, direction: Direction | undefined): Delta | null {
  const absolute = value - base;
  if (!Number.isFinite(absolute)) {
    return null;
  }
  const better = direction === 'higher' ? absolute > 0 : absolute < 0;
  return {
    absolute,
    text: formatDelta(absolute),
    percent: formatPercent(absolute, base) ?? null,
    tone: direction === undefined || absolute === 0 ? null : better ? 'better' : 'worse',
  };
}
