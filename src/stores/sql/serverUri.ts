import { hidePassword } from '../../base/urlSecrets';
import { TrackingError } from '../../tracking/trackingError';
import { parseOdbcConnection } from './odbcConnection';

export type DatabaseSystem = 'postgresql' | 'mysql' | 'mssql';

/** Where a database server is and how to log in, from a URI as SQLAlchemy writes them. */
export interface ServerUri {
  readonly system: DatabaseSystem;
  /** For SQL Server it may name an instance, as in `host\\instance`. */
  readonly host: string;
  /** The system's usual one when the URI has none. */
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  /** The last value of each query parameter. */
  readonly query: ReadonlyMap<string, string>;
  /** The URI without its password and query values, for people. */
  readonly shown: string;
}

const PORTS: Readonly<Record<DatabaseSystem, number>> = {
  postgresql: 5432,
  mysql: 3306,
  mssql: 1433,
};

/** SQLAlchemy's own pattern: a password may hold anything but `@` and `/` unencoded. */
const PATTERN =
  /^(?<system>[a-z]+)(?:\+\w+)?:\/\/(?:(?<user>[^:/?#]*)(?::(?<password>[^@]*))?@)?(?<host>\[[^\]]*\]|[^/:?#]*)(?::(?<port>\d+))?(?:\/(?<database>[^?#]*))?(?:\?(?<query>.*))?$/i;

/**
 * Reads such as `postgresql+psycopg2://user:p%40ss@host:5432/db?sslmode=require`, `mysql+pymysql://…`, or
 * `mssql+pyodbc://…`, whose `?odbc_connect=` says everything in ODBC's own way. The driver's name is Python's affair. Throws INVALID_PARAMETER_VALUE, without the password, for anything else.
 */
export function parseServerUri(uri: string): ServerUri {
  const groups = PATTERN.exec(uri)?.groups ?? {};
  const system = groups['system']?.toLowerCase();
  const query = new Map(new URLSearchParams(groups['query'] ?? ''));
  const odbc = system === 'mssql' ? query.get('odbc_connect') : undefined;
  if (odbc !== undefined) {
    return fromOdbc(uri, odbc);
  }
  const database = decoded(groups['database'] ?? '');
  if (!isSystem(system) || database === '') {
    throw noDatabase();
  }
  const user = groups['user'] || query.get('user');
  // As the drivers, an address in the query wins over an empty one before it.
  const host = groups['host']?.replace(/^\[|\]$/g, '') || query.get('host') || 'localhost';
  const port = Number(groups['port'] ?? query.get('port') ?? PORTS[system]);
  return {
    system,
    host,
    port,
    user: user === undefined ? undefined : decoded(user),
    password: passwordOf(groups['password'] ?? query.get('password')),
    database,
    query,
    shown: hidePassword(uri),
  };
}

function isSystem(text: string | undefined): text is DatabaseSystem {
  return text !== undefined && Object.hasOwn(PORTS, text);
}

function noDatabase(): TrackingError {
  return new TrackingError(
    'INVALID_PARAMETER_VALUE',
    'The tracking URI names no database of a server: write postgresql://user:password@host:5432/database, or mysql://… or mssql://… alike, with special characters of the password percent-encoded.',
  );
}

function fromOdbc(uri: string, text: string): ServerUri {
  const { host, port, user, password, database, query } = parseOdbcConnection(text);
  if (host === undefined || !database) {
    throw noDatabase();
  }
  return {
    system: 'mssql',
    host,
    port: Number(port ?? PORTS.mssql),
    user,
    password,
    database,
    query,
    shown: hidePassword(uri),
  };
}

function passwordOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decoded(text);
}

/** `+` stays a plus, as in SQLAlchemy. Text that is not percent-encoded is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
