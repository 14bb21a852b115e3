const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @param durationMs negative counts as 0. Two units at most: `340ms`, `12s`, `2m 14s`, `3h 5m`, `2d 4h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, Math.round(durationMs));
  if (ms < SECOND) {
    return `${ms}ms`;
  }
  if (ms < MINUTE) {
    return ms < 10 * SECOND && ms % SECOND >= 50
      ? `${(ms / SECOND).toFixed(1)}s`
      : `${Math.floor(ms / SECOND)}s`;
  }
  if (ms < HOUR) {
    return twoUnits(ms, MINUTE, 'm', SECOND, 's');
  }
  return ms < DAY ? twoUnits(ms, HOUR, 'h', MINUTE, 'm') : twoUnits(ms, DAY, 'd', HOUR, 'h');
}

function twoUnits(ms: number, big: number, bigName: string, small: number, smallName: string) {
  const rest = Math.floor((ms % big) / small);
  const head = `${Math.floor(ms / big)}${bigName}`;
  return rest === 0 ? head : `${head} ${rest}${smallName}`;
}

/** How long ago, in one unit: `now`, `12s`, `2m`, `5h`, `3d`; a date (`2024-05-01`) beyond 30 days. Both in ms. */
export function formatAge(timeMs: number, nowMs: number): string {
  const age = nowMs - timeMs;
  if (age < SECOND) {
    return 'now';
  }
  if (age > 30 * DAY) {
    return formatDate(timeMs);
  }
  const units = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'm'],
    [SECOND, 's'],
  ] as const;
  const [size, name] = units.find(([unit]) => age >= unit) ?? [SECOND, 's'];
  return `${Math.floor(age / size)}${name}`;
}

function formatDate(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Local date and time to the second: `2026-11-21 02:45:06`. */
export function formatTimestamp(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${formatDate(timeMs)} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
