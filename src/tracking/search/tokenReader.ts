import type { Field } from './ast';
import { tokenize, type Token } from './lexer';
import type { FieldType, SearchSchema } from './searchSchema';
import { syntaxError, type SearchText } from './syntaxError';
import type { TrackingError } from '../trackingError';

export interface TypedField {
  readonly field: Field;
  readonly type: FieldType;
  /** As written, for messages. */
  readonly label: string;
  readonly start: number;
}

/** Reads tokens one by one; what filters and order clauses have in common. */
export class TokenReader {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(
    private readonly source: SearchText,
    private readonly schema: SearchSchema,
  ) {
    this.tokens = tokenize(source);
  }

  peek(ahead = 0): Token {
    const last = this.tokens.length - 1;
    const token = this.tokens[Math.min(this.position + ahead, last)];
    if (!token) {
      throw new RangeError('the token list is never empty');
    }
    return token;
  }

  take(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }

  /** Takes the keyword (any case) if it is next. */
  takeKeyword(keyword: string): boolean {
    if (this.isKeyword(keyword)) {
      this.position += 1;
      return true;
    }
    return false;
  }

  isKeyword(keyword: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text.toUpperCase() === keyword;
  }

  takeSymbol(symbol: string): boolean {
    if (this.isSymbol(symbol)) {
      this.position += 1;
      return true;
    }
    return false;
  }

  isSymbol(symbol: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === symbol;
  }

  error(offset: number, problem: string): TrackingError {
    return syntaxError(this.source, offset, problem);
  }

  /** The error that the next token is not what the grammar wants. */
  unexpected(expected: string): TrackingError {
    const token = this.peek();
    const found = token.kind === 'end' ? 'the end' : token.text;
    return this.error(token.start, `expected ${expected}, found ${found}`);
  }

  /** Takes `entity.key`, or an attribute, bare or in backticks or double quotes. */
  takeField(): TypedField {
    const token = this.peek();
    if (token.kind === 'path') {
      const rule = this.schema.entities.get(token.entity);
      if (!rule) {
        const known = [...this.schema.entities.keys()].join(', ');
        throw this.error(token.start, `unknown kind '${token.entity}', expected one of ${known}`);
      }
      return this.resolve(rule, token.key, token);
    }
    if (token.kind === 'word') {
      return this.resolve(this.schema.attributes, token.text, token);
    }
    if (token.kind === 'quoted' && token.quote !== "'") {
      return this.resolve(this.schema.attributes, token.value, token);
    }
    const kinds = this.schema.entities.has('metrics')
      ? 'such as metrics.loss or status'
      : 'such as name';
    throw this.unexpected(`a field ${kinds}`);
  }

  private resolve(rule: SearchSchema['attributes'], key: string, token: Token): TypedField {
    this.position += 1;
    const common = { label: token.text, start: token.start };
    if (!rule.keys) {
      return { field: { entity: rule.entity, key }, type: rule.type, ...common };
    }
    const known = rule.keys.get(key);
    if (known) {
      return { field: { entity: rule.entity, key: known.key }, type: known.type, ...common };
    }
    const keys = [...new Set([...rule.keys.values()].map(entry => entry.key))].join(', ');
    const hint = token.kind === 'path' ? '' : '; other fields need their kind, as in tags.name';
    throw this.error(
      token.start,
      `unknown ${rule.entity} '${key}', expected one of ${keys}${hint}`,
    );
  }
}
