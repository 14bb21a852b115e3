import { describe, expect, it } from 'vitest';
import { decodeSampledSeries, encodeSampledSeries } from '../../../src/wire/sampledSeriesCodec';
import type { SampledSeries } from '../../../src/wire/trackerApi';

const series = (name: string, length: number, smoothed: boolean): SampledSeries => {
  const column = (scale: number) => Float64Array.from({ length }, (_, i) => i * scale);
  const values = column(0.5);
  if (length > 0) {
    values[0] = NaN;
  }
  return {
    runId: `run-${name}`,
    metricKey: `größe/${name} \u{1f600}`,
    total: length * 3,
    inRange: length,
    xMin: length > 0 ? 0 : NaN,
    xMax: length > 0 ? length - 1 : NaN,
    x: column(1),
    values,
    smoothed: smoothed ? column(2) : new Float64Array(0),
    steps: column(3),
    timesMs: column(4),
  };
};

describe('sampled series', () => {
  it.each([
    ['none', []],
    ['one', [series('a', 5, false)]],
    [
      'several, some empty',
      [series('a', 0, false), series('bb', 3, true), series('ccc', 1, false)],
    ],
  ])('come back the same: %s', (_, list) => {
    expect(decodeSampledSeries(encodeSampledSeries(list).buffer)).toEqual(list);
  });

  it.each([0, 4, 8, 20, 64])('are refused when cut to %i bytes', length => {
    const whole = encodeSampledSeries([series('a', 5, true)]).buffer;
    expect(() => decodeSampledSeries(whole.slice(0, length))).toThrow();
  });

  it('are refused when they are something else', () => {
    const html = new TextEncoder().encode('<html>not series</html>');
    expect(() => decodeSampledSeries(html.buffer)).toThrow(RangeError);
  });
});
