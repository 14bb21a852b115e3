import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
  type Expression,
  type SqlBool,
} from 'kysely';
import type { MlflowTables } from './mlflowTables';
import type { SqlDialect } from './sqlDialect';

/** SQLite 3.46 and later, as Node.js carries it. Statements run in `SqliteDatabase`. */
export const sqliteDialect: SqlDialect = {
  kind: 'sqlite',
  builder: new Kysely<MlflowTables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: database => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  rowNumber: 'rowid',
  boolean: Number,
  equals: (text, value) => sql<SqlBool>`${text} = ${value}`,
  // As one parameter: their number is limited.
  isAmong: (value, list) =>
    sql<SqlBool>`${value} in (select value from json_each(${`[${list.join()}]`}))`,
  // Connections set case_sensitive_like, as MLflow's do.
  like: (text, pattern) => sql<SqlBool>`${text} LIKE ${pattern}`,
  ilike: (text, pattern) => sql<SqlBool>`${lower(text, pattern)} LIKE ${pattern.toLowerCase()}`,
  byCodePoints: text => text,
  // SQLite reads statistics from a table that MLflow has not, and nobody but MLflow adds tables.
  isCommon: condition => sql<SqlBool>`likelihood(${condition}, 0.9)`,
  double: number => sql<number>`cast(${number} as real)`,
  ignoreExisting: insert => insert.onConflict(conflict => conflict.doNothing()),
  overwriteExisting: (insert, { key, set, whenGreater }) =>
    insert.modifyEnd(
      sql`on conflict (${names(key)}) do update set ${sql.join(
        set.map(column => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`),
      )}${
        whenGreater
          ? sql` where (${names(whenGreater.map(column => `excluded.${column}`))}) > (${names(whenGreater)})`
          : sql``
      }`,
    ),
};

/** SQLite's own `lower` knows ASCII only, and is three times as fast as the one that knows all. */
function lower(text: Expression<string | null>, pattern: string): Expression<string | null> {
  const isAscii = /^[\x20-\x7e]*$/.test(pattern);
  return isAscii ? sql`lower(${text})` : sql`tracker_lower(${text})`;
}

function names(columns: readonly string[]): Expression<unknown> {
  return sql.join(columns.map(column => sql.ref(column)));
}
