/**
 * Exponential moving average as TensorBoard draws it: debiased, so that it starts at the first value. Values that are not
 * finite stay as they are and do not enter the average.
 * @param weight 0 to below 1
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  const smoothed = new Float64Array(values.length);
  let average = 0;
  let bias = 1;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? NaN;
    if (Number.isFinite(value)) {
      average = average * weight + value * (1 - weight);
      bias *= weight;
      smoothed[index] = average / (1 - bias);
    } else {
      smoothed[index] = value;
    }
  }
  return smoothed;
}
