import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editMeta, formatMeta, parseMeta } from '../../../../src/stores/file/metaYaml';

/** Texts that some version of YAML takes for something else, or that need care to write. */
const TRAPS = [
  '',
  ' ',
  'yes',
  'No',
  'on',
  'OFF',
  'true',
  'False',
  'null',
  'Null',
  '~',
  'y',
  'n',
  'NaN',
  '.nan',
  '.inf',
  '-.inf',
  '1',
  '0',
  '-1',
  '+1',
  '007',
  '0o7',
  '0x1f',
  '0b1',
  '1_000',
  '1.5',
  '.5',
  '1.',
  '1e5',
  '1e+5',
  '12345678e123',
  '1234567890123456',
  '123456789012345678',
  '12:30:00',
  '190:20:30.15',
  '2001-01-01',
  '2001-12-14t21:59:43.10-05:00',
  '=',
  '<<',
  '-',
  '- x',
  '?',
  '? x',
  ':',
  ':x',
  'x:',
  'a: b',
  'a #b',
  '#a',
  '!tag',
  '&a',
  '*a',
  '%a',
  '@a',
  '`a',
  '|',
  '>',
  '[a]',
  '{a}',
  'a, b',
  '---',
  '...',
  "it's",
  '"quoted"',
  "'quoted'",
  'back\\slash',
  'C:\\x y',
  ' lead',
  'trail ',
  'tab\tx',
  'line\nbreak',
  'end\n',
  '\n',
  'cr\rx',
  '\u0007',
  '\u0085',
  '\u2028',
  '\uFEFFx',
  '\u00A0',
  'é',
  '日本 x',
  '\u{1F600}',
  'a\u0301',
  '/abs/path',
  'file:///c/x',
  's3://b/c?d=e#f',
  'dbfs:/x',
  'me@host',
  'a b'.repeat(99),
];

describe('a meta file', () => {
  it.each(TRAPS)('keeps the text %j', text => {
    expect(parseMeta(formatMeta({ name: text, other: 'x' })).get('name')).toBe(text);
    const nested = parseMeta(formatMeta({ tags: { [text || 'k']: text } })).get('tags');
    expect(nested).toEqual({ [text || 'k']: text });
  });

  it.each([
    ['k: 1e5\n', '1e5'],
    ['k: 12345678e123\n', '12345678e123'],
    ['k: 123456789012345678901\n', '123456789012345678901'],
    ['k: yes\n', 'yes'],
    ['k: null\n', null],
    ['k: Null\n', null],
    ['k: ~\n', null],
    ['k:\n', null],
    ["k: 'null'\n", 'null'],
    ['k: "null"\n', 'null'],
    ["k: 'it''s'\n", "it's"],
    ['k: "a\\tb\\x41\\u00e9"\n', 'a\tbAé'],
    ["k: 'a\n\n  b'\n", 'a\nb'],
    ['k: a b\n  c\n', 'a b c'],
    ['k: a#b\n', 'a#b'],
    ['k: a #b\n', 'a'],
    ['k: 2001-01-01\n', '2001-01-01'],
    ['k: []\n', []],
    ['k: {}\n', {}],
    ['k:\n- a\n- b\n', ['a', 'b']],
    ['---\nk: a\n', 'a'],
    ['{k: a}', 'a'],
    ['k: a\r\nj: b\r\n', 'a'],
  ])('%j holds %j', (text, expected) => {
    expect(parseMeta(text).get('k')).toEqual(expected);
  });

  it.each([
    '',
    '\n',
    'just text',
    '- a\n',
    "k: 'cut",
    'k: "cut',
    'k: [a, b',
    'k: a: b',
    '\tk: a',
    '"k',
  ])('%j is none', text => {
    expect(() => parseMeta(text)).toThrow();
  });
});

describe('editing', () => {
  it('changes what it is told to and keeps every other byte', () => {
    const text =
      "artifact_uri: /x\nfuture:\n  nested:\n  - 1\n  - {a: b}\nname: 'old'\ntags: []\n'odd key': |\n  text\n  more\n";
    const edited = editMeta(text, { name: 'new: one', end_time: 5, artifact_uri: undefined });
    expect(edited).toBe(
      "end_time: 5\nfuture:\n  nested:\n  - 1\n  - {a: b}\nname: 'new: one'\n'odd key': |\n  text\n  more\ntags: []\n",
    );
  });

  it('does not guess at a form that MLflow does not write', () => {
    expect(() => editMeta('{a: b}\n', { a: 'c' })).toThrow('not in the form that MLflow writes');
  });
});

const python = join(import.meta.dirname, '../../../../examples/.venv/bin/python');

// Only where `npm test` made the environment of the examples; the client tier needs it anyway.
describe.runIf(existsSync(python))('PyYAML', () => {
  it('reads every text as that text', () => {
    const values = Object.fromEntries(TRAPS.map((text, index) => [`k${index}`, text]));
    const output = execFileSync(
      python,
      ['-c', 'import json,sys,yaml; print(json.dumps(yaml.safe_load(sys.stdin.buffer.read())))'],
      { input: formatMeta(values), encoding: 'utf8' },
    );
    expect(JSON.parse(output)).toEqual(values);
  });
});
