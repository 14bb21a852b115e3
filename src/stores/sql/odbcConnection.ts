/** What an ODBC connection string says of a SQL Server. */
export interface OdbcConnection {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  /** Everything else, by its name as it is written there. */
  readonly query: ReadonlyMap<string, string>;
}

const HOSTS = ['server', 'address', 'addr', 'network address'];
const USERS = ['uid', 'user id', 'user'];
const PASSWORDS = ['pwd', 'password'];
const DATABASES = ['database', 'initial catalog'];

/**
 * Reads such as `DRIVER={ODBC Driver 18 for SQL Server};SERVER=tcp:db.example,1433;DATABASE=mlflow;UID=ada;PWD={a;b}`: names
 * whatever their case, values in braces as they are, with `}}` for one brace.
 */
export function parseOdbcConnection(text: string): OdbcConnection {
  const values = new Map<string, string>();
  for (const [, name = '', braced, bare = ''] of text.matchAll(
    /\s*([^=;]+?)\s*=\s*(?:\{((?:[^}]|\}\})*)\}|([^;]*))\s*(?:;|$)/g,
  )) {
    values.set(name, braced === undefined ? bare.trim() : braced.replaceAll('}}', '}'));
  }
  const taken = new Set([...HOSTS, ...USERS, ...PASSWORDS, ...DATABASES]);
  const of = (names: readonly string[]): string | undefined =>
    [...values].find(([name]) => names.includes(name.toLowerCase()))?.[1];
  const [, host, port] = /^(?:tcp:)?(.*?)(?:,\s*(\d+))?$/i.exec(of(HOSTS) ?? '') ?? [];
  return {
    host: host || undefined,
    port,
    user: of(USERS),
    password: of(PASSWORDS),
    database: of(DATABASES),
    query: new Map([...values].filter(([name]) => !taken.has(name.toLowerCase()))),
  };
}
