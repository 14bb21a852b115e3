import type { Compilable } from 'kysely';
import type { MetricColumns } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions } from '../../tracking/trackingStore';
import { Gathering } from './gathering';
import { Mutex } from './mutex';
import { RowProblems } from './rowProblems';
import type { SchemaInfo } from './schemaInfo';
import type { SqlDatabase, SqlSession, SqlValue, SqlWork } from './sqlDialect';
import { sqliteDialect } from './sqlite';
import { isBusy, retryWhileBusy } from './sqliteBusy';
import type { SqliteConnection } from './sqliteConnection';
import { describeSqliteError } from './sqliteErrors';
import type { SqliteFile } from './sqliteFile';

/** Writes that share one commit, at most: each waits for all. */
const LARGEST_GROUP = 200;

interface PendingWrite {
  /** Runs the work and returns how to tell its caller, to be called after the commit. */
  readonly run: (session: SqlSession) => Promise<() => void>;
  readonly reject: (error: unknown) => void;
}

/**
 * Units of work on a SQLite file over one connection. A unit only awaits statements, which are synchronous, so it holds
 * the file for microtasks, never across an event-loop turn. Writes that are waiting at the same time share a commit, each
 * in its own savepoint: a commit costs far more than what it writes.
 */
export class SqliteDatabase implements SqlDatabase {
  private readonly mutex = new Mutex();
  private readonly writes = new Gathering<PendingWrite>(group => this.commit(group), LARGEST_GROUP);
  private closed = false;
  readonly dialect = sqliteDialect;
  readonly problems = new RowProblems();

  /** @param patienceMs how long a unit waits for a file that another process keeps locked; MLflow's own 20 s when absent. */
  constructor(
    private readonly file: SqliteFile,
    private readonly patienceMs?: number,
  ) {}

  /** Throws, with the cause in plain words, when the path can never become a database that this store uses. */
  async checked(): Promise<void> {
    await this.whenFree(() => {
      this.file.check();
      return Promise.resolve();
    });
  }

  async read<T>(work: SqlWork<T>, options: CallOptions = {}): Promise<T> {
    options.signal?.throwIfAborted();
    return this.whenFree(async () => {
      const file = this.file.forReading();
      file.connection.run('BEGIN');
      try {
        const schema = this.file.schemaOf(file);
        return await work(new SqliteSession(file.connection, schema, this.problems));
      } finally {
        rollback(file.connection);
      }
    }, options.signal);
  }

  async write<T>(work: SqlWork<T>, options: CallOptions = {}): Promise<T> {
    options.signal?.throwIfAborted();
    this.requireOpen();
    return this.describingErrors(
      () =>
        new Promise<T>((resolve, reject) => {
          this.writes.add({
            async run(session) {
              const value = await work(session);
              return () => resolve(value);
            },
            reject,
          });
        }),
    );
  }

  async changeMark(): Promise<string> {
    return this.whenFree(() => {
      const file = this.file.forReading();
      const [row] = file.connection.all('PRAGMA data_version');
      return Promise.resolve(`${file.identity} ${Number(row?.['data_version'])}`);
    });
  }

  async readOnlyReason(): Promise<string | undefined> {
    return this.whenFree(() => Promise.resolve(this.file.readOnlyReason()));
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.writes.done();
    await this.mutex.run(() => {
      this.file.close();
      return Promise.resolve();
    });
  }

  /** Runs alone on the connection, again when the file was busy. */
  private async whenFree<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.describingErrors(() =>
      retryWhileBusy(
        () =>
          this.mutex.run(() => {
            this.requireOpen();
            return action();
          }),
        { patienceMs: this.patienceMs, signal },
      ),
    );
  }

  private requireOpen(): void {
    if (this.closed) {
      throw new TrackingError('INVALID_STATE', 'The store has been closed.');
    }
  }

  private async describingErrors<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw describeSqliteError(error, this.file.path);
    }
  }

  private async commit(group: readonly PendingWrite[]): Promise<void> {
    try {
      const settle = await retryWhileBusy(() => this.mutex.run(() => this.commitTogether(group)), {
        patienceMs: this.patienceMs,
      });
      settle.forEach(tell => tell());
    } catch (error) {
      group.forEach(({ reject }) => reject(error));
    }
  }

  private async commitTogether(group: readonly PendingWrite[]): Promise<readonly (() => void)[]> {
    const file = this.file.forWriting();
    const { connection } = file;
    connection.run('BEGIN IMMEDIATE');
    try {
      const schema = this.file.schemaOf(file);
      if (schema.readOnlyReason !== undefined) {
        throw new TrackingError('PERMISSION_DENIED', schema.readOnlyReason);
      }
      const isPrepared = this.file.prepareForWriting(file);
      const session = new SqliteSession(connection, schema, this.problems);
      const settle = [];
      for (const write of group) {
        // One alone needs no savepoint: all that was done is taken back with the transaction.
        settle.push(
          group.length === 1 && isPrepared
            ? await write.run(session)
            : await runInSavepoint(connection, session, write),
        );
      }
      // A reader in another process holds off the commit for a moment; the transaction stays complete meanwhile.
      await retryWhileBusy(() => Promise.resolve(connection.run('COMMIT')), {
        patienceMs: this.patienceMs,
      });
      return settle;
    } catch (error) {
      rollback(connection);
      throw error;
    }
  }
}

/** A write that fails takes back what it did and leaves its group alone. */
async function runInSavepoint(
  connection: SqliteConnection,
  session: SqlSession,
  write: PendingWrite,
): Promise<() => void> {
  connection.run('SAVEPOINT one_write');
  try {
    const settle = await write.run(session);
    connection.run('RELEASE one_write');
    return settle;
  } catch (error) {
    if (isBusy(error)) {
      throw error;
    }
    try {
      connection.run('ROLLBACK TO one_write');
    } catch {
      // SQLite has given up the whole transaction, as it does when the disk is full.
      throw error;
    }
    connection.run('RELEASE one_write');
    return () => write.reject(error);
  }
}

function rollback(connection: SqliteConnection): void {
  try {
    connection.run('ROLLBACK');
  } catch {
    // SQLite has already rolled back by itself, as it does when the disk is full.
  }
}

class SqliteSession implements SqlSession {
  constructor(
    private readonly connection: SqliteConnection,
    readonly schema: SchemaInfo,
    readonly problems: RowProblems,
  ) {}

  readonly dialect = sqliteDialect;
  readonly db = sqliteDialect.builder;

  all<R>(query: Compilable<R>): Promise<R[]> {
    const { sql, parameters } = query.compile();
    return this.allCompiled(sql, parameters as readonly SqlValue[]);
  }

  async first<R>(query: Compilable<R>): Promise<R | undefined> {
    return (await this.all(query))[0];
  }

  run(query: Compilable): Promise<number> {
    const { sql, parameters } = query.compile();
    return Promise.resolve(this.connection.run(sql, parameters as readonly SqlValue[]));
  }

  allCompiled<R>(sql: string, parameters: readonly SqlValue[]): Promise<R[]> {
    return Promise.resolve(this.connection.all(sql, parameters) as R[]);
  }

  runForEach(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    this.connection.runForEach(sql, rows);
    return Promise.resolve();
  }

  readColumns(query: Compilable): Promise<MetricColumns> {
    const { sql, parameters } = query.compile();
    return Promise.resolve(this.connection.readColumns(sql, parameters as readonly SqlValue[]));
  }
}
