import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { int64FromBigInt } from '../../base/int64';
import type { MetricColumns } from '../../tracking/entities';
import { repeatRow } from './repeatedRow';
import type { SqlValue } from './sqlDialect';
import { isBusy } from './sqliteBusy';

/** Rarely used statements, such as those of one-off filters, leave the cache first. */
const CACHED_STATEMENTS = 200;
/** Waits this long for another process inside a call; longer waits happen outside, see `retryWhileBusy`. */
const INLINE_WAIT_MS = 10;
/** At most. SQLite's own 2 MB make large databases read pages again and again. */
const CACHE_KB = 65_536;
const FIRST_COLUMN_CAPACITY = 4096;
/** Bytes of journal that stay between two writes. */
const KEPT_JOURNAL = 1_048_576;
/** Rows that one statement inserts where there are many: a quarter less work than one row at a time. */
const ROWS_A_STATEMENT = 100;

/** A `node:sqlite` connection with MLflow's session settings, cached statements and exact integers. */
export class SqliteConnection {
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  /** Those that have met an integer beyond 2^53. */
  private readonly exact = new WeakSet<StatementSync>();
  private readonly repeated = new Map<string, string>();
  private sink: ColumnSink | undefined;
  private journal: 'unknown' | 'kept' | 'as it was' = 'unknown';

  /** @param path `:memory:` or a file, which is made when absent unless `readOnly`. */
  constructor(path: string, options: { readonly readOnly?: boolean } = {}) {
    this.database = new DatabaseSync(path, { readOnly: options.readOnly ?? false });
    // Never WAL: it would persist in the file and change locking for MLflow. Without spilling, a transaction meets another
    // process's lock only where it begins and commits, and those places wait for it. With FULL, SQLite's default, a power
    // cut right after a commit may bring a removed journal back, and undo it: EXTRA also syncs the folder. What a statement
    // of many rows needs to take itself back stays in memory.
    this.database.exec(
      `PRAGMA synchronous = EXTRA; PRAGMA busy_timeout = ${INLINE_WAIT_MS}; PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON; PRAGMA cache_spill = OFF; PRAGMA cache_size = -${CACHE_KB}; PRAGMA temp_store = MEMORY`,
    );
    this.database.function('tracker_lower', { deterministic: true }, text =>
      typeof text === 'string' ? text.toLowerCase() : text,
    );
    this.database.function('tracker_point', (step, time, value, isNan) => {
      this.sink?.push(Number(step), Number(time), isNan ? Number.NaN : Number(value));
      return null;
    });
  }

  exec(sql: string): void {
    this.database.exec(sql);
  }

  /**
   * From the next commit on, overwrites the head of the rollback journal instead of removing the file. Nothing of this is
   * stored in the database, and other processes go on as before. A commit then waits for no change of a folder, and is as
   * durable: the head is synced.
   */
  keepJournal(): void {
    if (this.journal === 'unknown') {
      const isRemoved =
        this.database.prepare('PRAGMA journal_mode').get()?.['journal_mode'] === 'delete';
      if (isRemoved) {
        this.exec(`PRAGMA journal_mode = PERSIST; PRAGMA journal_size_limit = ${KEPT_JOURNAL}`);
      }
      this.journal = isRemoved ? 'kept' : 'as it was';
    }
  }

  /** Removes the journal that was kept, unless another process is writing: then that one removes it. */
  dropJournal(): void {
    if (this.journal === 'kept') {
      this.journal = 'as it was';
      try {
        const mode = this.database.prepare('PRAGMA journal_mode').get()?.['journal_mode'];
        if (mode === 'persist') {
          this.exec('PRAGMA journal_mode = DELETE');
        }
      } catch (error) {
        if (!isBusy(error)) {
          throw error;
        }
      }
    }
  }

  all(sql: string, parameters: readonly SqlValue[] = []): Record<string, unknown>[] {
    const statement = this.prepare(sql);
    if (!this.exact.has(statement)) {
      try {
        return statement.all(...parameters);
      } catch (error) {
        if (!isOutOfRange(error)) {
          throw error;
        }
        // It is likely to meet more of them, so it stays in the slower, exact mode.
        statement.setReadBigInts(true);
        this.exact.add(statement);
      }
    }
    return withNormalIntegers(statement.all(...parameters));
  }

  /** @returns how many rows changed. */
  run(sql: string, parameters: readonly SqlValue[] = []): number {
    return Number(this.prepare(sql).run(...parameters).changes);
  }

  /** Runs an insert for each row. */
  runForEach(sql: string, rows: readonly (readonly SqlValue[])[]): void {
    let next = 0;
    if (rows.length >= ROWS_A_STATEMENT) {
      const many = this.prepare(this.repeatedRow(sql));
      for (; next + ROWS_A_STATEMENT <= rows.length; next += ROWS_A_STATEMENT) {
        many.run(...rows.slice(next, next + ROWS_A_STATEMENT).flat());
      }
    }
    const one = this.prepare(sql);
    for (; next < rows.length; next += 1) {
      one.run(...(rows[next] ?? []));
    }
  }

  private repeatedRow(sql: string): string {
    const known = this.repeated.get(sql) ?? repeatRow(sql, ROWS_A_STATEMENT, () => '?');
    this.repeated.set(sql, known);
    return known;
  }

  /** Passing values to a function is three times as fast as making an object of every row. */
  readColumns(sql: string, parameters: readonly SqlValue[]): MetricColumns {
    const sink = new ColumnSink();
    this.sink = sink;
    try {
      this.prepare(
        `SELECT count(tracker_point(step, timestamp, value, is_nan)) AS points FROM (${sql})`,
      ).all(...parameters);
    } finally {
      this.sink = undefined;
    }
    return sink.columns();
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  private prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement) {
      this.statements.delete(sql);
    } else {
      statement = this.database.prepare(sql);
      const [oldest] = this.statements.keys();
      if (oldest !== undefined && this.statements.size >= CACHED_STATEMENTS) {
        this.statements.delete(oldest);
      }
    }
    this.statements.set(sql, statement);
    return statement;
  }
}

function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
}

function withNormalIntegers(rows: Record<string, unknown>[]): Record<string, unknown>[] {
  for (const row of rows) {
    for (const [column, value] of Object.entries(row)) {
      if (typeof value === 'bigint') {
        row[column] = int64FromBigInt(value);
      }
    }
  }
  return rows;
}

/** Three arrays of doubles that grow. */
class ColumnSink {
  private length = 0;
  private steps = new Float64Array(FIRST_COLUMN_CAPACITY);
  private times = new Float64Array(FIRST_COLUMN_CAPACITY);
  private values = new Float64Array(FIRST_COLUMN_CAPACITY);

  push(step: number, time: number, value: number): void {
    if (this.length === this.steps.length) {
      this.steps = grown(this.steps);
      this.times = grown(this.times);
      this.values = grown(this.values);
    }
    this.steps[this.length] = step;
    this.times[this.length] = time;
    this.values[this.length] = value;
    this.length += 1;
  }

  columns(): MetricColumns {
    return {
      steps: this.steps.slice(0, this.length),
      timesMs: this.times.slice(0, this.length),
      values: this.values.slice(0, this.length),
    };
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
