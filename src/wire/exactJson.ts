import { int64FromBigInt } from '../base/int64';
import type { JsonObject, JsonValue } from './jsonValue';

/** Deeper nesting is refused: no MLflow message nests more than six levels. */
const MAX_DEPTH = 100;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;
const SPACE = /[ \t\n\r]*/y;

const WORDS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/**
 * JSON with integers kept exact (`bigint` beyond 2^53) and the bare tokens NaN, Infinity and -Infinity that Python's `json`
 * writes. About eight times slower than `JSON.parse`. Throws `SyntaxError`.
 */
export function parseExactJson(text: string): JsonValue {
  const parser = new ExactParser(text);
  return parser.parse();
}

class ExactParser {
  private position = 0;

  constructor(private readonly text: string) {}

  parse(): JsonValue {
    const value = this.value(0);
    this.skipSpace();
    if (this.position < this.text.length) {
      throw this.failure();
    }
    return value;
  }

  private value(depth: number): JsonValue {
    this.skipSpace();
    switch (this.text[this.position]) {
      case '{':
        return this.object(depth + 1);
      case '[':
        return this.array(depth + 1);
      case '"':
        return this.string();
      default:
        return this.wordOrNumber();
    }
  }

  private object(depth: number): JsonObject {
    this.enter(depth);
    const members: [string, JsonValue][] = [];
    if (!this.take('}')) {
      do {
        this.skipSpace();
        const key = this.string();
        this.expect(':');
        members.push([key, this.value(depth)]);
      } while (this.take(','));
      this.expect('}');
    }
    // Not by assignment: a member called __proto__ must stay a member, as with JSON.parse.
    return Object.fromEntries(members);
  }

  private array(depth: number): JsonValue[] {
    this.enter(depth);
    const items: JsonValue[] = [];
    if (!this.take(']')) {
      do {
        items.push(this.value(depth));
      } while (this.take(','));
      this.expect(']');
    }
    return items;
  }

  private enter(depth: number): void {
    if (depth > MAX_DEPTH) {
      throw new SyntaxError(`JSON is nested deeper than ${MAX_DEPTH} levels`);
    }
    this.position += 1;
  }

  private string(): string {
    return JSON.parse(this.match(STRING)) as string;
  }

  private wordOrNumber(): JsonValue {
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
    }
    return this.number();
  }

  private number(): JsonValue {
    const literal = this.match(NUMBER);
    const value = Number(literal);
    if (!Number.isInteger(value) || Number.isSafeInteger(value)) {
      return value;
    }
    try {
      return int64FromBigInt(BigInt(/[.eE]/.test(literal) ? value : literal));
    } catch {
      return value;
    }
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) {
      throw this.failure();
    }
    this.position += found.length;
    return found;
  }

  private take(mark: string): boolean {
    this.skipSpace();
    if (this.text[this.position] !== mark) {
      return false;
    }
    this.position += 1;
    return true;
  }

  private expect(mark: string): void {
    if (!this.take(mark)) {
      throw this.failure();
    }
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.position;
    this.position += SPACE.exec(this.text)?.[0].length ?? 0;
  }

  private failure(): SyntaxError {
    return new SyntaxError(`Unexpected text at position ${this.position} of the JSON`);
  }
}
