import { syntaxError, type SearchText } from './syntaxError';

export type Token =
  /** A bare word: a keyword, or an attribute. */
  | { readonly kind: 'word'; readonly text: string; readonly start: number }
  /** `entity.key`, the key with its quotes removed. */
  | {
      readonly kind: 'path';
      readonly text: string;
      readonly start: number;
      readonly entity: string;
      readonly key: string;
    }
  | {
      readonly kind: 'quoted';
      readonly text: string;
      readonly start: number;
      readonly quote: Quote;
      readonly value: string;
    }
  | { readonly kind: 'number'; readonly text: string; readonly start: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly start: number }
  | { readonly kind: 'end'; readonly text: ''; readonly start: number };

export type Quote = "'" | '"' | '`';

const SPACE = /\s+/y;
const WORD = /[\p{L}_][\p{L}\p{M}\p{N}_$#]*/uy;
const BARE_KEY = /[\p{L}\p{M}\p{N}_.$#]+/uy;
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /<=|>=|!=|<>|==|[<>=(),]/y;

/**
 * Nothing in quotes is an escape: the other quote is the only way to write a quote. Doubled it stays two characters, which
 * is how MLflow's tokenizer (sqlparse) has it.
 */
const QUOTED: Readonly<Record<Quote, RegExp>> = {
  "'": /'(?:''|[^']+)*'/y,
  '"': /"(?:""|[^"]+)*"/y,
  '`': /`(?:``|[^`]+)*`/y,
};

function matchAt(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function isQuote(character: string | undefined): character is Quote {
  return character === "'" || character === '"' || character === '`';
}

/** Splits a filter or an order clause into tokens. The last one is always `end`. */
export function tokenize(source: SearchText): readonly Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let offset = 0;

  function quotedEnd(start: number, quote: Quote): number {
    const quoted = matchAt(QUOTED[quote], text, start);
    if (quoted === undefined) {
      throw syntaxError(source, start, `the text that begins here has no closing ${quote}`);
    }
    return start + quoted.length;
  }

  /** An entity and its key. @param dot where the dot between them is */
  function path(start: number, word: string, dot: number): Token {
    const keyStart = dot + 1;
    const quote = text[keyStart];
    if (isQuote(quote)) {
      const end = quotedEnd(keyStart, quote);
      const key = text.slice(keyStart + 1, end - 1);
      return { kind: 'path', text: text.slice(start, end), start, entity: word, key };
    }
    const key = matchAt(BARE_KEY, text, keyStart);
    if (key === undefined) {
      throw syntaxError(source, keyStart, `expected a key after '${word}.'`);
    }
    const end = keyStart + key.length;
    if (/[-/:]/.test(text[end] ?? '')) {
      throw syntaxError(
        source,
        end,
        `a key with '${text[end]}' must be quoted, as in ${word}.\`${key}${text[end]}…\``,
      );
    }
    return { kind: 'path', text: text.slice(start, end), start, entity: word, key };
  }

  function next(start: number): Token {
    const character = text[start];
    if (isQuote(character)) {
      const end = quotedEnd(start, character);
      if (character === '`' && text[end] === '.') {
        return path(start, text.slice(start + 1, end - 1), end);
      }
      const value = text.slice(start + 1, end - 1);
      return { kind: 'quoted', text: text.slice(start, end), start, quote: character, value };
    }
    const word = matchAt(WORD, text, start);
    if (word !== undefined) {
      const end = start + word.length;
      return text[end] === '.' ? path(start, word, end) : { kind: 'word', text: word, start };
    }
    const number = matchAt(NUMBER, text, start);
    if (number !== undefined) {
      if (matchAt(BARE_KEY, text, start + number.length) !== undefined) {
        throw syntaxError(source, start, 'a number ends here with letters; text needs quotes');
      }
      return { kind: 'number', text: number, start };
    }
    const symbol = matchAt(SYMBOL, text, start);
    if (symbol !== undefined) {
      return { kind: 'symbol', text: symbol, start };
    }
    const found = String.fromCodePoint(text.codePointAt(start) ?? 0);
    throw syntaxError(source, start, `unexpected character '${found}'`);
  }

  for (;;) {
    offset += matchAt(SPACE, text, offset)?.length ?? 0;
    if (offset >= text.length) {
      tokens.push({ kind: 'end', text: '', start: offset });
      return tokens;
    }
    const token = next(offset);
    tokens.push(token);
    offset += token.text.length;
  }
}
