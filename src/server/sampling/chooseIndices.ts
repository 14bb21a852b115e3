export interface Window {
  /** Indices looked at: `start` to before `end`. */
  readonly start: number;
  readonly end: number;
  /** Range of x that the columns divide evenly. */
  readonly from: number;
  readonly to: number;
  readonly columns: number;
}

/**
 * Of each column of pixels the first, the least, the greatest and the last point, so that every spike stays: what a line
 * through them covers is what a line through all points covers. NaN and infinities are no extremes; as first or last
 * points they stay, and show as gaps. With no more than four points for each column all are taken.
 * @returns ascending indices
 */
export function chooseIndices(x: Float64Array, values: Float64Array, window: Window): Uint32Array {
  const { start, end, from, to, columns } = window;
  if (end - start <= 4 * columns) {
    return Uint32Array.from({ length: Math.max(0, end - start) }, (_, offset) => start + offset);
  }
  // One column more at each side holds what lies outside the range.
  const chosen = new Uint32Array(4 * (columns + 2));
  const scale = to > from ? columns / (to - from) : 0;
  let count = 0;
  let index = start;
  while (index < end) {
    const column = columnOf(x[index] ?? NaN, from, to, scale, columns);
    const first = index;
    let least = -1;
    let greatest = -1;
    let low = Infinity;
    let high = -Infinity;
    for (; index < end; index += 1) {
      if (columnOf(x[index] ?? NaN, from, to, scale, columns) !== column) {
        break;
      }
      const value = values[index] ?? NaN;
      if (value < low && value > -Infinity) {
        low = value;
        least = index;
      }
      if (value > high && value < Infinity) {
        high = value;
        greatest = index;
      }
    }
    const last = index - 1;
    chosen[count++] = first;
    const [nearer, farther] = least < greatest ? [least, greatest] : [greatest, least];
    if (nearer > first && nearer < last) {
      chosen[count++] = nearer;
    }
    if (farther > first && farther < last && farther !== nearer) {
      chosen[count++] = farther;
    }
    if (last > first) {
      chosen[count++] = last;
    }
  }
  return chosen.subarray(0, count);
}

/** -1 before the range, `columns` after it. */
function columnOf(x: number, from: number, to: number, scale: number, columns: number): number {
  if (x < from) {
    return -1;
  }
  return x > to ? columns : Math.min(columns - 1, Math.floor((x - from) * scale));
}
