import { parseInt64 } from '../../base/int64';
import type { Comparator, Filter, Literal } from './ast';
import { experimentSchema, loggedModelSchema, runSchema, type SearchSchema } from './searchSchema';
import { TokenReader, type TypedField } from './tokenReader';

/** Deep enough for any filter a person or a program writes, and far from the end of the stack. */
const MAX_DEPTH = 200;

/** Parses a filter on runs. Absent, empty and blank text match every run. Throws INVALID_PARAMETER_VALUE. */
export function parseRunFilter(text: string | undefined): Filter {
  return parseFilter(text, runSchema);
}

/** Parses a filter on experiments: `name`, `creation_time`, `last_update_time` and tags. */
export function parseExperimentFilter(text: string | undefined): Filter {
  return parseFilter(text, experimentSchema);
}

/** Parses a filter on logged models. */
export function parseLoggedModelFilter(text: string | undefined): Filter {
  return parseFilter(text, loggedModelSchema);
}

function parseFilter(text: string | undefined, schema: SearchSchema): Filter {
  if (text === undefined || text.trim() === '') {
    return { kind: 'and', operands: [] };
  }
  return new FilterParser(new TokenReader({ text, label: 'filter' }, schema)).parse();
}

function joined(kind: 'and' | 'or', operands: readonly Filter[]): Filter {
  const [first] = operands;
  return first && operands.length === 1 ? first : { kind, operands };
}

/** Recursive descent; OR binds weakest, then AND, then NOT. */
class FilterParser {
  private depth = 0;

  constructor(private readonly tokens: TokenReader) {}

  parse(): Filter {
    if (this.skipAnds() && this.tokens.peek().kind === 'end') {
      return { kind: 'and', operands: [] };
    }
    const filter = this.parseOr();
    if (this.tokens.peek().kind !== 'end') {
      throw this.tokens.unexpected('AND, OR or the end');
    }
    return filter;
  }

  private parseOr(): Filter {
    const operands = [this.parseAnd()];
    while (this.tokens.takeKeyword('OR')) {
      operands.push(this.parseAnd());
    }
    return joined('or', operands);
  }

  /** To MLflow an AND is no more than space: it may be left out, repeated, and stand at either end. */
  private parseAnd(): Filter {
    const operands: Filter[] = [];
    do {
      this.skipAnds();
      operands.push(this.parseNot());
      if (this.skipAnds() && this.tokens.isKeyword('OR')) {
        throw this.tokens.unexpected('a comparison after AND');
      }
    } while (this.beginsOperand());
    return joined('and', operands);
  }

  private skipAnds(): boolean {
    let count = 0;
    while (this.tokens.takeKeyword('AND')) {
      count += 1;
    }
    return count > 0;
  }

  private beginsOperand(): boolean {
    const token = this.tokens.peek();
    switch (token.kind) {
      case 'path':
        return true;
      case 'word':
        return !this.tokens.isKeyword('OR');
      case 'quoted':
        return token.quote !== "'";
      default:
        return token.kind === 'symbol' && token.text === '(';
    }
  }

  private parseNot(): Filter {
    const { start } = this.tokens.peek();
    this.depth += 1;
    if (this.depth > MAX_DEPTH) {
      throw this.tokens.error(start, `nested more than ${MAX_DEPTH} levels deep`);
    }
    try {
      if (this.tokens.takeKeyword('NOT')) {
        return { kind: 'not', operand: this.parseNot() };
      }
      if (this.tokens.takeSymbol('(')) {
        const inner = this.parseOr();
        if (!this.tokens.takeSymbol(')')) {
          throw this.tokens.unexpected('AND, OR or )');
        }
        return inner;
      }
      return this.parseComparison();
    } finally {
      this.depth -= 1;
    }
  }

  private parseComparison(): Filter {
    const target = this.tokens.takeField();
    const comparator = this.parseComparator(target);
    return {
      kind: 'comparison',
      field: target.field,
      comparator,
      values: this.parseValues(comparator, target),
    };
  }

