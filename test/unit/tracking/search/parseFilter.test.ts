import { describe, expect, it } from 'vitest';
import type { Filter } from '../../../../src/tracking/search/ast';
import {
  parseExperimentFilter,
  parseLoggedModelFilter,
  parseRunFilter,
} from '../../../../src/tracking/search/parseFilter';
import { messageOf } from './messageOf';

/** Writes a tree as a fully bracketed line, so that a table can hold it. */
function show(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.operands.map(show).join(filter.kind === 'and' ? ' & ' : ' | ')})`;
    case 'not':
      return `!${show(filter.operand)}`;
    case 'comparison': {
      const { field, comparator, values } = filter;
      const shown = values.map(value =>
        typeof value === 'bigint' ? `${value}n` : JSON.stringify(value),
      );
      return [`${field.entity}:${field.key}`, comparator, ...shown].join(' ');
    }
  }
}

describe('a filter on runs', () => {
  it.each([
    ['', '()'],
    ['  \n ', '()'],
    ['AND', '()'],
    ['metrics.a > 1 metrics.b > 2', '(metric:a > 1 & metric:b > 2)'],
    ['AND metrics.a > 1 AND AND NOT metrics.b > 2 AND', '(metric:a > 1 & !metric:b > 2)'],
    [
      'metrics.a > 1 (status = "x" OR status = "y")',
      '(metric:a > 1 & (attribute:status = "x" | attribute:status = "y"))',
    ],
    ["params.a = 'it''s'", `param:a = "it''s"`],
    ["`params`.`a``b` = ''", 'param:a``b = ""'],
    ["run_id IN ('a', 'b',)", 'attribute:run_id IN "a" "b"'],
    ['metrics.loss < 0.5', 'metric:loss < 0.5'],
    ['metric.loss<0.5', 'metric:loss < 0.5'],
    ['metrics.val.loss >= -1', 'metric:val.loss >= -1'],
    ['metrics.a = .5', 'metric:a = 0.5'],
    ['metrics.a = 1e-3', 'metric:a = 0.001'],
    ['metrics.a != -1.5e+3', 'metric:a != -1500'],
    ['metrics.a <= 1.', 'metric:a <= 1'],
    ['metrics.`my key` > 1', 'metric:my key > 1'],
    ['metrics."a/b-c:d" > 1', 'metric:a/b-c:d > 1'],
    ["metrics.'a' > 1", 'metric:a > 1'],
    ['metrics.größe > 1', 'metric:größe > 1'],
    ['metrics.1st > 1', 'metric:1st > 1'],
    ["params.lr = '0.1'", 'param:lr = "0.1"'],
    ['parameters.lr = "0.1"', 'param:lr = "0.1"'],
    ['param.lr = "it\'s"', 'param:lr = "it\'s"'],
    ["parameter.order LIKE '%x_'", 'param:order LIKE "%x_"'],
    ["tags.mlflow.user ilike 'A%'", 'tag:mlflow.user ILIKE "A%"'],
    ["tag.`mlflow.note` != ''", 'tag:mlflow.note != ""'],
    ['tags.x IS NULL', 'tag:x IS NULL'],
    ['tags.x is not null', 'tag:x IS NOT NULL'],
    ["params.x IN ('a', 'B')", 'param:x IN "a" "B"'],
    ["params.x not in ('a')", 'param:x NOT IN "a"'],
    ['metrics.x IN (1, 2.5)', 'metric:x IN 1 2.5'],
    ['metrics.x BETWEEN 1 AND 2 AND metrics.y = 3', '(metric:x BETWEEN 1 2 & metric:y = 3)'],
    ["params.x BETWEEN 'a' AND 'b'", 'param:x BETWEEN "a" "b"'],
    ["status = 'FINISHED'", 'attribute:status = "FINISHED"'],
    ["attributes.status = 'FINISHED'", 'attribute:status = "FINISHED"'],
    ["attribute.status = 'FINISHED'", 'attribute:status = "FINISHED"'],
    ["attr.user_id = 'me'", 'attribute:user_id = "me"'],
    ["run.run_id IN ('a')", 'attribute:run_id IN "a"'],
    ["`run name` = 'x'", 'attribute:run_name = "x"'],
    ['"Run name" = \'x\'', 'attribute:run_name = "x"'],
    ["attributes.`Run Name` LIKE 'x%'", 'attribute:run_name LIKE "x%"'],
    ['created > 5', 'attribute:start_time > 5'],
    ['attributes.Created <= 5', 'attribute:start_time <= 5'],
    ['start_time > 9007199254740993', 'attribute:start_time > 9007199254740993n'],
    ['end_time IS NULL', 'attribute:end_time IS NULL'],
    ["dataset.name = 'mnist'", 'dataset:name = "mnist"'],
    ["datasets.context IN ('train')", 'dataset:context IN "train"'],
    [
      "metrics.a > 1 AND params.b = 'x' and tags.c = 'y'",
      '(metric:a > 1 & param:b = "x" & tag:c = "y")',
    ],
    [
      'metrics.a > 1 OR metrics.b > 2 AND metrics.c > 3',
      '(metric:a > 1 | (metric:b > 2 & metric:c > 3))',
    ],
    [
      '(metrics.a > 1 OR metrics.b > 2) AND metrics.c > 3',
      '((metric:a > 1 | metric:b > 2) & metric:c > 3)',
    ],
    ['NOT metrics.a > 1 AND metrics.b > 2', '(!metric:a > 1 & metric:b > 2)'],
    ['not (metrics.a > 1 OR NOT metrics.b > 2)', '!(metric:a > 1 | !metric:b > 2)'],
    ['((metrics.a > 1))', 'metric:a > 1'],
  ])('%j is read', (text, shown) => {
    expect(show(parseRunFilter(text))).toBe(shown);
  });

  it('treats an absent filter as one that matches all', () => {
    expect(show(parseRunFilter(undefined))).toBe('()');
  });

  it.each([
    ["metrics.a > 'x'", 12, "expected a number without quotes, found 'x'"],
    ['metrics.a > nan', 12, 'expected a number without quotes, found nan'],
    ['metrics.a >', 11, 'expected a number without quotes, found the end'],
    ['metrics.a > 1abc', 12, 'a number ends here with letters'],
    ['params.a = 5', 11, "expected text in quotes such as '5', found 5"],
    ['params.a = foo', 11, "expected text in quotes such as 'foo', found foo"],
    ['params.a = `x`', 11, 'expected text in quotes'],
    ["params.a > 'b'", 9, 'params.a is text, which > cannot compare'],
    ["metrics.a LIKE 'b'", 10, 'metrics.a is a number, which LIKE cannot compare'],
    ['metrics.a == 1', 10, 'write = instead of =='],
    ['metrics.a <> 1', 10, 'write != instead of <>'],
    ["tags.a = 'x", 9, "no closing '"],
    ['metrics.`a > 1', 8, 'no closing `'],
    ["params.a = 'it''s", 15, "the text that begins here has no closing '"],
    ["foo = 'x'", 0, "unknown attribute 'foo', expected one of run_id, run_name"],
    ["lifecycle_stage = 'active'", 0, "unknown attribute 'lifecycle_stage'"],
    ["experiment_id = '0'", 0, "unknown attribute 'experiment_id'"],
    ['Metrics.a > 1', 0, "unknown kind 'Metrics', expected one of attribute"],
    ["dataset.schema = 'x'", 0, "unknown dataset 'schema', expected one of name, digest, context"],
    ['metrics. > 1', 8, "expected a key after 'metrics.'"],
    ['metrics.a-b > 1', 9, "a key with '-' must be quoted, as in metrics.`a-…`"],
    ['metrics.a > 1 2', 14, 'expected AND, OR or the end, found 2'],
    ['metrics.a > 1 OR', 16, 'expected a field such as metrics.loss or status, found the end'],
    ['metrics.a > 1 AND OR metrics.b > 2', 18, 'expected a comparison after AND, found OR'],
    ['(AND)', 4, 'expected a field such as metrics.loss or status, found )'],
    ['(metrics.a > 1', 14, 'expected AND, OR or ), found the end'],
    ['metrics.a > 1)', 13, 'expected AND, OR or the end, found )'],
    ['metrics.a > 1; metrics.b > 2', 13, "unexpected character ';'"],
    ["'status' = 'x'", 0, "expected a field such as metrics.loss or status, found 'status'"],
    ["params.a NOT LIKE 'x'", 9, 'write NOT before the comparison'],
    ['params.a IN ()', 13, 'expected text in quotes'],
    ["params.a IN ('x'", 16, 'expected , or ) in the list of values, found the end'],
    ["params.a IN 'x'", 12, 'expected ( and a list of values after IN'],
    ['metrics.a BETWEEN 1', 19, 'expected AND and the upper bound of BETWEEN'],
    ['tags.a IS 5', 10, 'expected NULL or NOT NULL, found 5'],
    ['tags.a IS NOT', 13, 'expected NULL, found the end'],
    ['start_time > 9223372036854775808', 13, '9223372036854775808 is beyond 64 bits'],
    ['metrics.a', 9, 'expected =, !=, >, >=, <, <=, IN, BETWEEN or IS NULL after metrics.a'],
    ['metrics.a > 1 AND \u{1F600}', 18, "unexpected character '\u{1F600}'"],
  ])('%j is refused at %i', (text, offset, problem) => {
    const message = messageOf(() => parseRunFilter(text));
    expect(message).toContain(`Invalid filter at offset ${offset}: `);
    expect(message).toContain(problem);
  });

  it('refuses nesting that would exhaust the stack', () => {
    const text = `${'('.repeat(100_000)}metrics.a > 1`;
    expect(messageOf(() => parseRunFilter(text))).toContain('nested more than 200 levels deep');
    expect(messageOf(() => parseRunFilter(`${'NOT '.repeat(100_000)}metrics.a > 1`))).toContain(
      'nested more than 200 levels deep',
    );
  });
});

describe('a filter on experiments', () => {
  it.each([
    ["name LIKE 'a%'", 'attribute:name LIKE "a%"'],
    ["attribute.name = 'a'", 'attribute:name = "a"'],
    ['creation_time > 1 AND last_update_time < 2', null],
    ["tags.`a b` = 'x'", 'tag:a b = "x"'],
  ])('%j is read', (text, shown) => {
    const expected = shown ?? '(attribute:creation_time > 1 & attribute:last_update_time < 2)';
    expect(show(parseExperimentFilter(text))).toBe(expected);
  });

  it.each([
    ['metrics.a > 1', "unknown kind 'metrics'"],
    ["status = 'x'", "unknown attribute 'status', expected one of name, creation_time"],
    ["attributes.name = 'x'", "unknown kind 'attributes', expected one of attribute, tag, tags"],
  ])('%j is refused', (text, problem) => {
    expect(messageOf(() => parseExperimentFilter(text))).toContain(problem);
  });
});

describe('a filter on logged models', () => {
  it.each([
    ["name = 'a'", 'attribute:name = "a"'],
    ['attributes.creation_time > 1', 'attribute:creation_timestamp > 1'],
    ['last_updated_time > 1', 'attribute:last_updated_timestamp > 1'],
    ['metrics.acc >= 0.9', 'metric:acc >= 0.9'],
    ["params.`a b` IN ('x')", 'param:a b IN "x"'],
  ])('%j is read', (text, shown) => {
    expect(show(parseLoggedModelFilter(text))).toBe(shown);
  });

  it('knows its words in the plural only', () => {
    expect(messageOf(() => parseLoggedModelFilter('metric.a > 1'))).toContain(
      "unknown kind 'metric', expected one of attributes, metrics, params, tags",
    );
  });
});
