import { Pool } from 'tarn';
import {
  Connection,
  Request,
  TYPES,
  type ConnectionConfiguration,
  type ConnectionOptions,
} from 'tedious';
import { parseInt64 } from '../../base/int64';
import { present } from '../../base/present';
import type { MetricColumns } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { DatabaseServer, ServerConnection, StatementResult } from './databaseServer';
import { metricColumnsOf } from './metricColumns';
import { mssqlDialect } from './mssqlDialect';
import { describeMssqlError, mssqlTrouble } from './mssqlErrors';
import { mssqlStatements } from './mssqlStatements';
import { repeatRow } from './repeatedRow';
import type { ServerUri } from './serverUri';
import type { SqlValue } from './sqlDialect';

const CONNECTIONS = 10;
const CONNECT_MS = 15_000;
const MAX_PARAMETERS = 2100;

/** Logs in once, so that what is wrong with the URI is told now. */
export async function openMssqlServer(uri: ServerUri): Promise<DatabaseServer> {
  const place = uri.host.includes('\\') ? uri.host : `${uri.host}:${uri.port}`;
  const title = `the SQL Server database ${uri.database} at ${place}`;
  const configuration = configurationOf(uri);
  try {
    const connection = await connect(configuration);
    try {
      const { rows } = await queryOn(connection, mssqlStatements.snapshotQuery);
      return new MssqlServer(configuration, title, rows[0]?.['state'] === 1);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw describeMssqlError(error, title);
  }
}

function configurationOf(uri: ServerUri): ConnectionConfiguration {
  const query = new Map([...uri.query].map(([name, value]) => [name.toLowerCase(), value]));
  const { user, password } = uri;
  if (user === undefined || query.has('authentication')) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      'A SQL Server is reached with a login of its own: write mssql://user:password@host:1433/database. Logins of Windows and of Microsoft Entra are not supported.',
    );
  }
  const [server = '', instanceName] = uri.host.split('\\');
  return {
    server,
    authentication: { type: 'default', options: present({ userName: user, password }) },
    options: present({
      ...(instanceName === undefined ? { port: uri.port } : { instanceName }),
      database: uri.database,
      ...encryptionOf(query),
      appName: 'mlflow-tracker',
      connectTimeout:
        Number(query.get('connection timeout') ?? query.get('timeout') ?? 0) * 1000 || CONNECT_MS,
      requestTimeout: 0,
      // `ServerDatabase` tries again, and only what may be tried again.
      maxRetriesOnTransientErrors: 0,
    }),
  };
}

/** As Microsoft's ODBC driver 18, which encrypts unless it is told not to, or as pymssql and older drivers, which do not. */
function encryptionOf(
  query: ReadonlyMap<string, string>,
): Pick<ConnectionOptions, 'encrypt' | 'trustServerCertificate'> {
  const asked = query.get('encrypt')?.toLowerCase();
  const version = Number(/ODBC Driver (\d+)/i.exec(query.get('driver') ?? '')?.[1] ?? 0);
  return {
    encrypt: asked === 'strict' ? 'strict' : asked === undefined ? version >= 18 : isYes(asked),
    trustServerCertificate: isYes(query.get('trustservercertificate') ?? 'no'),
  };
}

function isYes(text: string): boolean {
  return /^(yes|true|1|mandatory|require|required|on)$/i.test(text);
}

class MssqlServer implements DatabaseServer {
  readonly dialect = mssqlDialect;
  readonly beginRead: readonly string[];
  readonly beginWrite = mssqlStatements.beginWrite;
  readonly rollback = mssqlStatements.rollback;
  readonly columnsQuery = mssqlStatements.columnsQuery;
  readonly changeQuery = mssqlStatements.changeQuery;
  readonly readOnlyQuery = mssqlStatements.readOnlyQuery;
  readonly lockQuery = mssqlStatements.lockQuery;
  readonly unlockQuery = mssqlStatements.unlockQuery;
  readonly maxParameters = MAX_PARAMETERS;
  readonly troubleOf = mssqlTrouble;
  private readonly pool: Pool<Connection>;

