import { describe, expect, it } from 'vitest';
import { parseRunFilter } from '../../../../src/tracking/search/parseFilter';
import { compileFilter } from '../../../../src/tracking/search/predicate';
import type { FieldValue } from '../../../../src/tracking/search/values';

function matches(filter: string, values: Readonly<Record<string, FieldValue>>): boolean {
  return compileFilter(parseRunFilter(filter))(({ entity, key }) => values[`${entity}.${key}`]);
}

describe('a predicate', () => {
  it.each<[string, Record<string, FieldValue>, boolean]>([
    ['', {}, true],
    ['metrics.a > 1', { 'metric.a': 2 }, true],
    ['metrics.a > 1', {}, false],
    ['metrics.a != 1', {}, false],
    ['NOT metrics.a > 1', {}, true],
    ['metrics.a IS NULL', {}, true],
    ['metrics.a IS NOT NULL', { 'metric.a': NaN }, true],
    ['metrics.a = 1', { 'metric.a': NaN }, false],
    ['metrics.a != 1', { 'metric.a': NaN }, true],
    ['metrics.a < 1', { 'metric.a': NaN }, false],
    ['metrics.a > 1', { 'metric.a': NaN }, false],
    ['metrics.a BETWEEN 0 AND 1', { 'metric.a': NaN }, false],
    ['metrics.a IN (1)', { 'metric.a': NaN }, false],
    ['metrics.a > 1', { 'metric.a': Infinity }, true],
    ['metrics.a = 0', { 'metric.a': -0 }, true],
    ['metrics.a BETWEEN 1 AND 2', { 'metric.a': 1 }, true],
    ['metrics.a BETWEEN 1 AND 2', { 'metric.a': 2.1 }, false],
    ['metrics.a NOT IN (1, 2)', { 'metric.a': 3 }, true],
    ['metrics.a NOT IN (1, 2)', {}, false],
    ["params.a = ''", { 'param.a': '' }, true],
    ["params.a LIKE 'x%'", { 'param.a': 'xy' }, true],
    ["params.a ILIKE 'X%'", { 'param.a': 'xy' }, true],
    ["params.a IN ('A', 'b')", { 'param.a': 'A' }, true],
    ["params.a BETWEEN 'a' AND 'c'", { 'param.a': 'b' }, true],
    ['start_time > 9007199254740993', { 'attribute.start_time': 9007199254740994n }, true],
    ['start_time = 9007199254740993', { 'attribute.start_time': 9007199254740993n }, true],
    ['start_time = 9007199254740993', { 'attribute.start_time': 9007199254740994n }, false],
    ['start_time = 1e17', { 'attribute.start_time': 100000000000000000n }, true],
    ["dataset.name = 'b'", { 'dataset.name': ['a', 'b'] }, true],
    ["dataset.name != 'b'", { 'dataset.name': ['a', 'b'] }, true],
    ["dataset.name != 'b'", { 'dataset.name': ['b'] }, false],
    ["dataset.name != 'b'", { 'dataset.name': [] }, false],
    ['dataset.name IS NULL', { 'dataset.name': [] }, true],
    ["metrics.a > 1 OR params.b = 'x'", { 'param.b': 'x' }, true],
    ["metrics.a > 1 AND params.b = 'x'", { 'param.b': 'x' }, false],
  ])('%o of %o is %o', (filter, values, expected) => {
    expect(matches(filter, values)).toBe(expected);
  });

  it('reads no field that cannot change the answer', () => {
    const read: string[] = [];
    const predicate = compileFilter(
      parseRunFilter('metrics.a > 1 AND metrics.b > 1 AND (metrics.c > 1 OR metrics.d > 1)'),
    );
    predicate(({ key }) => {
      read.push(key);
      return key === 'b' ? 0 : 2;
    });
    expect(read).toEqual(['a', 'b']);
  });
});
