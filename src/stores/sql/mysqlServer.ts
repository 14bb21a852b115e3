import { readFileSync } from 'node:fs';
import {
  createPool,
  TypedParameter,
  type ExecuteValues,
  type FieldPacket,
  type Pool,
  type PoolConnection,
  type PoolOptions,
  type ResultSetHeader,
  type RowDataPacket,
  type SslOptions,
} from 'mysql2/promise';
import { parseInt64 } from '../../base/int64';
import { present } from '../../base/present';
import type { MetricColumns } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { DatabaseServer, ServerConnection, StatementResult } from './databaseServer';
import { metricColumnsOf } from './metricColumns';
import { mysqlDialect } from './mysqlDialect';
import { describeMysqlError, mysqlTrouble } from './mysqlErrors';
import { repeatRow } from './repeatedRow';
import type { ServerUri } from './serverUri';
import type { SqlValue } from './sqlDialect';

const CONNECTIONS = 10;
const CONNECT_MS = 15_000;
/** The server keeps prepared statements of all clients in one limited table. */
const PREPARED_STATEMENTS = 100;
const LONGLONG = 8;

/**
 * Experiment 0 is a number like any other, what does not fit is an error, and quotes mean what the compiler thinks. The server
 * would sort texts by their first 1,024 bytes; the longest in MLflow's tables are 8,000 characters.
 */
const SESSION = [
  "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SET SESSION max_sort_length = 32000',
];

/** Logs in once, so that what is wrong with the URI is told now. */
export async function openMysqlServer(uri: ServerUri): Promise<DatabaseServer> {
  const server = new MysqlServer(
    poolOptions(uri),
    `the MySQL database ${uri.database} at ${uri.host}:${uri.port}`,
  );
  try {
    (await server.connect()).release(false);
    return server;
  } catch (error) {
    await server.close();
    throw server.describe(error);
  }
}

function poolOptions(uri: ServerUri): PoolOptions {
  const { host, port, user, password, database, query } = uri;
  return present({
    host,
    port,
    user,
    password,
    database,
    socketPath: query.get('unix_socket'),
    ssl: tlsOptions(query),
    charset: 'utf8mb4',
    connectionLimit: CONNECTIONS,
    maxPreparedStatements: PREPARED_STATEMENTS,
    connectTimeout: Number(query.get('connect_timeout') ?? 0) * 1000 || CONNECT_MS,
    enableKeepAlive: true,
    // Integers beyond 2^53 come as text.
    supportBigNumbers: true,
  });
}

/** TLS as PyMySQL and mysqlclient are told about it: only when asked for. */
function tlsOptions(query: ReadonlyMap<string, string>): SslOptions | undefined {
  const asked = [...query].filter(([name]) => name.startsWith('ssl'));
  const mode = query.get('ssl_mode')?.toUpperCase();
  if (asked.length === 0 || mode === 'DISABLED' || isTrue(query.get('ssl_disabled'))) {
    return undefined;
  }
  const ca = certificate(query, 'ssl_ca');
  const checksName =
    mode === 'VERIFY_IDENTITY' ||
    isTrue(query.get('ssl_check_hostname')) ||
    isTrue(query.get('ssl_verify_identity'));
  return present({
    ca,
    cert: certificate(query, 'ssl_cert'),
    key: certificate(query, 'ssl_key'),
    rejectUnauthorized:
      ca !== undefined ||
      checksName ||
      mode === 'VERIFY_CA' ||
      isTrue(query.get('ssl_verify_cert')),
    verifyIdentity: checksName,
  });
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(true|1|yes|on)$/i.test(value);
}

function certificate(query: ReadonlyMap<string, string>, name: string): string | undefined {
  const path = query.get(name);
  if (path === undefined) {
    return undefined;
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The file of ${name} in the tracking URI, ${path}, cannot be read.`,
      { cause: error },
    );
  }
}

class MysqlServer implements DatabaseServer {
  readonly dialect = mysqlDialect;
  readonly beginRead = [
    'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    'START TRANSACTION READ ONLY',
  ];
  readonly beginWrite = ['START TRANSACTION'];
  readonly rollback = 'ROLLBACK';
  readonly columnsQuery =
    'SELECT table_name AS `table_name`, column_name AS `column_name` FROM information_schema.columns WHERE table_schema = database()';
  // How much the storage engine has logged: MariaDB's name, MySQL's since 8.0.30, and everyone's, which is written late.
  readonly changeQuery =
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Innodb_lsn_current', 'Innodb_redo_log_current_lsn', 'Innodb_os_log_written')";
  readonly readOnlyQuery = 'SELECT @@global.read_only AS `read_only`';
  readonly lockQuery = "SELECT get_lock('mlflow-tracker schema', 60)";
  readonly unlockQuery = "SELECT release_lock('mlflow-tracker schema')";
  readonly troubleOf = mysqlTrouble;
  private readonly pool: Pool;
  private readonly prepared = new WeakSet<object>();

  constructor(
    options: PoolOptions,
    readonly title: string,
  ) {
    this.pool = createPool(options);
  }

  async connect(): Promise<ServerConnection> {
    const connection = await this.pool.getConnection();
    if (!this.prepared.has(connection.connection)) {
      try {
        for (const statement of SESSION) {
          await connection.query(statement);
        }
      } catch (error) {
        connection.destroy();
        throw error;
      }
      this.prepared.add(connection.connection);
    }
    return new MysqlConnection(connection);
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  repeatRow(insert: string, rows: number): string {
    return repeatRow(insert, rows, () => '?');
  }

  async schemaFamily(connection: ServerConnection): Promise<'mariadb' | undefined> {
    const { rows } = await connection.query('SELECT version() AS version');
    return String(rows[0]?.['version']).includes('MariaDB') ? 'mariadb' : undefined;
  }

  describe(error: unknown): unknown {
    return describeMysqlError(error, this.title);
  }
}

class MysqlConnection implements ServerConnection {
  constructor(private readonly connection: PoolConnection) {}

  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<StatementResult> {
    const [result, fields] = await this.connection.execute<RowDataPacket[] | ResultSetHeader>(
      sql,
      parameters.map(bound),
    );
    return Array.isArray(result)
      ? { rows: exactIntegers(result, fields), changed: 0 }
      : { rows: [], changed: result.affectedRows };
  }

  async exec(sql: string): Promise<void> {
    await this.connection.query(sql);
  }

  async readColumns(sql: string, parameters: readonly SqlValue[]): Promise<MetricColumns> {
    const [rows, fields] = await this.connection.execute<RowDataPacket[][]>(
      { sql, rowsAsArray: true },
      parameters.map(bound),
    );
    return metricColumnsOf(
      rows,
      fields.map(field => field.name),
    );
  }

  release(isBroken: boolean): void {
    if (isBroken) {
      this.connection.destroy();
    } else {
      this.connection.release();
    }
  }
}

/** The driver binds every number as a double, which `LIMIT` refuses and large integers do not survive. */
function bound(value: SqlValue): ExecuteValues {
  const isInteger =
    typeof value === 'bigint' || (Number.isSafeInteger(value) && !Object.is(value, -0));
  return isInteger ? TypedParameter.LONGLONG(value) : value;
}

function exactIntegers(
  rows: RowDataPacket[],
  fields: readonly FieldPacket[],
): Record<string, unknown>[] {
  const integers = fields.filter(field => field.columnType === LONGLONG).map(field => field.name);
  if (integers.length > 0) {
    for (const row of rows) {
      for (const name of integers) {
        const value: unknown = row[name];
        if (typeof value === 'string') {
          row[name] = parseInt64(value);
        }
      }
    }
  }
  return rows;
}
