/** Index of the value nearest to `target` in an ascending array; -1 when it is empty. */
export function nearestIndex(sorted: Float64Array, target: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const before = sorted[low - 1];
  const here = sorted[low];
  return before !== undefined && here !== undefined && target - before <= here - target
    ? low - 1
    : low < sorted.length
      ? low
      : -1;
}
