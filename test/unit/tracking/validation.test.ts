import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Metric } from '../../../src/tracking/entities';
import {
  agreedRunName,
  LIMITS,
  validateArtifactLocation,
  validateBatch,
  validateDatasetInputs,
  validateExperimentId,
  validateExperimentName,
  validateExperimentTag,
  validateKey,
  validateMaxResults,
  validateMetric,
  validateModelName,
  validateParam,
  validateRunId,
  validateTag,
} from '../../../src/tracking/validation';
import { messageOf } from './search/messageOf';

const METRIC: Metric = { key: 'm', value: 1, timestampMs: 1, step: 0 };

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a key', () => {
  it.each([
    'a',
    'a/b',
    'a.b',
    'a b',
    'a-b',
    'é',
    '日本',
    '٣',
    '_',
    '.hidden',
    'a..b',
    'a'.repeat(250),
  ])('%j is allowed', key => {
    expect(() => validateKey(key, 'key')).not.toThrow();
  });

  it.runIf(process.platform !== 'win32')('may hold a colon where file names can', () => {
    expect(() => validateKey('a:b', 'key')).not.toThrow();
  });

  it.each([
    ['', "resolve to '.'"],
    ['.', "resolve to '.'"],
    ['..', "resolve to '..'"],
    ['..foo', "resolve to '..foo'"],
    ['a/../b', "resolve to 'b'"],
    ['../a', "resolve to '../a'"],
    ['/a', "resolve to '/a'"],
    ['a/', "resolve to 'a'"],
    ['a//b', "resolve to 'a/b'"],
    ['./a', "resolve to 'a'"],
    ['a\\b', 'Names may only contain'],
    ['a\n', 'Names may only contain'],
    ['a\u0301', 'Names may only contain'],
    ['\u{1F600}', 'Names may only contain'],
    ['a*', 'Names may only contain'],
    ['a'.repeat(251), "'key' exceeds the maximum length of 250 characters"],
  ])('%j is refused', (key, problem) => {
    expect(messageOf(() => validateKey(key, 'key'))).toContain(problem);
  });
});

describe('values', () => {
  it('are cut to the limit in code points', () => {
    const long = '\u{1F600}'.repeat(LIMITS.paramValue + 1);
    expect(Array.from(validateParam({ key: 'p', value: long }).value)).toHaveLength(
      LIMITS.paramValue,
    );
    const fitting = '\u{1F600}'.repeat(LIMITS.tagValue);
    expect(validateTag({ key: 't', value: fitting }).value).toBe(fitting);
    expect(validateTag({ key: 't', value: `${fitting}x` }).value).toBe(fitting);
  });

  it.each(['false', 'False', '0'])(
    'are refused when MLFLOW_TRUNCATE_LONG_VALUES is %s',
    setting => {
      vi.stubEnv('MLFLOW_TRUNCATE_LONG_VALUES', setting);
      const value = 'x'.repeat(LIMITS.paramValue + 1);
      expect(messageOf(() => validateParam({ key: 'p', value }))).toContain(
        'exceeds the maximum length of 6000 characters',
      );
    },
  );

  it('of experiment tags are never cut', () => {
    const value = 'x'.repeat(LIMITS.experimentTagValue + 1);
    expect(messageOf(() => validateExperimentTag({ key: 't', value }))).toContain('exceeds');
    expect(() => validateExperimentTag({ key: 't', value: value.slice(1) })).not.toThrow();
  });
});

describe('a metric', () => {
  it.each<Partial<Metric>>([
    { value: NaN },
    { value: -Infinity },
    { step: -5 },
    { step: 9223372036854775807n },
    { timestampMs: 0 },
    { timestampMs: 9223372036854775807n },
  ])('may have %o', part => {
    expect(() => validateMetric({ ...METRIC, ...part })).not.toThrow();
  });

  it.each<[Partial<Metric>, string]>([
    [{ timestampMs: -1 }, 'Timestamp must be a nonnegative long'],
    [{ timestampMs: 1.5 }, 'Timestamp must be a nonnegative long'],
    [{ step: 0.5 }, 'Step must be a valid long'],
    [{ step: NaN }, 'Step must be a valid long'],
    [{ key: 'a//b' }, "for parameter 'name'"],
  ])('may not have %o', (part, problem) => {
    expect(messageOf(() => validateMetric({ ...METRIC, ...part }))).toContain(problem);
  });
});

