import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { int64FromBigInt } from '../../base/int64';
import type { MetricColumns } from '../../tracking/entities';
import type { SqlValue } from './sqlDialect';

/** Rarely used statements, such as those of one-off filters, leave the cache first. */
const CACHED_STATEMENTS = 200;
/** Waits this long for another process inside a call; longer waits happen outside, see `retryWhileBusy`. */
const INLINE_WAIT_MS = 10;
/** At most. SQLite's own 2 MB make large databases read pages again and again. */
const CACHE_KB = 65_536;
const FIRST_COLUMN_CAPACITY = 4096;

/** A `node:sqlite` connection with MLflow's session settings, cached statements and exact integers. */
export class SqliteConnection {
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  /** Those that have met an integer beyond 2^53. */
  private readonly exact = new WeakSet<StatementSync>();
  private sink: ColumnSink | undefined;

  /** @param path `:memory:` or a file, which is made when absent unless `readOnly`. */
  constructor(path: string, options: { readonly readOnly?: boolean } = {}) {
    this.database = new DatabaseSync(path, { readOnly: options.readOnly ?? false });
    // The journal mode stays what it is: WAL would persist in the file and change locking for MLflow. Without spilling,
    // a transaction meets another process's lock only where it begins and commits, and those places wait for it.
    // With FULL, SQLite's default, a power cut right after a commit may bring its journal back, and undo it: EXTRA also syncs
    // the folder.
    this.database.exec(
      `PRAGMA synchronous = EXTRA; PRAGMA busy_timeout = ${INLINE_WAIT_MS}; PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON; PRAGMA cache_spill = OFF; PRAGMA cache_size = -${CACHE_KB}`,
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

  runForEach(sql: string, rows: readonly (readonly SqlValue[])[]): void {
    const statement = this.prepare(sql);
    for (const row of rows) {
      statement.run(...row);
    }
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
