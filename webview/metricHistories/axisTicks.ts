import type { XAxis } from '../../src/protocol/metricHistories';
import { formatNumber } from '../../src/base/formatNumber';
import { formatDuration, formatTimestamp } from '../../src/base/formatTime';
import { formatCount } from '../shared/format';

const TIME_STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000,
  300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000,
  86_400_000,
];
const DAY_MS = 86_400_000;

/** Round moments or durations within a range of ms, at most `count` of them; clock times are round in local time. */
export function timeTicks(fromMs: number, toMs: number, count: number, local: boolean): number[] {
  const rough = (toMs - fromMs) / Math.max(1, count);
  const step =
    TIME_STEPS_MS.find(candidate => candidate >= rough) ?? DAY_MS * Math.ceil(rough / DAY_MS);
  const offset = local ? new Date(fromMs).getTimezoneOffset() * 60_000 : 0;
  const ticks: number[] = [];
  for (let tick = Math.ceil((fromMs - offset) / step) * step + offset; tick <= toMs; tick += step) {
    ticks.push(tick);
  }
  return ticks;
}

/** Text of one tick; `spanMs` is the width of the axis. */
export function xTickText(axis: XAxis, value: number, span: number): string {
  switch (axis) {
    case 'step':
      return Number.isInteger(value) ? (value < 0 ? '−' : '') + formatCount(Math.abs(value)) : '';
    case 'relative':
      return value === 0 ? '0s' : formatOffset(value);
    case 'time':
      return span > 2 * DAY_MS
        ? new Date(value).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
        : new Date(value).toLocaleTimeString(undefined, {
            hour: '2-digit',
            minute: '2-digit',
            ...(span < 300_000 ? { second: '2-digit' } : {}),
          });
  }
}

/** The x value in full, for tooltips: `step 412`, `2m 14s`, a moment. */
export function xValueText(axis: XAxis, value: number): string {
  switch (axis) {
    case 'step':
      return `step ${formatStep(value)}`;
    case 'relative':
      return formatOffset(value);
    case 'time':
      return formatTimestamp(value);
  }
}

/** Points may be logged with times before the run's start. */
function formatOffset(ms: number): string {
  return (ms < 0 ? '−' : '') + formatDuration(Math.abs(ms));
}

export function formatStep(step: number): string {
  return Number.isSafeInteger(step) ? String(step).replace('-', '−') : formatNumber(step);
}
