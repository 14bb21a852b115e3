import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';

/** Characters that a URI must encode. */
const PASSWORD = 'p@ss:w/rd?#%';
const PATIENCE_MS = 60_000;

/** A private database server on a free port of loopback, with its data in a temporary folder. */
export interface PrivateServer {
  readonly port: number;
  /** The tracking URI of a database, as SQLAlchemy writes it. */
  uriOf(database: string): string;
  /** Runs one statement as the administrator. */
  administer(statement: string): Promise<void>;
  /** The same in one database. */
  execute(database: string, statement: string): Promise<void>;
  /** Ends the server without a word to its clients' transactions, as a crash of its machine would, and starts it again. */
  restart(): Promise<void>;
  /** Ends every connection to a database, idle or at work, as an administrator or a time limit does. */
  endConnections(database: string): Promise<void>;
  /** The same as its administrator does it: transactions are ended with an error first. */
  restartOrderly(): Promise<void>;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** How one system is set up, started and asked. */
interface System {
  /** The account that Debian's package made; no server starts as root. */
  readonly account: string;
  /** Ends the server at once, without writing what it holds; it repairs its data when it starts again. */
  readonly crash: NodeJS.Signals;
  readonly shutDown: NodeJS.Signals;
  prepare(folder: string, as: RunAs): Promise<void>;
  /** @param isDurable what was committed is on disk, as on a real server; the tests have no power cuts. */
  command(folder: string, port: number, isDurable: boolean): readonly string[];
  uri(port: number, database: string): string;
  /** A statement that ends every connection to the database. */
  endConnections(database: string): string;
  administer(port: number, statement: string, how?: AdministerOptions): Promise<void>;
}

interface AdministerOptions {
  readonly database?: string;
  /** Log in as a new installation lets its administrator. */
  readonly isFirst?: boolean;
}

type RunAs = { readonly uid?: number; readonly gid?: number };

const postgres: System = {
  account: 'postgres',
  // Its processes are several: this ends all of them.
  crash: 'SIGQUIT',
  shutDown: 'SIGINT',
  async prepare(folder, as) {
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, `${PASSWORD}\n`);
    // A collation of words, as most installations have: searches must not follow it.
    const options = ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en-US', '--no-sync'];
    execFileSync(
      postgresProgram('initdb'),
      [
        `--pgdata=${join(folder, 'data')}`,
        '--username=mlflow',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--locale=C.UTF-8',
        ...options,
      ],
      { ...as, cwd: folder, stdio: 'pipe' },
    );
  },
  command: (folder, port, isDurable) => [
    postgresProgram('postgres'),
    ...['-D', join(folder, 'data'), '-p', String(port)],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    ...(isDurable ? [] : ['-c', 'fsync=off']),
  ],
  uri: (port, database) =>
    `postgresql+psycopg2://mlflow:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`,
  endConnections: database =>
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
  async administer(port, statement, { database = 'postgres' } = {}) {
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: 'mlflow',
      password: PASSWORD,
      database,
    });
    // A connection that the server ends while it is idle is seen by the next statement.
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  },
};

const mariadb: System = {
  account: 'mysql',
  crash: 'SIGKILL',
  shutDown: 'SIGTERM',
  prepare(folder, as) {
    execFileSync(
      'mariadb-install-db',
      [
        '--no-defaults',
        `--datadir=${join(folder, 'data')}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--skip-name-resolve',
      ],
      { ...as, cwd: folder, stdio: 'pipe' },
    );
    return Promise.resolve();
  },
  command: (folder, port, isDurable) => [
    'mariadbd',
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--character-set-server=utf8mb4',
    `--innodb-flush-log-at-trx-commit=${isDurable ? 1 : 2}`,
    '--innodb-buffer-pool-size=64M',
  ],
  uri: (port, database) =>
    `mysql+pymysql://root:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`,
  endConnections: database =>
    `BEGIN NOT ATOMIC FOR client IN (SELECT id FROM information_schema.processlist WHERE db = '${database}') DO EXECUTE IMMEDIATE CONCAT('KILL ', client.id); END FOR; END`,
  async administer(port, statement, { database, isFirst } = {}) {
    const connection = await createConnection({
      host: '127.0.0.1',
      port,
      user: 'root',
      password: isFirst ? '' : PASSWORD,
      ...(database === undefined ? {} : { database }),
    });
    try {
      await connection.query(statement);
    } finally {
      await connection.end();
    }
  },
};

interface StartOptions {
  /** Where its data goes; default: the system's temporary folder. */
  readonly parent?: string;
  /** Default: false. */
  readonly isDurable?: boolean;
}

export function startPostgres(options: StartOptions = {}): Promise<PrivateServer> {
  return start(postgres, options);
}

export function startMariadb(options: StartOptions = {}): Promise<PrivateServer> {
  return start(mariadb, options, `SET PASSWORD FOR 'root'@'localhost' = PASSWORD('${PASSWORD}')`);
}

/** @param firstStatement run once, with the login that a new installation has. */
async function start(
  system: System,
  { parent = tmpdir(), isDurable = false }: StartOptions,
  firstStatement?: string,
): Promise<PrivateServer> {
  const as = accountOf(system.account);
  const folder = await mkdtemp(join(parent, `${system.account}-`));
  if (as.uid !== undefined && as.gid !== undefined) {
    chownSync(folder, as.uid, as.gid);
  }
  await system.prepare(folder, as);
  const port = await freePort();
  const command = system.command(folder, port, isDurable);
  let process = await launch(system, command, { folder, port, as }, firstStatement);
  const restartAfter = async (signal: NodeJS.Signals) => {
    await end(process, signal);
    process = await launch(system, command, { folder, port, as });
  };
  return {
    port,
    uriOf: database => system.uri(port, database),
    administer: statement => system.administer(port, statement),
    execute: (database, statement) => system.administer(port, statement, { database }),
    endConnections: database => system.administer(port, system.endConnections(database)),
    restart: () => restartAfter(system.crash),
    restartOrderly: () => restartAfter(system.shutDown),
    async stop() {
      await end(process, 'SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(
  system: System,
  [program = '', ...args]: readonly string[],
  { folder, port, as }: { readonly folder: string; readonly port: number; readonly as: RunAs },
  firstStatement?: string,
): Promise<ChildProcess> {
  const child = spawn(program, args, { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = `${log}${text}`.slice(-4000);
  });
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const isFirst = firstStatement !== undefined;
      await system.administer(port, firstStatement ?? 'SELECT 1', { isFirst });
      return child;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`${program} did not start: ${String(error)}\n${log}`, { cause: error });
      }
      await delay(100);
    }
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

/** Whom to run as: the package's account when we are root, ourselves otherwise. */
function accountOf(name: string): RunAs {
  if (process.getuid?.() !== 0) {
    return {};
  }
  const number = (option: string): number =>
    Number(execFileSync('id', [option, name], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

/** Debian keeps the programs of each release in a folder of their own, off the PATH. */
function postgresProgram(name: string): string {
  const [newest] = globSync(`/usr/lib/postgresql/*/bin/${name}`).sort().reverse();
  return newest === undefined ? name : join(dirname(newest), name);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
