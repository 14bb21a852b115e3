import {
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  sql,
  type ColumnNode,
  type Expression,
  type SqlBool,
} from 'kysely';
import type { MlflowTables } from './mlflowTables';
import type { SqlDialect } from './sqlDialect';

/**
 * MySQL 8 and MariaDB 10.5 and later. Their default collations take `a` and `A` for the same; conditions here do not, as
 * MLflow's, but the primary keys of MLflow's tables do. Statements run in `ServerDatabase`.
 */
export const mysqlDialect: SqlDialect = {
  kind: 'mysql',
  builder: new Kysely<MlflowTables>({
    dialect: {
      createAdapter: () => new MysqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: database => new MysqlIntrospector(database),
      createQueryCompiler: () => new MysqlQueryCompiler(),
    },
  }),
  boolean: Number,
  // As text, which whole numbers may be: the number of parameters is limited.
  isAmong: (value, list) =>
    list.length === 0
      ? sql<SqlBool>`1 = 0`
      : sql<SqlBool>`${value} in (${sql.join(list.map(each => sql.raw(String(each))))})`,
  // The first condition uses the index, the second tells case and trailing spaces.
  equals: (text, value) =>
    sql<SqlBool>`(${text} = ${value} and cast(convert(${text} using utf8mb4) as binary) = cast(${value} as binary))`,
  like: (text, pattern) => sql<SqlBool>`${exact(text)} like ${unescaped(pattern)}`,
  ilike: (text, pattern) =>
    sql<SqlBool>`${exact(sql`lower(${text})`)} like ${unescaped(pattern.toLowerCase())}`,
  // As bytes: collations take spaces at the end for nothing.
  byCodePoints: text => sql<string | null>`cast(convert(${text} using utf8mb4) as binary)`,
  double: number => sql<number>`(${number} + 0e0)`,
  ignoreExisting: insert => {
    // Unlike INSERT IGNORE, this keeps every other error an error.
    const [column] = insert.toOperationNode().columns ?? [];
    const name = column ? sql.ref(nameOf(column)) : sql``;
    return insert.modifyEnd(sql`on duplicate key update ${name} = ${name}`);
  },
  overwriteExisting: (insert, { set, whenGreater }) => {
    if (!whenGreater) {
      return insert.modifyEnd(
        sql`on duplicate key update ${sql.join(set.map(column => sql`${sql.ref(column)} = ${added(column)}`))}`,
      );
    }
    const isGreater = sql`(${sql.join(whenGreater.map(added))}) > (${sql.join(whenGreater.map(column => sql.ref(column)))})`;
    // Assignments see the ones before them: what decides changes last, the most significant at the very end.
    const others = set.filter(column => !whenGreater.includes(column));
    const ordered = [...others, ...[...whenGreater].reverse()];
    return insert.modifyEnd(
      sql`on duplicate key update ${sql.join(
        ordered.map(column => {
          const name = sql.ref(column);
          return sql`${name} = if(${isGreater}, ${added(column)}, ${name})`;
        }),
      )}`,
    );
  },
};

function exact(text: Expression<string | null>): Expression<string | null> {
  return sql<string | null>`(convert(${text} using utf8mb4) collate utf8mb4_bin)`;
}

/** The backslash is the escape character here, and MariaDB has no way to have none. */
function unescaped(pattern: string): string {
  return pattern.replaceAll('\\', '\\\\');
}

/** What the insert would have stored. */
function added(column: string): Expression<unknown> {
  return sql`values(${sql.ref(column)})`;
}

function nameOf(column: ColumnNode): string {
  return column.column.name;
}
