import { describe, expect, it } from 'vitest';
import {
  comparePoints,
  formatLine,
  parseDatasetColumns,
  readColumns,
  readPoints,
  type LineFaults,
} from '../../../../src/stores/file/metricLines';

function pointsOf(text: string): { points: unknown[]; faults: Omit<LineFaults, 'end'> } {
  const points: unknown[] = [];
  const { end: _, ...faults } = readPoints(Buffer.from(text), (...point) => points.push(point));
  return { points, faults };
}

describe('a metric line', () => {
  it.each<[string, unknown[]]>([
    ['1700000000000 0.5 3\n', [1700000000000, 0.5, 3, undefined]],
    ['1700000000000 0.5 3\r\n', [1700000000000, 0.5, 3, undefined]],
    ['5 0.5\n', [5, 0.5, 0, undefined]],
    ['1550000000 0.5\n', [1550000000000, 0.5, 0, undefined]],
    ['1550000000000 0.5\n', [1550000000000, 0.5, 0, undefined]],
    ['1550000000 0.5 0\n', [1550000000, 0.5, 0, undefined]],
    ['1 nan -7\n', [1, NaN, -7, undefined]],
    ['1 -inf 0\n', [1, -Infinity, 0, undefined]],
    ['1 Infinity 0\n', [1, Infinity, 0, undefined]],
    ['1 7 0\n', [1, 7, 0, undefined]],
    ['1 -0.0 0\n', [1, -0, 0, undefined]],
    ['1 1e-05 0\n', [1, 1e-5, 0, undefined]],
    ['1 0.30000000000000004 0\n', [1, 0.1 + 0.2, 0, undefined]],
    ['1 12345678901234567 0\n', [1, 12345678901234567, 0, undefined]],
    ['1 -123456.789 0\n', [1, -123456.789, 0, undefined]],
    [
      '9223372036854775807 1.0 -9223372036854775808\n',
      [9223372036854775807n, 1, -9223372036854775808n, undefined],
    ],
    ['1 0.5 3 name digest\n', [1, 0.5, 3, 'name digest']],
    ['1 0.5 3 a name with spaces digest\n', [1, 0.5, 3, 'a name with spaces digest']],
  ])('%j is read', (line, point) => {
    expect(pointsOf(line)).toEqual({
      points: [point],
      faults: { malformed: 0, unfinished: false },
    });
  });

  it.each([
    'x\n',
    '1\n',
    '1 x 0\n',
    '1 0.5 x\n',
    '1.5 0.5 0\n',
    '1  0.5 0\n',
    '1 0.5 99999999999999999999\n',
  ])('%j is left out, and its neighbours stay', line => {
    const { points, faults } = pointsOf(`1 1.0 1\n${line}2 2.0 2\n`);
    expect(points).toHaveLength(2);
    expect(faults).toEqual({ malformed: 1, unfinished: false });
  });

  it('is left out while it is not finished', () => {
    const { points, faults } = pointsOf('1 1.0 1\n2 2.');
    expect(points).toHaveLength(1);
    expect(faults).toEqual({ malformed: 0, unfinished: true });
  });

  it('may be empty', () => {
    expect(pointsOf('\n1 1.0 1\n\n').faults).toEqual({ malformed: 0, unfinished: false });
  });

  it('is written in the columns that MLflow reads', () => {
    const metric = { key: 'm', value: 1, timestampMs: 5, step: -2 };
    const onDataset = { ...metric, datasetName: 'd', datasetDigest: 'x' };
    expect(formatLine(metric)).toBe('5 1.0 -2\n');
    expect(formatLine(onDataset)).toBe('5 1.0 -2 d x\n');
    expect(formatLine(metric, 'run')).toBe('5 1.0 -2 run\n');
    expect(formatLine(onDataset, 'run')).toBe('5 1.0 -2 run d x\n');
  });

  it('names its dataset, also one with spaces', () => {
    expect(parseDatasetColumns('a b c')).toEqual({ datasetName: 'a b', datasetDigest: 'c' });
    expect(parseDatasetColumns(undefined)).toEqual({});
  });
});

describe('the latest point', () => {
  it('is the greatest by step, time and value, with NaN below every value', () => {
    const points = [
      { step: 1, timestampMs: 1, value: NaN },
      { step: 1, timestampMs: 1, value: -Infinity },
      { step: 1, timestampMs: 1, value: 5 },
      { step: 1, timestampMs: 2, value: 0 },
      { step: 9007199254740993n, timestampMs: 0, value: 0 },
      { step: 9007199254740995n, timestampMs: 0, value: 0 },
    ];
    expect(points.toReversed().sort(comparePoints)).toEqual(points);
  });
});

describe('columns', () => {
  it('are sorted by step, time and value', () => {
    const columns = readColumns(Buffer.from('5 1.0 2\n4 3.0 1\n4 nan 1\n3 9.0 1\n1 0.0 -1\n'));
    expect([...columns.steps]).toEqual([-1, 1, 1, 1, 2]);
    expect([...columns.timesMs]).toEqual([1, 3, 4, 4, 5]);
    expect([...columns.values]).toEqual([0, 9, NaN, 3, 1]);
  });

  it('hold every one of many short lines', () => {
    const columns = readColumns(Buffer.from('1 1 1\n'.repeat(10_000)));
    expect(columns.values).toHaveLength(10_000);
    expect(columns.values.every(value => value === 1)).toBe(true);
  });
});
