import type { MetricColumns } from '../../tracking/entities';
import type { SqlDialect, SqlValue } from './sqlDialect';

/** What a statement gave. Integers are `Int64`, booleans what the database has for them. */
export interface StatementResult {
  readonly rows: Record<string, unknown>[];
  /** Rows that were inserted, updated or deleted. */
  readonly changed: number;
}

/** A connection that one unit of work has for itself. Errors are the driver's own. */
export interface ServerConnection {
  query(sql: string, parameters?: readonly SqlValue[]): Promise<StatementResult>;
  /** Text without parameters; several statements where the system takes them. */
  exec(sql: string): Promise<void>;
  readColumns(sql: string, parameters: readonly SqlValue[]): Promise<MetricColumns>;
  /** Gives the connection back. @param isBroken its state is unknown: it is closed instead. */
  release(isBroken: boolean): void;
}

/** What kind of trouble an error of a driver is, and so what helps. */
export type Trouble =
  /** The connection is gone, and with it the transaction: a new one helps. */
  | 'lost'
  /** Another transaction was in the way: the same again helps. */
  | 'conflict'
  /** A row with this key is there already. It may have come a moment ago: the same again finds it. */
  | 'duplicate'
  /** A table or column is missing: reading the schema again helps when it has changed. */
  | 'schema'
  | 'other';

/** A database on a server of one system, reached through a pool of connections. */
export interface DatabaseServer {
  readonly dialect: SqlDialect;
  /** Such as `the PostgreSQL database mlflow at db.example:5432`. */
  readonly title: string;
  connect(): Promise<ServerConnection>;
  close(): Promise<void>;
  /** Begin a transaction that sees one state throughout, and one that writes. */
  readonly beginRead: readonly string[];
  readonly beginWrite: readonly string[];
  /** Undoes a transaction, also one that the server has undone by itself. */
  readonly rollback: string;
  /** How many parameters a statement takes; absent when that is no matter here. */
  readonly maxParameters?: number;
  /** Gives `table_name` and `column_name` of every table that statements find without a schema's name. */
  readonly columnsQuery: string;
  /** Gives one row that differs when a transaction has changed something. */
  readonly changeQuery: string;
  /** Gives `read_only`, true when the server takes no writes. */
  readonly readOnlyQuery: string;
  /** Makes the statement insert so many rows: its one list of placeholders is repeated. */
  repeatRow(insert: string, rows: number): string;
  /** Keep others from making the schema at the same time. */
  readonly lockQuery: string;
  readonly unlockQuery: string;
  /** Which captured schema is this system's; absent when there is none. */
  schemaFamily(connection: ServerConnection): Promise<'postgresql' | 'mariadb' | undefined>;
  troubleOf(error: unknown): Trouble;
  /** In words for a person; anything that is not the driver's is returned as it is. */
  describe(error: unknown): unknown;
}
