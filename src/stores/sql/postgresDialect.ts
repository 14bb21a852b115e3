import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  type InsertQueryNode,
  type SqlBool,
} from 'kysely';
import type { MlflowTables } from './mlflowTables';
import type { SqlDialect } from './sqlDialect';

const INT32_MAX = 2 ** 31 - 1;

/**
 * The server takes a parameter for what it stands beside. Numbers that do not fit there say what they are, so that
 * comparing an integer column with 1.5 or with 2^40 is no error.
 */
class TypedParameterCompiler extends PostgresQueryCompiler {
  protected override appendValue(parameter: unknown): void {
    super.appendValue(parameter);
    if (typeof parameter === 'bigint') {
      this.append('::bigint');
    } else if (typeof parameter === 'number' && !isInt32(parameter)) {
      this.append(Number.isSafeInteger(parameter) ? '::bigint' : '::double precision');
    }
  }
}

/** PostgreSQL 11 and later. Statements run in `ServerDatabase`. */
export const postgresDialect: SqlDialect = {
  kind: 'postgresql',
  builder: new Kysely<MlflowTables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: database => new PostgresIntrospector(database),
      createQueryCompiler: () => new TypedParameterCompiler(),
    },
  }),
  // The server reads 1 and 0 as boolean where it expects one.
  boolean: Number,
  isAmong: (value, list) => sql<SqlBool>`${value} = any(${`{${list.join()}}`}::bigint[])`,
  equals: (text, value) => sql<SqlBool>`${text} = ${value}`,
  like: (text, pattern) => sql<SqlBool>`${text} LIKE ${pattern} ESCAPE ''`,
  ilike: (text, pattern) => sql<SqlBool>`${text} ILIKE ${pattern} ESCAPE ''`,
  byCodePoints: text => sql<string | null>`(${text}) COLLATE "C"`,
  double: number => sql<number>`cast(${number} as double precision)`,
  ignoreExisting: insert => insert.onConflict(conflict => conflict.doNothing()),
  overwriteExisting: (insert, { key, set, whenGreater }) => {
    const table = tableOf(insert.toOperationNode());
    const names = (columns: readonly string[]) => sql.join(columns.map(name => sql.ref(name)));
    return insert.modifyEnd(
      sql`on conflict (${names(key)}) do update set ${sql.join(
        set.map(column => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`),
      )}${
        whenGreater
          ? sql` where (${names(whenGreater.map(column => `excluded.${column}`))}) > (${names(
              whenGreater.map(column => `${table}.${column}`),
            )})`
          : sql``
      }`,
    );
  },
};

function isInt32(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= INT32_MAX;
}

function tableOf({ into }: InsertQueryNode): string {
  if (!into) {
    throw new RangeError('An insert names its table');
  }
  return into.table.identifier.name;
}