  private parseComparator(target: TypedField): Comparator {
    const token = this.tokens.peek();
    const numeric = target.type === 'number';
    if (token.kind === 'symbol') {
      switch (token.text) {
        case '=':
        case '!=':
          this.tokens.take();
          return token.text;
        case '>':
        case '>=':
        case '<':
        case '<=':
          if (!numeric) {
            throw this.tokens.error(
              token.start,
              `${target.label} is text, which ${token.text} cannot compare; use =, !=, LIKE, ILIKE, IN or BETWEEN`,
            );
          }
          this.tokens.take();
          return token.text;
        case '==':
          throw this.tokens.error(token.start, 'write = instead of ==');
        case '<>':
          throw this.tokens.error(token.start, 'write != instead of <>');
      }
    }
    if (this.tokens.isKeyword('NOT') && this.tokens.isKeyword('IN', 1)) {
      this.tokens.take();
      this.tokens.take();
      return 'NOT IN';
    }
    if (this.tokens.takeKeyword('IN')) {
      return 'IN';
    }
    if (this.tokens.takeKeyword('BETWEEN')) {
      return 'BETWEEN';
    }
    if (this.tokens.takeKeyword('IS')) {
      const negated = this.tokens.takeKeyword('NOT');
      if (!this.tokens.takeKeyword('NULL')) {
        throw this.tokens.unexpected(negated ? 'NULL' : 'NULL or NOT NULL');
      }
      return negated ? 'IS NOT NULL' : 'IS NULL';
    }
    for (const comparator of ['LIKE', 'ILIKE'] as const) {
      if (this.tokens.isKeyword(comparator)) {
        if (numeric) {
          throw this.tokens.error(
            token.start,
            `${target.label} is a number, which ${comparator} cannot compare; use =, !=, >, >=, <, <=, IN or BETWEEN`,
          );
        }
        this.tokens.take();
        return comparator;
      }
    }
    if (this.tokens.isKeyword('NOT')) {
      throw this.tokens.error(
        token.start,
        `only IN may follow NOT here; write NOT before the comparison, as in NOT (${target.label} LIKE 'a%')`,
      );
    }
    const symbols = numeric ? '=, !=, >, >=, <, <=' : '=, !=, LIKE, ILIKE';
    throw this.tokens.unexpected(`${symbols}, IN, BETWEEN or IS NULL after ${target.label}`);
  }

  private parseValues(comparator: Comparator, target: TypedField): readonly Literal[] {
    switch (comparator) {
      case 'IS NULL':
      case 'IS NOT NULL':
        return [];
      case 'BETWEEN': {
        const low = this.parseValue(target);
        if (!this.tokens.takeKeyword('AND')) {
          throw this.tokens.unexpected('AND and the upper bound of BETWEEN');
        }
        return [low, this.parseValue(target)];
      }
      case 'IN':
      case 'NOT IN':
        return this.parseValueList(comparator, target);
      default:
        return [this.parseValue(target)];
    }
  }

  private parseValueList(comparator: string, target: TypedField): readonly Literal[] {
    if (!this.tokens.takeSymbol('(')) {
      throw this.tokens.unexpected(`( and a list of values after ${comparator}`);
    }
    const values = [this.parseValue(target)];
    // A comma at the end is no more than Python's, which MLflow 3 reads the list with.
    while (this.tokens.takeSymbol(',') && !this.tokens.isSymbol(')')) {
      values.push(this.parseValue(target));
    }
    if (!this.tokens.takeSymbol(')')) {
      throw this.tokens.unexpected(', or ) in the list of values');
    }
    return values;
  }

  private parseValue(target: TypedField): Literal {
    const token = this.tokens.peek();
    if (target.type === 'text') {
      if (token.kind === 'quoted' && token.quote !== '`') {
        this.tokens.take();
        return token.value;
      }
      const example = token.kind === 'word' || token.kind === 'number' ? token.text : 'a';
      throw this.tokens.unexpected(`text in quotes such as '${example}'`);
    }
    if (token.kind !== 'number') {
      throw this.tokens.unexpected('a number without quotes');
    }
    this.tokens.take();
    const isInteger = /^[+-]?\d+$/.test(token.text);
    if (target.field.entity === 'metric' || !isInteger) {
      return Number(token.text);
    }
    const value = parseInt64(token.text);
    if (value === undefined) {
      throw this.tokens.error(token.start, `${token.text} is beyond 64 bits`);
    }
    return value;
  }
}
