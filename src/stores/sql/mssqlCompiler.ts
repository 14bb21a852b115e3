import {
  FetchNode,
  MssqlQueryCompiler,
  OffsetNode,
  TopNode,
  ValueNode,
  type ColumnNode,
  type CompiledQuery,
  type InsertQueryNode,
  type OnConflictNode,
  type OperationNode,
  type SelectQueryNode,
} from 'kysely';

/**
 * Writes the statements of this store in T-SQL: LIMIT as TOP or FETCH, ON CONFLICT as MERGE. The source of a MERGE is called
 * `source`, its table `target`.
 */
export class MssqlCompiler extends MssqlQueryCompiler {
  /** The parameter that a text has, from 1. */
  private readonly texts = new Map<string, number>();

  override compileQuery(...args: Parameters<MssqlQueryCompiler['compileQuery']>): CompiledQuery {
    this.texts.clear();
    return super.compileQuery(...args);
  }

  protected override visitSelectQuery(node: SelectQueryNode): void {
    super.visitSelectQuery(limited(node));
  }

  protected override visitInsertQuery(node: InsertQueryNode): void {
    const { onConflict, ...insert } = node;
    if (!onConflict) {
      super.visitInsertQuery(insert);
    } else if (givesNumbersItself(node)) {
      // A table whose numbers the server gives takes others only when told so, and one table at a time.
      this.append('set identity_insert ');
      this.visitInto(node);
      this.append(' on; ');
      this.compileMerge(node, onConflict);
      this.append(' set identity_insert ');
      this.visitInto(node);
      this.append(' off;');
    } else {
      this.compileMerge(node, onConflict);
    }
  }

  /** A statement takes 2100 parameters: a text that comes again is the same one. Empty texts stand for what comes later. */
  protected override appendValue(parameter: unknown): void {
    if (typeof parameter !== 'string' || parameter === '') {
      super.appendValue(parameter);
      return;
    }
    const known = this.texts.get(parameter);
    if (known === undefined) {
      super.appendValue(parameter);
      this.texts.set(parameter, this.numParameters);
    } else {
      this.append(`@${known}`);
    }
  }

  /** Holds the range of the key from the look to the end, so that of two writers one waits for the other. */
  private compileMerge(node: InsertQueryNode, onConflict: OnConflictNode): void {
    const columns = node.columns ?? [];
    this.append('merge into ');
    this.visitInto(node);
    // An insert of several rows may have one twice, which is no error where existing rows are left alone.
    this.append(
      ` with (holdlock) as "target" using (select ${onConflict.doNothing ? 'distinct ' : ''}* from (`,
    );
    if (node.values) {
      this.visitNode(node.values);
    }
    this.append(') as "row" (');
    this.compileList(columns);
    this.append(')) as "source" on ');
    this.appendEach(onConflict.columns ?? [], ' and ', column => {
      this.appendColumn('target', column);
      this.append(' = ');
      this.appendColumn('source', column);
    });
    if (onConflict.updates) {
      this.append(' when matched');
      if (onConflict.updateWhere) {
        this.append(' and ');
        this.visitNode(onConflict.updateWhere.where);
      }
      this.append(' then update set ');
      this.compileList(onConflict.updates);
    }
    this.append(' when not matched then insert (');
    this.compileList(columns);
    this.append(') values (');
    this.appendEach(columns, ', ', column => this.appendColumn('source', column));
    this.append(');');
  }

  private visitInto({ into }: InsertQueryNode): void {
    if (!into) {
      throw new RangeError('An insert names its table');
    }
    this.visitNode(into);
  }

  private appendColumn(table: 'source' | 'target', column: ColumnNode): void {
    this.append(`"${table}".`);
    this.visitNode(column);
  }

  private appendEach<T>(items: readonly T[], separator: string, append: (item: T) => void): void {
    for (const [index, item] of items.entries()) {
      if (index > 0) {
        this.append(separator);
      }
      append(item);
    }
  }
}

/** FETCH needs an order, and DISTINCT allows no made-up one: without an order it is TOP. */
function limited(node: SelectQueryNode): SelectQueryNode {
  const { limit, offset, ...rest } = node;
  if (!limit) {
    return node;
  }
  const rows = numberOf(limit.limit);
  if (!node.orderBy) {
    return { ...rest, top: TopNode.create(rows) };
  }
  return {
    ...rest,
    offset: offset ?? OffsetNode.create(ValueNode.createImmediate(0)),
    // As many as there are: an offset alone says that.
    ...(rows === Number.MAX_SAFE_INTEGER ? {} : { fetch: FetchNode.create(rows, 'only') }),
  };
}

function numberOf(node: OperationNode): number {
  if (!ValueNode.is(node) || typeof node.value !== 'number') {
    throw new RangeError('A limit is a number');
  }
  return node.value;
}

function givesNumbersItself({ into, columns = [] }: InsertQueryNode): boolean {
  return (
    into?.table.identifier.name === 'experiments' &&
    columns.some(({ column }) => column.name === 'experiment_id')
  );
}