  /** @param hasSnapshots without them, a read of several statements may see a change between two of them. */
  constructor(
    configuration: ConnectionConfiguration,
    readonly title: string,
    hasSnapshots: boolean,
  ) {
    this.beginRead = hasSnapshots ? mssqlStatements.beginSnapshot : mssqlStatements.beginWrite;
    this.pool = new Pool<Connection>({
      create: () => connect(configuration),
      validate: connection => connection.state.name === 'LoggedIn',
      destroy: connection => connection.close(),
      min: 0,
      max: CONNECTIONS,
      acquireTimeoutMillis: CONNECT_MS,
      // What cannot be reached is told to the one who asked, not tried again behind its back.
      propagateCreateError: true,
    });
  }

  async connect(): Promise<ServerConnection> {
    return new MssqlConnection(await this.pool.acquire().promise, this.pool);
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  repeatRow(insert: string, rows: number): string {
    return repeatRow(insert, rows, number => `@${number}`);
  }

  /** Its tables are made by MLflow itself: no schema was captured, for want of a server. */
  schemaFamily(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  describe(error: unknown): unknown {
    return describeMssqlError(error, this.title);
  }
}

class MssqlConnection implements ServerConnection {
  constructor(
    private readonly connection: Connection,
    private readonly pool: Pool<Connection>,
  ) {}

  query(sql: string, parameters: readonly SqlValue[] = []): Promise<StatementResult> {
    return queryOn(this.connection, sql, parameters);
  }

  /** Not as a procedure, in which a transaction may not begin or end. */
  async exec(sql: string): Promise<void> {
    await perform(sql, request => this.connection.execSqlBatch(request));
  }

  async readColumns(sql: string, parameters: readonly SqlValue[]): Promise<MetricColumns> {
    const { rows } = await this.query(sql, parameters);
    const names = Object.keys(rows[0] ?? {});
    return metricColumnsOf(
      rows.map(row => Object.values(row)),
      names,
    );
  }

  release(isBroken: boolean): void {
    if (isBroken) {
      this.connection.close();
    }
    this.pool.release(this.connection);
  }
}

async function connect(configuration: ConnectionConfiguration): Promise<Connection> {
  const connection = new Connection(configuration);
  // One that breaks makes its statement fail and leaves the pool; the event would end the process.
  connection.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    connection.connect(error => (error ? reject(error) : resolve()));
  });
  return connection;
}

async function queryOn(
  connection: Connection,
  sql: string,
  parameters: readonly SqlValue[] = [],
): Promise<StatementResult> {
  if (parameters.length > MAX_PARAMETERS) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `This takes ${parameters.length} values, and a statement of SQL Server at most ${MAX_PARAMETERS}: ask for less at a time, or shorten the filter.`,
    );
  }
  return perform(sql, request => {
    parameters.forEach((value, index) => {
      request.addParameter(String(index + 1), typeOf(value), value);
    });
    connection.execSql(request);
  });
}

function perform(sql: string, start: (request: Request) => void): Promise<StatementResult> {
  return new Promise((resolve, reject) => {
    const rows: Record<string, unknown>[] = [];
    const request = new Request(sql, (error, rowCount) => {
      if (error) {
        reject(error);
      } else {
        resolve({ rows, changed: rowCount ?? 0 });
      }
    });
    request.on('row', (columns: readonly ReadColumn[]) => {
      rows.push(
        Object.fromEntries(
          columns.map(({ metadata, value }) => [metadata.colName, exactInteger(value, metadata)]),
        ),
      );
    });
    start(request);
  });
}

interface ReadColumn {
  readonly value: unknown;
  readonly metadata: { readonly colName: string; readonly type: { readonly name: string } };
}

/** Integers of eight bytes come as text. */
function exactInteger(value: unknown, { type }: ReadColumn['metadata']): unknown {
  const isInteger = type.name === 'BigInt' || type.name === 'IntN';
  return isInteger && typeof value === 'string' ? parseInt64(value) : value;
}

/** Text that is ASCII goes as the columns are, so that their indexes serve; numbers as 64-bit integers or doubles. */
function typeOf(value: SqlValue) {
  if (typeof value === 'bigint' || (Number.isSafeInteger(value) && !Object.is(value, -0))) {
    return TYPES.BigInt;
  }
  if (typeof value === 'number') {
    return TYPES.Float;
  }

  return value === null || /^[\x00-\x7f]*$/.test(value) ? TYPES.VarChar : TYPES.NVarChar;
}
