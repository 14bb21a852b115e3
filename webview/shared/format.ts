import { formatNumber } from '../../src/base/formatNumber';
import { formatAge } from '../../src/base/formatTime';

const MINUS = '−';

/** With its sign, for differences: `+0.0121`, `−0.0681`, `0`. */
export function formatDelta(value: number): string {
  const text = formatNumber(value);
  return value > 0 ? `+${text}` : text;
}

/** `+1.3%`, `−7.2%`; undefined when a share of the base makes no sense. */
export function formatPercent(delta: number, base: number): string | undefined {
  if (!Number.isFinite(delta) || !Number.isFinite(base) || base === 0) {
    return undefined;
  }
  const percent = (delta / Math.abs(base)) * 100;
  const size = Math.abs(percent);
  const digits =
    size >= 1e5
      ? percent.toExponential(1).replace('e+', 'e')
      : size >= 100
        ? percent.toFixed(0)
        : percent.toFixed(1);
  return `${percent > 0 ? '+' : ''}${digits.replace('-', MINUS)}%`;
}

/** `12.50` becomes `12.5`. */
function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `12s ago`, `now`, or a date beyond 30 days. */
export function formatAgo(timeMs: number, nowMs: number): string {
  const age = formatAge(timeMs, nowMs);
  return /^\d+[smhd]$/.test(age) ? `${age} ago` : age;
}

/** `312`, `12.3k`, `1M`. */
export function formatCount(count: number): string {
  if (count < 10_000) {
    return String(count);
  }
  return count < 999_950
    ? `${trimZeros((count / 1000).toFixed(1))}k`
    : `${trimZeros((count / 1e6).toFixed(1))}M`;
}

/** `12 kB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : trimZeros(size.toPrecision(3))} ${units[unit] ?? ''}`;
}
