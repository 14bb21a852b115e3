import { describe, expect, it } from 'vitest';
import { sampleSeries } from '../../../src/server/sampling/sampleSeries';
import { smooth } from '../../../src/server/sampling/smooth';
import type { MetricColumns } from '../../../src/tracking/entities';
import type { SampledSeries, SampleRequest } from '../../../src/wire/trackerApi';

/** A small generator with a seed, so that a failure repeats. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function history(length: number, valueAt: (index: number) => number): MetricColumns {
  return {
    steps: Float64Array.from({ length }, (_, index) => index),
    timesMs: Float64Array.from({ length }, (_, index) => 1_000_000 + index * 10),
    values: Float64Array.from({ length }, (_, index) => valueAt(index)),
  };
}

type Options = Partial<Omit<SampleRequest, 'series'>>;

function sample(columns: MetricColumns, options: Options = {}, startMs?: number): SampledSeries {
  const request = { x: 'step' as const, columns: 100, smoothing: 0, ...options };
  return sampleSeries({ runId: 'r', metricKey: 'm' }, columns, request, startMs);
}

describe('sampling', () => {
  it('returns short histories whole', () => {
    const columns = history(400, Math.sqrt);
    const series = sample(columns);
    expect(series.values).toEqual(columns.values);
    expect(series.x).toEqual(columns.steps);
    expect(series).toMatchObject({ total: 400, inRange: 400, xMin: 0, xMax: 399 });
  });

  it('copes with nothing', () => {
    const series = sample(
      history(0, () => 0),
      { from: 1, to: 5, smoothing: 0.5 },
    );
    expect(series).toMatchObject({ total: 0, inRange: 0, xMin: NaN, xMax: NaN });
    expect(series.x.length + series.smoothed.length).toBe(0);
  });

  it.each([1, 2, 3, 4, 5, 6])('keeps what brute force finds in each column: seed %i', seed => {
    const random = randomOf(seed);
    const strange = [NaN, Infinity, -Infinity];
    const columns = history(20_000 + Math.floor(random() * 10_000), () =>
      random() < 0.05 ? (strange[Math.floor(random() * 3)] ?? NaN) : (random() - 0.5) * 1000,
    );
    const from = Math.floor(random() * 3_000);
    const to = from + 10_000 + Math.floor(random() * 5_000);
    const width = 1 + Math.floor(random() * 300);
    const series = sample(columns, { from, to, columns: width });

    expect(series.inRange).toBe(to - from + 1);
    expect(series.x.length).toBeLessThanOrEqual(4 * width + 2);
    const kept = new Map([...series.x].map((x, index) => [x, series.values[index]]));
    // One point beyond each edge.
    expect([series.x[0], series.x.at(-1)]).toEqual([Math.max(0, from - 1), to + 1]);
    for (let column = 0; column < width; column += 1) {
      const inside = [...columns.steps].filter(
        x =>
          x >= from &&
          x <= to &&
          Math.min(width - 1, Math.floor((x - from) * (width / (to - from)))) === column,
      );
      const finite = inside.filter(x => Number.isFinite(columns.values[x]));
      const values = finite.map(x => columns.values[x] ?? NaN);
      const keptHere = inside.filter(x => kept.has(x)).map(x => kept.get(x) ?? NaN);
      expect(kept.has(inside[0] ?? NaN) && kept.has(inside.at(-1) ?? NaN)).toBe(true);
      expect(keptHere).toContain(Math.min(...values));
      expect(keptHere).toContain(Math.max(...values));
      expect(keptHere.length).toBeLessThanOrEqual(4);
    }
  });

  it('keeps a single spike among a million points', () => {
    const series = sample(history(1_000_000, index => (index === 654_321 ? 1e9 : Math.sin(index))));
    expect([...series.values]).toContain(1e9);
    expect(series.x[series.values.indexOf(1e9)]).toBe(654_321);
    expect(series.x.length).toBeLessThanOrEqual(400);
  });

  it('keeps all points of one x, and steps that repeat', () => {
    const columns = {
      steps: new Float64Array(10_000).fill(7),
      timesMs: Float64Array.from({ length: 10_000 }, (_, index) => index),
      values: Float64Array.from({ length: 10_000 }, (_, index) => index % 100),
    };
    const series = sample(columns);
    expect(Math.min(...series.values)).toBe(0);
    expect(Math.max(...series.values)).toBe(99);
    expect(series.inRange).toBe(10_000);
  });

  it('gives the neighbours of a range that holds no point', () => {
    const columns = { ...history(3, index => index), steps: Float64Array.of(0, 10, 20) };
    const series = sample(columns, { from: 12, to: 18 });
    expect([series.inRange, [...series.x]]).toEqual([0, [10, 20]]);
    expect([...sample(columns, { from: 30, to: 40 }).x]).toEqual([20]);
    expect([...sample(columns, { from: -9, to: -5 }).x]).toEqual([0]);
  });

  it('orders by time for the time axes', () => {
    const columns = {
      steps: Float64Array.of(0, 1, 2),
      timesMs: Float64Array.of(3000, 1000, 2000),
      values: Float64Array.of(30, 10, 20),
    };
    const time = sample(columns, { x: 'time' });
    expect([[...time.x], [...time.values], [...time.steps]]).toEqual([
      [1000, 2000, 3000],
      [10, 20, 30],
      [1, 2, 0],
    ]);
    expect([...sample(columns, { x: 'relative' }, 500).x]).toEqual([500, 1500, 2500]);
    expect([...sample(columns, { x: 'relative' }).x]).toEqual([0, 1000, 2000]);
  });
});

describe('smoothing', () => {
  it('is the debiased average of TensorBoard', () => {
    const smoothed = smooth(Float64Array.of(1, 2, 3), 0.5);
    expect([...smoothed].map(value => value.toFixed(6))).toEqual(
      [1, (1 * 0.25 + 2 * 0.5) / 0.75, (1 * 0.125 + 2 * 0.25 + 3 * 0.5) / 0.875].map(value =>
        value.toFixed(6),
      ),
    );
  });

  it('passes over values that are not finite', () => {
    const smoothed = smooth(Float64Array.of(NaN, 4, Infinity, 4, -Infinity, 4), 0.9);
    expect([...smoothed].map(value => Math.round(value * 1e9) / 1e9)).toEqual([
      NaN,
      4,
      Infinity,
      4,
      -Infinity,
      4,
    ]);
  });

  it('looks at the whole history, also when a part is shown', () => {
    const columns = history(1000, index => (index < 500 ? 0 : 1));
    const [whole, part] = [{}, { from: 500, to: 600 }].map(range =>
      sample(columns, { ...range, smoothing: 0.9 }),
    );
    const at = (series: SampledSeries | undefined) => series?.smoothed[series.x.indexOf(510)];
    expect(at(part)).toBe(at(whole));
    expect(at(part)).toBeLessThan(0.8);
  });
});