describe('a batch', () => {
  const many = (count: number): { key: string; value: string }[] =>
    Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: '' }));

  it.each([
    [{ metrics: Array<Metric>(1001).fill(METRIC) }, 'at most 1000 metrics. Got 1001'],
    [{ params: many(101) }, 'at most 100 params. Got 101'],
    [{ tags: many(101) }, 'at most 100 tags. Got 101'],
    [
      { metrics: Array<Metric>(950).fill(METRIC), params: many(51) },
      'at most 1000 metrics, params, and tags. Got 1001',
    ],
  ])('of too many is refused', (batch, problem) => {
    expect(messageOf(() => validateBatch(batch))).toContain(problem);
  });

  it('names the entry at fault', () => {
    const batch = { params: [...many(2), { key: 'a//b', value: '' }] };
    expect(messageOf(() => validateBatch(batch))).toContain("for parameter 'params[2].key'");
  });

  it('may not repeat a param, even with the same value', () => {
    const param = { key: 'p', value: '1' };
    expect(messageOf(() => validateBatch({ params: [param, param] }))).toContain(
      "Duplicate parameter keys have been submitted: ['p']",
    );
  });

  it('keeps the last of repeated tags', () => {
    const tags = [
      { key: 't', value: '1' },
      { key: 'u', value: '2' },
      { key: 't', value: '3' },
    ];
    expect(validateBatch({ tags }).tags).toEqual([
      { key: 't', value: '3' },
      { key: 'u', value: '2' },
    ]);
  });
});

describe('names and ids', () => {
  it.each<[string, () => void]>([
    ['an empty experiment name', () => validateExperimentName('')],
    ['a long experiment name', () => validateExperimentName('x'.repeat(501))],
    ['a run id with a path', () => validateRunId('../x')],
    ['an empty run id', () => validateRunId('')],
    ['a long run id', () => validateRunId('a'.repeat(257))],
    ['an experiment id with a path', () => validateExperimentId('a/b')],
    ['a long experiment id', () => validateExperimentId('1'.repeat(65))],
    ['a model name with a slash', () => validateModelName('a/b')],
    ['an empty model name', () => validateModelName('')],
    ['a runs: location', () => validateArtifactLocation('runs:/x')],
    ['a location with a fragment', () => validateArtifactLocation('s3://b/x#y')],
    ['a location with .. in its query', () => validateArtifactLocation('s3://b/x?a=..')],
    ['a long location', () => validateArtifactLocation(`/${'x'.repeat(2048)}`)],
    ['no results', () => validateMaxResults(0)],
    ['too many results', () => validateMaxResults(50_001)],
  ])('refuses %s', (_what, check) => {
    messageOf(check);
  });

  it('allows what MLflow allows', () => {
    validateExperimentName('any / characters \u{1F600}');
    validateRunId('0123456789abcdef0123456789abcdef');
    validateRunId('my-run_1');
    validateExperimentId('123456789012345678');
    validateArtifactLocation('/tmp/a#b');
    validateArtifactLocation('s3://bucket/path?x=y');
    validateMaxResults(50_000);
  });

  it('refuses a dataset with a long digest', () => {
    const dataset = { name: 'd', digest: 'x'.repeat(37), sourceType: 'local', source: '{}' };
    expect(messageOf(() => validateDatasetInputs([{ dataset, tags: [] }]))).toContain(
      "'digest' exceeds the maximum length of 36",
    );
  });
});

describe('the name of a new run', () => {
  it.each([
    ['a', undefined, 'a'],
    [undefined, 'b', 'b'],
    ['a', 'a', 'a'],
    ['', 'b', 'b'],
    [undefined, undefined, undefined],
    ['', '', undefined],
  ])('from %j and %j is %j', (name, tag, expected) => {
    expect(agreedRunName(name, tag)).toBe(expected);
  });

  it('cannot be two', () => {
    expect(messageOf(() => agreedRunName('a', 'b'))).toContain('with different values');
  });
});
