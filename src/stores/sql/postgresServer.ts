import { readFileSync } from 'node:fs';
import { Pool, type CustomTypesConfig, type PoolClient, type PoolConfig } from 'pg';
import { parseInt64 } from '../../base/int64';
import { present } from '../../base/present';
import type { MetricColumns } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { DatabaseServer, ServerConnection, StatementResult } from './databaseServer';
import { metricColumnsOf } from './metricColumns';
import { postgresDialect } from './postgresDialect';
import { describePostgresError, postgresTrouble, refusesTls } from './postgresErrors';
import { repeatRow } from './repeatedRow';
import type { ServerUri } from './serverUri';
import type { SqlValue } from './sqlDialect';

const CONNECTIONS = 10;
const CONNECT_MS = 15_000;
/** Any number that nothing else locks. */
const SCHEMA_LOCK = 20_181_005;

const BOOL = 16;
const INT8 = 20;
const NUMBERS = new Set([21, 23, 700, 701]);

/** Integers exact, doubles and booleans as such, everything else as text. */
const types: CustomTypesConfig = {
  getTypeParser: (oid: number) => (text: string) => {
    switch (oid) {
      case BOOL:
        return text === 't';
      case INT8:
        return parseInt64(text);
      default:
        return NUMBERS.has(oid) ? Number(text) : text;
    }
  },
};

/** Logs in once, so that what is wrong with the URI is told now. */
export async function openPostgresServer(uri: ServerUri): Promise<DatabaseServer> {
  const mode = uri.query.get('sslmode') ?? 'prefer';
  const title = `the PostgreSQL database ${uri.database} at ${uri.host}:${uri.port}`;
  for (const ssl of tlsChoices(uri, mode)) {
    const server = new PostgresServer({ ...poolConfig(uri), ssl }, title);
    try {
      (await server.connect()).release(false);
      return server;
    } catch (error) {
      await server.close();
      if (mode !== 'prefer' || !ssl || !refusesTls(error)) {
        throw server.describe(error);
      }
    }
  }
  throw new RangeError('The last choice is without TLS');
}

function poolConfig({ host, port, user, password, database, query }: ServerUri): PoolConfig {
  return present({
    host,
    port,
    user,
    password,
    database,
    options: query.get('options'),
    application_name: query.get('application_name') ?? 'mlflow-tracker',
    max: CONNECTIONS,
    connectionTimeoutMillis: Number(query.get('connect_timeout') ?? 0) * 1000 || CONNECT_MS,
    keepAlive: true,
    types,
  });
}

/** As libpq: `prefer` tries with TLS, then without; `require` does not ask who the server is. */
function tlsChoices(uri: ServerUri, mode: string): readonly PoolConfig['ssl'][] {
  const file = (name: string): string | undefined => {
    const path = uri.query.get(name);
    return path === undefined ? undefined : readCertificate(path, name);
  };
  const ca = file('sslrootcert');
  const tls = present({ ca, cert: file('sslcert'), key: file('sslkey') });
  switch (mode) {
    case 'disable':
      return [false];
    case 'allow':
    case 'prefer':
      return uri.host.startsWith('/') ? [false] : [{ ...tls, rejectUnauthorized: false }, false];
    case 'require':
      return [{ ...tls, rejectUnauthorized: ca !== undefined, checkServerIdentity: anyName }];
    case 'verify-ca':
      return [{ ...tls, rejectUnauthorized: true, checkServerIdentity: anyName }];
    case 'verify-full':
      return [{ ...tls, rejectUnauthorized: true }];
    default:
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `sslmode=${mode} is not known: use disable, prefer, require, verify-ca or verify-full.`,
      );
  }
}

function anyName(): undefined {
  return undefined;
}

function readCertificate(path: string, name: string): string {
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

class PostgresServer implements DatabaseServer {
  readonly dialect = postgresDialect;
  readonly beginRead = ['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'];
  readonly beginWrite = ['BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE'];
  readonly rollback = 'ROLLBACK';
  readonly columnsQuery =
    'SELECT table_name, column_name FROM information_schema.columns WHERE table_schema::text = ANY (current_schemas(false)::text[])';
  // Read-only transactions have no number, so this changes with writes only: when one begins and when it ends.
  readonly changeQuery = 'SELECT txid_current_snapshot()::text AS mark';
  readonly readOnlyQuery =
    "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS read_only";
  readonly lockQuery = `SELECT pg_advisory_lock(${SCHEMA_LOCK})`;
  readonly unlockQuery = `SELECT pg_advisory_unlock(${SCHEMA_LOCK})`;
  readonly troubleOf = postgresTrouble;
  private readonly pool: Pool;

  constructor(
    config: PoolConfig,
    readonly title: string,
  ) {
    this.pool = new Pool(config);
    // An idle connection that breaks leaves the pool; the next one that is asked for is a new one.
    this.pool.on('error', () => undefined);
    // One that breaks in use makes its statement fail; the event would end the process.
    this.pool.on('connect', client => client.on('error', () => undefined));
  }

  async connect(): Promise<ServerConnection> {
    return new PostgresConnection(await this.pool.connect());
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  repeatRow(insert: string, rows: number): string {
    return repeatRow(insert, rows, number => `$${number}`);
  }

  schemaFamily(): Promise<'postgresql'> {
    return Promise.resolve('postgresql');
  }

  describe(error: unknown): unknown {
    return describePostgresError(error, this.title);
  }
}

class PostgresConnection implements ServerConnection {
  constructor(private readonly client: PoolClient) {}

  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<StatementResult> {
    const { rows, rowCount } = await this.client.query<Record<string, unknown>>(sql, [
      ...parameters,
    ]);
    return { rows, changed: rowCount ?? 0 };
  }

  async exec(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  async readColumns(sql: string, parameters: readonly SqlValue[]): Promise<MetricColumns> {
    const { rows, fields } = await this.client.query<unknown[]>({
      text: sql,
      values: [...parameters],
      rowMode: 'array',
    });
    return metricColumnsOf(
      rows,
      fields.map(field => field.name),
    );
  }

  release(isBroken: boolean): void {
    this.client.release(isBroken);
  }
}
