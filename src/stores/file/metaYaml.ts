import { FAILSAFE_SCHEMA, load, nullYaml11Tag } from 'js-yaml';

/**
 * A value of a meta file. Scalars are the text as written, numbers too: which field is a number is known here and nowhere in
 * the file. PyYAML writes the text `1e5` without quotes, and a run id may look like that.
 */
export type MetaValue =
  string | null | readonly MetaValue[] | { readonly [key: string]: MetaValue };
export type Meta = ReadonlyMap<string, MetaValue>;

/** A value to write: text is quoted where YAML would read it as something else, numbers are not. */
export type MetaInput =
  string | number | bigint | null | readonly [] | Readonly<Record<string, string>>;

const TEXT_SCHEMA = FAILSAFE_SCHEMA.withTags(nullYaml11Tag);
/** What must not begin a plain scalar. `-`, `?` and `:` may, before a character that is no space. */
const INDICATOR = /^(?:[[\]{},#&*!|>"'%@`]|[-?:](?:\s|$))/;
const KEY_LINE = /^(?:'(?:[^']|'')*'|"[^"]*"|[^\s'"#&*!|>%@`{}[\],-][^:]*):(?:\s|$)/;

/** Parses a mapping. Throws when the text is not YAML, not a mapping, or cut off inside a quoted value. */
export function parseMeta(text: string): Meta {
  const fast = parseSimple(text);
  if (fast) {
    return fast;
  }
  const value = load(text, { schema: TEXT_SCHEMA, json: true }) as MetaValue | undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('it holds no YAML mapping');
  }
  return new Map(Object.entries(value));
}

/**
 * The form that MLflow writes for runs and experiments, one `key: scalar` a line; `undefined` for anything else. Many times
 * faster than a whole parser, which counts when ten thousand runs are listed.
 */
function parseSimple(text: string): Meta | undefined {
  const meta = new Map<string, MetaValue>();
  let start = 0;
  while (start < text.length) {
    const lineFeed = text.indexOf('\n', start);
    const end = lineFeed < 0 ? text.length : lineFeed;
    const colon = text.indexOf(': ', start);
    if (colon < 0 || colon >= end || !isLetter(text.charCodeAt(start))) {
      return undefined;
    }
    const value = parseSimpleValue(text.slice(colon + 2, end));
    if (value === undefined) {
      return undefined;
    }
    meta.set(text.slice(start, colon), value);
    start = end + 1;
  }
  return meta.size > 0 ? meta : undefined;
}

function isLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || unit === 0x5f;
}

function parseSimpleValue(raw: string): MetaValue | undefined {
  if (/^\w+$/.test(raw)) {
    return raw.length === 4 && raw.toLowerCase() === 'null' ? null : raw;
  }
  if (raw === '[]') {
    return [];
  }
  if (raw === '{}') {
    return {};
  }
  if (raw.startsWith("'")) {
    return /^'(?:[^']|'')*'$/.test(raw) ? raw.slice(1, -1).replaceAll("''", "'") : undefined;
  }
  const isPlain =
    raw !== '' &&
    raw !== '~' &&
    raw.trim() === raw &&
    !INDICATOR.test(raw) &&
    !raw.includes(': ') &&
    !raw.includes(' #') &&
    !raw.endsWith(':');
  return isPlain ? raw : undefined;
}

/** Writes a mapping as PyYAML's safe dumper does: block style, keys in order of code points. */
export function formatMeta(values: Readonly<Record<string, MetaInput>>): string {
  return Object.keys(values)
    .sort()
    .map(key => formatEntry(key, values[key] ?? null))
    .join('');
}

/**
 * Changes some values of a meta file and leaves every other byte as it is, so that what a newer MLflow added survives.
 * `undefined` removes the key.
 */
export function editMeta(
  text: string,
  changes: Readonly<Record<string, MetaInput | undefined>>,
): string {
  const entries = new Map<string, string>();
  let current: string | undefined;
  let head = '';
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const complete = line.endsWith('\n') ? line : `${line}\n`;
    if (KEY_LINE.test(line)) {
      current = line.slice(0, line.search(/:(?:\s|$)/)).replace(/^(['"])(.*)\1$/, '$2');
      entries.set(current, complete);
    } else if (current === undefined) {
      head += complete;
    } else {
      entries.set(current, (entries.get(current) ?? '') + complete);
    }
  }
  if (/^(?!---|#)\s*\S/m.test(head)) {
    throw new Error('it is not in the form that MLflow writes');
  }
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) {
      entries.delete(key);
    } else {
      entries.set(key, formatEntry(key, value));
    }
  }
  const body = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return head + body.join('');
}

function formatEntry(key: string, value: MetaInput): string {
  if (value === null) {
    return `${key}: null\n`;
  }
  if (typeof value === 'string') {
    return `${key}: ${formatText(value)}\n`;
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    return `${key}: ${value}\n`;
  }
  if (isEmptyList(value)) {
    return `${key}: []\n`;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) {
    return `${key}: {}\n`;
  }
  const lines = entries.map(([name, text]) => `  ${formatText(name)}: ${formatText(text)}\n`);
  return `${key}:\n${lines.join('')}`;
}

function isEmptyList(value: readonly [] | Readonly<Record<string, string>>): value is readonly [] {
  return Array.isArray(value);
}

/** Texts that need no quotes under YAML 1.1 nor 1.2: they begin with a letter or `/` and are no word of the language. */
const SAFE_TEXT = /^[\p{L}/][\p{L}\p{N}_./ -]*(?::\/[\p{L}\p{N}_./-]*)?$/u;
const HEX_ID = /^(?=.*[a-df])[0-9a-f]{32}$/;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

function formatText(text: string): string {
  if (HEX_ID.test(text) || (SAFE_TEXT.test(text) && !WORDS.test(text) && !text.endsWith(' '))) {
    return text;
  }
  // Line breaks, control characters and what YAML calls not printable need escapes, which single quotes do not have.
  if (/[^\x20-\x7e\p{L}\p{N}\p{P}\p{S}]/u.test(text)) {
    return `"${Array.from(text, escapeCharacter).join('')}"`;
  }
  return `'${text.replaceAll("'", "''")}'`;
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === '\\') {
    return `\\${character}`;
  }
  if (/[\x20-\x7e\p{L}\p{N}\p{P}\p{S}]/u.test(character)) {
    return character;
  }
  const point = character.codePointAt(0) ?? 0;
  return point > 0xffff
    ? `\\U${point.toString(16).padStart(8, '0')}`
    : `\\u${point.toString(16).padStart(4, '0')}`;
}
