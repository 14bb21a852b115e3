import {
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MssqlIntrospector,
  sql,
  type Expression,
  type InsertQueryBuilder,
  type SqlBool,
} from 'kysely';
import type { MlflowTables, TableName } from './mlflowTables';
import type { SqlDialect } from './sqlDialect';
import { MssqlCompiler } from './mssqlCompiler';

/** Where a row that is there already is left alone: what tells that it is the same. */
const PRIMARY_KEYS: Partial<Record<TableName, readonly string[]>> = {
  experiments: ['experiment_id'],
  metrics: ['key', 'timestamp', 'step', 'run_uuid', 'value', 'is_nan'],
  logged_model_metrics: ['model_id', 'metric_name', 'metric_timestamp_ms', 'metric_step', 'run_id'],
};

/**
 * SQL Server 2016 and later. It has not been run: there is no SQL Server where the tests run, which compare its statements
 * with recorded ones and have them parsed. The default collations take `a` and `A` for the same; conditions here do not, as
 * MLflow's, but the primary keys of MLflow's tables do. Statements run in `ServerDatabase`.
 */
export const mssqlDialect: SqlDialect = {
  kind: 'mssql',
  builder: new Kysely<MlflowTables>({
    dialect: {
      createAdapter: () => new MssqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: database => new MssqlIntrospector(database),
      createQueryCompiler: () => new MssqlCompiler(),
    },
  }),
  boolean: Number,
  // As one parameter: their number is limited.
  isAmong: (value, list) =>
    sql<SqlBool>`${value} in (select "item" from openjson(${`[${list.join()}]`}) with ("item" bigint '$'))`,
  // The first condition uses the index, the second tells case and, by the mark at the end, trailing spaces.
  equals: (text, value) =>
    sql<SqlBool>`(${text} = ${value} and ${exact(sql`concat(cast(${text} as nvarchar(max)), N'.')`)} = concat(${value}, N'.'))`,
  like: (text, pattern) => sql<SqlBool>`${exact(unicode(text))} like ${plain(pattern)}`,
  ilike: (text, pattern) =>
    sql<SqlBool>`${exact(sql`lower(${unicode(text)})`)} like ${plain(pattern.toLowerCase())}`,
  byCodePoints: text => sql<string | null>`${unicode(text)} collate Latin1_General_100_BIN2`,
  double: number => sql<number>`cast(${number} as float(53))`,
  ignoreExisting: <T extends TableName>(insert: InsertQueryBuilder<MlflowTables, T, unknown>) => {
    const table = insert.toOperationNode().into?.table.identifier.name as TableName;
    const key = PRIMARY_KEYS[table];
    if (!key) {
      throw new RangeError(`The key of ${table} is not known`);
    }
    return insert.onConflict(conflict => conflict.columns(key as never).doNothing());
  },
  overwriteExisting: (insert, { key, set, whenGreater }) =>
    insert.onConflict(conflict => {
      const update = conflict
        .columns(key)
        .doUpdateSet(
          Object.fromEntries(set.map(name => [name, sql.ref(`source.${name}`)])) as never,
        );
      return whenGreater ? update.where(isGreater(whenGreater)) : update;
    }),
};

/** There are no comparisons of rows. */
function isGreater([name, ...others]: readonly string[]): Expression<SqlBool> {
  if (name === undefined) {
    return sql<SqlBool>`1 = 0`;
  }
  const source = sql.ref(`source.${name}`);
  const target = sql.ref(`target.${name}`);
  return others.length === 0
    ? sql<SqlBool>`${source} > ${target}`
    : sql<SqlBool>`(${source} > ${target} or (${source} = ${target} and ${isGreater(others)}))`;
}

/** MLflow's own collation for comparisons (mlflow.utils.search_utils, `SearchUtils.get_sql_comparison_func`). */
function exact(text: Expression<string | null>): Expression<string | null> {
  return sql<string | null>`${text} collate Japanese_Bushu_Kakusu_100_CS_AS_KS_WS`;
}

/** Columns are of the code page of the database's collation; trailing spaces count in Unicode only. */
function unicode(text: Expression<string | null>): Expression<string | null> {
  return sql<string | null>`cast(${text} as nvarchar(max))`;
}

/** A bracket would begin a set of characters. */
function plain(pattern: string): string {
  return pattern.replaceAll('[', '[[]');
}
