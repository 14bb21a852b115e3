import { setTimeout as delay } from 'node:timers/promises';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions } from '../../tracking/trackingStore';
import type { DatabaseServer, ServerConnection, Trouble } from './databaseServer';
import { RowProblems } from './rowProblems';
import { SchemaInfo } from './schemaInfo';
import { ServerSession } from './serverSession';
import type { SqlDatabase, SqlDialect, SqlWork } from './sqlDialect';

/** How often a unit of work is tried again, by what went wrong. */
const ATTEMPTS: Readonly<Record<Trouble, number>> = {
  lost: 1,
  conflict: 20,
  duplicate: 2,
  schema: 1,
  other: 0,
};
const LONGEST_WAIT_MS = 100;
/** The revision is looked at again after this long, ms: MLflow may upgrade the schema at any time. */
const SCHEMA_CHECK_MS = 1000;

/**
 * Units of work on a database server, each a transaction on a connection of its own. What failed for a reason that passes is
 * done again; a write whose commit was cut off is not, because nobody knows whether it was stored.
 */
export class ServerDatabase implements SqlDatabase {
  readonly dialect: SqlDialect;
  readonly problems = new RowProblems();
  private schema: SchemaInfo | undefined;
  private schemaCheckedMs = 0;
  private closed = false;

  constructor(private readonly server: DatabaseServer) {
    this.dialect = server.dialect;
  }

  read<T>(work: SqlWork<T>, options: CallOptions = {}): Promise<T> {
    return this.attempt(options, connection =>
      this.transaction(connection, this.server.beginRead, () => this.withSession(connection, work)),
    );
  }

  write<T>(work: SqlWork<T>, options: CallOptions = {}): Promise<T> {
    return this.attempt(options, connection =>
      this.transaction(connection, this.server.beginWrite, () =>
        this.withSession(connection, session => {
          if (session.schema.readOnlyReason !== undefined) {
            throw new TrackingError('PERMISSION_DENIED', session.schema.readOnlyReason);
          }
          return work(session);
        }),
      ),
    );
  }

  changeMark(): Promise<string> {
    return this.attempt({}, async connection => {
      const { rows } = await connection.query(this.server.changeQuery);
      return JSON.stringify(rows, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
    });
  }

  readOnlyReason(): Promise<string | undefined> {
    return this.attempt({}, async connection => {
      const { rows } = await connection.query(this.server.readOnlyQuery);
      return rows[0]?.['read_only']
        ? 'The database is read-only here, because its server takes no writes.'
        : (await this.schemaOn(connection)).readOnlyReason;
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.server.close();
  }

  /** Runs `task` on a connection and returns it, again when that helps. Errors leave in words for a person. */
  async attempt<T>(
    { signal }: CallOptions,
    task: (connection: ServerConnection) => Promise<T>,
  ): Promise<T> {
    const attempts = new Map<Trouble, number>();
    for (;;) {
      signal?.throwIfAborted();
      if (this.closed) {
        throw new TrackingError('INVALID_STATE', 'The store has been closed.');
      }
      try {
        return await this.onConnection(task);
      } catch (error) {
        const trouble = this.server.troubleOf(error);
        const made = attempts.get(trouble) ?? 0;
        if (made >= ATTEMPTS[trouble]) {
          throw this.server.describe(error);
        }
        attempts.set(trouble, made + 1);
        if (trouble === 'schema') {
          this.schema = undefined;
        }
        if (trouble === 'conflict') {
          // Jitter keeps transactions that met once from meeting again.
          await delay(Math.min(2 ** made, LONGEST_WAIT_MS) * (0.5 + Math.random()));
        }
      }
    }
  }

  private async onConnection<T>(task: (connection: ServerConnection) => Promise<T>): Promise<T> {
    const connection = await this.server.connect();
    let isBroken = true;
    try {
      const result = await task(connection);
      isBroken = false;
      return result;
    } catch (error) {
      // A rollback that fails has thrown an error of a lost connection instead.
      isBroken = this.server.troubleOf(error) === 'lost' || error instanceof UncertainCommit;
      throw error;
    } finally {
      connection.release(isBroken);
    }
  }

  private async transaction<T>(
    connection: ServerConnection,
    begin: readonly string[],
    work: () => Promise<T>,
  ): Promise<T> {
    for (const statement of begin) {
      await connection.exec(statement);
    }
    let result;
    try {
      result = await work();
    } catch (error) {
      await this.rollBack(connection, error);
      throw error;
    }
    await this.commit(connection, begin === this.server.beginWrite);
    return result;
  }

  /** A connection that cannot even do this is lost, which is what counts then. */
  private async rollBack(connection: ServerConnection, error: unknown): Promise<void> {
    if (this.server.troubleOf(error) !== 'lost') {
      await connection.exec(this.server.rollback);
    }
  }

  private async commit(connection: ServerConnection, isWrite: boolean): Promise<void> {
    try {
      await connection.exec('COMMIT');
    } catch (error) {
      if (isWrite && this.server.troubleOf(error) === 'lost') {
        throw new UncertainCommit(this.server.title, error);
      }
      throw error;
    }
  }

  private async withSession<T>(connection: ServerConnection, work: SqlWork<T>): Promise<T> {
    return work(
      new ServerSession(this.server, connection, await this.schemaOn(connection), this.problems),
    );
  }

  private async schemaOn(connection: ServerConnection): Promise<SchemaInfo> {
    const now = Date.now();
    if (this.schema && now - this.schemaCheckedMs < SCHEMA_CHECK_MS) {
      return this.schema;
    }
    const known = this.schema;
    const isSame = known && (await readRevision(connection, known)) === known.revision;
    const schema = isSame ? known : await readServerSchema(this.server, connection);
    if (!schema.isMlflow) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `There are no tracking tables of MLflow in ${this.server.title}; choose another database.`,
      );
    }
    this.schema = schema;
    this.schemaCheckedMs = now;
    return schema;
  }
}

/** Reads which tables and columns there are, and the revision. */
export async function readServerSchema(
  server: DatabaseServer,
  connection: ServerConnection,
): Promise<SchemaInfo> {
  const columns = new Map<string, Set<string>>();
  for (const row of (await connection.query(server.columnsQuery)).rows) {
    const table = String(row['table_name']);
    const known = columns.get(table) ?? new Set();
    columns.set(table, known.add(String(row['column_name'])));
  }
  const revision = await readRevision(connection, new SchemaInfo(undefined, columns));
  return new SchemaInfo(revision, columns);
}

async function readRevision(
  connection: ServerConnection,
  schema: SchemaInfo,
): Promise<string | undefined> {
  if (!schema.has('alembic_version')) {
    return undefined;
  }
  const { rows } = await connection.query('SELECT version_num FROM alembic_version');
  return rows[0] ? String(rows[0]['version_num']) : undefined;
}

/** The server may or may not have stored the write: the caller has to look, or to write what may be written twice. */
class UncertainCommit extends TrackingError {
  constructor(title: string, cause: unknown) {
    super(
      'TEMPORARILY_UNAVAILABLE',
      `The connection to ${title} broke while a change was being stored: it may or may not be there. Try again.`,
      { cause },
    );
  }
}
