const BLOCKS = '▁▂▃▄▅▆▇█';

/**
 * A curve as text, one block per column, for the description of a tree item. Columns keep the value farthest from the
 * mean, so that a spike shows; values that are not finite are left out.
 * @param width number of blocks
 */
export function sparkline(values: ArrayLike<number>, width: number): string {
  const finite = Array.from(values).filter(Number.isFinite);
  if (finite.length < 2) {
    return '';
  }
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;
  for (const value of finite) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
  }
  const mean = sum / finite.length;
  const columns = Math.min(width, finite.length);
  let text = '';
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * finite.length) / columns);
    const to = Math.floor(((column + 1) * finite.length) / columns);
    let chosen = finite[from] ?? mean;
    for (let index = from + 1; index < to; index++) {
      const value = finite[index] ?? mean;
      chosen = Math.abs(value - mean) > Math.abs(chosen - mean) ? value : chosen;
    }
    const level = high === low ? 0 : (chosen - low) / (high - low);
    text += BLOCKS.charAt(Math.min(BLOCKS.length - 1, Math.floor(level * BLOCKS.length)));
  }
  return text;
}
