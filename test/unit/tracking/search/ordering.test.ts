import { describe, expect, it } from 'vitest';
import {
  compileOrder,
  completeExperimentOrder,
  completeRunOrder,
  fieldsOf,
  readSortKey,
} from '../../../../src/tracking/search/ordering';
import { parseRunFilter } from '../../../../src/tracking/search/parseFilter';
import {
  parseExperimentOrderBy,
  parseRunOrderBy,
} from '../../../../src/tracking/search/parseOrderBy';
import { compareCodePoints, type FieldValue } from '../../../../src/tracking/search/values';

type Item = Readonly<Record<string, FieldValue>>;

function sorted(orderBy: readonly string[], items: readonly Item[]): FieldValue[] {
  const clauses = completeRunOrder(parseRunOrderBy(orderBy));
  const compare = compileOrder(clauses);
  return items
    .map(item => ({ item, key: readSortKey(clauses, field => item[field.key]) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ item }) => item['run_id']);
}

const RUNS: readonly Item[] = [
  { run_id: 'none', start_time: 1 },
  { run_id: 'nan', loss: NaN, start_time: 2 },
  { run_id: 'inf', loss: Infinity, start_time: 3 },
  { run_id: 'two', loss: 2, start_time: 4 },
  { run_id: 'one', loss: 1, start_time: 5 },
  { run_id: 'minus', loss: -Infinity, start_time: 6 },
];

describe('the order of runs', () => {
  it('puts NaN and then missing values last, whatever the direction', () => {
    expect(sorted(['metrics.loss'], RUNS)).toEqual(['minus', 'one', 'two', 'inf', 'nan', 'none']);
    expect(sorted(['metrics.loss DESC'], RUNS)).toEqual([
      'inf',
      'two',
      'one',
      'minus',
      'nan',
      'none',
    ]);
  });

  it('is newest first without an order, and by id among equals', () => {
    const runs = [
      { run_id: 'b', start_time: 1 },
      { run_id: 'a', start_time: 1 },
      { run_id: 'c', start_time: 9007199254740993n },
      { run_id: 'd' },
    ];
    expect(sorted([], runs)).toEqual(['c', 'a', 'b', 'd']);
    expect(sorted(['start_time ASC'], runs)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('compares text by code point', () => {
    expect(compareCodePoints('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
    expect(compareCodePoints('Z', 'a')).toBeLessThan(0);
    expect(compareCodePoints('a', 'ab')).toBeLessThan(0);
    expect(compareCodePoints('a', 'a')).toBe(0);
  });
});

describe('tie-breakers', () => {
  it('are the default order of experiments, and only the id after an order', () => {
    const keys = (orderBy: readonly string[]): string[] =>
      completeExperimentOrder(parseExperimentOrderBy(orderBy)).map(
        ({ field, ascending }) => `${field.key} ${ascending}`,
      );
    expect(keys([])).toEqual(['creation_time false', 'experiment_id true']);
    expect(keys(['name'])).toEqual(['name true', 'experiment_id true']);
    expect(keys(['experiment_id DESC'])).toEqual(['experiment_id false']);
  });
});

describe('fieldsOf', () => {
  it('names each field once', () => {
    const filter = parseRunFilter("NOT (metrics.a > 1 OR params.b = 'x') AND metrics.a < 5");
    expect(fieldsOf(filter, parseRunOrderBy(['metrics.a', 'tags.c']))).toEqual([
      { entity: 'metric', key: 'a' },
      { entity: 'param', key: 'b' },
      { entity: 'tag', key: 'c' },
    ]);
  });
});
