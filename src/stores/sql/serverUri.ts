import { TrackingError } from '../../tracking/trackingError';

/** Where a database server is and how to log in, from a URI as SQLAlchemy writes them. */
export interface ServerUri {
  readonly system: 'postgresql' | 'mysql';
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  /** The last value of each query parameter. */
  readonly query: ReadonlyMap<string, string>;
  /** The URI without its password and query values, for people. */
  readonly shown: string;
}

const SYSTEMS = { postgresql: 5432, mysql: 3306 } as const;

/** SQLAlchemy's own pattern: a password may hold anything but `@` and `/` unencoded. */
const PATTERN =
  /^(?<system>[a-z]+)(?:\+\w+)?:\/\/(?:(?<user>[^:/?#]*)(?::(?<password>[^@]*))?@)?(?<host>\[[^\]]*\]|[^/:?#]*)(?::(?<port>\d+))?(?:\/(?<database>[^?#]*))?(?:\?(?<query>.*))?$/i;

/**
 * Reads such as `postgresql+psycopg2://user:p%40ss@host:5432/db?sslmode=require` or `mysql+pymysql://…`. The driver's name is
 * Python's affair. Throws INVALID_PARAMETER_VALUE, without the password, for anything else.
 */
export function parseServerUri(uri: string): ServerUri {
  const groups = PATTERN.exec(uri)?.groups ?? {};
  const system = groups['system']?.toLowerCase();
  const database = decoded(groups['database'] ?? '');
  if ((system !== 'postgresql' && system !== 'mysql') || database === '') {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      'The tracking URI names no database of a server: write postgresql://user:password@host:5432/database, or mysql://… alike, with special characters of the password percent-encoded.',
    );
  }
  const query = new Map(new URLSearchParams(groups['query'] ?? ''));
  const user = groups['user'] || query.get('user');
  // As the drivers, an address in the query wins over an empty one before it.
  const host = groups['host']?.replace(/^\[|\]$/g, '') || query.get('host') || 'localhost';
  const port = Number(groups['port'] ?? query.get('port') ?? SYSTEMS[system]);
  return {
    system,
    host,
    port,
    user: user === undefined ? undefined : decoded(user),
    password: passwordOf(groups['password'] ?? query.get('password')),
    database,
    query,
    shown: shownUri(uri),
  };
}

function passwordOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decoded(text);
}

/** Keeps the user, which tells two databases apart, and hides what is secret. */
function shownUri(uri: string): string {
  return uri
    .replace(/^([a-z+\w]+:\/\/[^:/?#]*):.*@/i, '$1:***@')
    .replace(/([?&][^=&#]*=)[^&#]*/g, '$1***');
}

/** `+` stays a plus, as in SQLAlchemy. Text that is not percent-encoded is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
