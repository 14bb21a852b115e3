import type {
  AliasableExpression,
  Compilable,
  Expression,
  InsertQueryBuilder,
  Kysely,
  SqlBool,
} from 'kysely';
import type { Int64 } from '../../base/int64';
import type { MetricColumns } from '../../tracking/entities';
import type { CallOptions, StoreStatus } from '../../tracking/trackingStore';
import type { MlflowTables, TableName } from './mlflowTables';
import type { RowProblems } from './rowProblems';
import type { SchemaInfo } from './schemaInfo';

export type SqlValue = string | number | bigint | null;

/**
 * Runs statements inside one unit of work. Integers come back as `Int64`. Await nothing but the session inside a unit:
 * the database is held meanwhile.
 */
export interface SqlSession {
  readonly dialect: SqlDialect;
  /** Builds statements for the methods below. */
  readonly db: SqlDialect['builder'];
  /** The schema as it is now; another process may have changed it since the unit before. */
  readonly schema: SchemaInfo;
  /** Takes what cannot be read. */
  readonly problems: RowProblems;
  all<R>(query: Compilable<R>): Promise<R[]>;
  first<R>(query: Compilable<R>): Promise<R | undefined>;
  /** @returns how many rows changed. */
  run(query: Compilable): Promise<number>;
  /** As `all`, for text that was compiled before: saves the compilation where calls are frequent. */
  allCompiled<R>(sql: string, parameters: readonly SqlValue[]): Promise<R[]>;
  /** Runs a compiled statement once for each row of parameters. */
  runForEach(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void>;
  /** Reads the columns `step`, `timestamp`, `value`, `is_nan`, all of them doubles, in the order of the statement. */
  readColumns(query: Compilable): Promise<MetricColumns>;
}

/** A unit of work. It may run again when the database was busy, so it has no effect but through the session. */
export type SqlWork<T> = (session: SqlSession) => Promise<T>;

/** What a store needs from a database server or file. */
export interface SqlDatabase {
  readonly dialect: SqlDialect;
  /** What reads could not use so far. */
  readonly problems: RowProblems;
  /** Sees one state of the database throughout. */
  read<T>(work: SqlWork<T>, options?: CallOptions): Promise<T>;
  /** All or nothing; resolves after the commit. */
  write<T>(work: SqlWork<T>, options?: CallOptions): Promise<T>;
  /** Differs from the last answer when another process may have committed since. */
  changeMark(): Promise<string>;
  /** Why nothing can be written, as one sentence; absent when it can. */
  readOnlyReason(): Promise<string | undefined>;
  close(): Promise<void>;
}

export type ColumnOf<T extends TableName> = keyof MlflowTables[T] & string;

/**
 * How the statements of database systems differ; `SqlDatabase` runs them. Nothing else asks which system it is.
 */
export interface SqlDialect {
  readonly kind: StoreStatus['kind'];
  /** Builds and compiles statements; it never runs them. */
  readonly builder: Kysely<MlflowTables>;
  /** A name for the number that grows with each inserted row of a table; absent where there is none. */
  readonly rowNumber?: string;
  /** How a boolean is bound. */
  boolean(value: boolean): number;
  /** Case-sensitive whatever the collation. */
  equals(text: Expression<string | null>, value: string): Expression<SqlBool>;
  /** Whether the number is one of a list, however long that is. */
  isAmong(value: Expression<Int64 | null>, list: readonly Int64[]): Expression<SqlBool>;
  /** Case-sensitive; `%` and `_` only, no escape character. */
  like(text: Expression<string | null>, pattern: string): Expression<SqlBool>;
  ilike(text: Expression<string | null>, pattern: string): Expression<SqlBool>;
  /** The text as something that compares and sorts by code points whatever the collation. */
  byCodePoints(text: Expression<string | null>): Expression<string | null>;
  /**
   * Tells the planner that most rows fulfil a condition, so that it looks for others to begin with; absent where the system
   * keeps statistics of its own.
   */
  readonly isCommon?: (condition: Expression<SqlBool>) => Expression<SqlBool>;
  /** Converts an integer to a double. */
  double(number: Expression<unknown>): AliasableExpression<number>;
  /** Makes an insert leave rows alone that are there already. */
  ignoreExisting<T extends TableName>(
    insert: InsertQueryBuilder<MlflowTables, T, unknown>,
  ): InsertQueryBuilder<MlflowTables, T, unknown>;
  /** Makes an insert overwrite the row that is there already. */
  overwriteExisting<T extends TableName>(
    insert: InsertQueryBuilder<MlflowTables, T, unknown>,
    how: {
      readonly key: readonly ColumnOf<T>[];
      readonly set: readonly ColumnOf<T>[];
      /** Only when the new values of these columns are greater, compared in this order. */
      readonly whenGreater?: readonly ColumnOf<T>[];
    },
  ): InsertQueryBuilder<MlflowTables, T, unknown>;
}
