import type { Compilable } from 'kysely';

import type {
  DatabaseServer,
  ServerConnection,
  StatementResult,
} from '../../src/stores/sql/databaseServer';
import type { RowProblems } from '../../src/stores/sql/rowProblems';
import type { SchemaInfo } from '../../src/stores/sql/schemaInfo';
import { ServerSession } from '../../src/stores/sql/serverSession';
import type {
  SqlDatabase,
  SqlDialect,
  SqlSession,
  SqlValue,
  SqlWork,
} from '../../src/stores/sql/sqlDialect';
import { sqliteDialect } from '../../src/stores/sql/sqlite';
import type { MetricColumns } from '../../src/tracking/entities';

/** A statement as a server would get it. */
export interface Rehearsed {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

type Answer = StatementResult | MetricColumns;

/**
 * A stand-in for a database system that cannot run here: each unit of work runs on SQLite first, then once more with the
 * dialect of that system, whose statements are noted and answered with what SQLite answered. It shows what the system would
 * be asked, not what it would say.
 */
export class RehearsedDatabase implements SqlDatabase {
  readonly dialect: SqlDialect;
  readonly problems: RowProblems;
  readonly statements: Rehearsed[] = [];

  constructor(
    private readonly sqlite: SqlDatabase,
    private readonly server: DatabaseServer,
  ) {
    this.dialect = server.dialect;
    this.problems = sqlite.problems;
  }

  read<T>(work: SqlWork<T>): Promise<T> {
    return this.rehearse(work, real => this.sqlite.read(real));
  }

  write<T>(work: SqlWork<T>): Promise<T> {
    return this.rehearse(work, real => this.sqlite.write(real));
  }

  private async rehearse<T>(work: SqlWork<T>, run: (work: SqlWork<T>) => Promise<T>): Promise<T> {
    const answers: Answer[] = [];
    let schema: SchemaInfo | undefined;
    const result = await run(session => {
      schema = session.schema;
      return work(noting(session, answers));
    });
    if (schema) {
      const connection = new RehearsedConnection(answers, this.statements);
      // A schema of its own: compiled statements are kept by it.
      const own = Object.create(schema) as SchemaInfo;
      await work(new RehearsedSession(this.server, connection, own, this.problems));
    }
    return result;
  }

  changeMark(): Promise<string> {
    return this.sqlite.changeMark();
  }

  readOnlyReason(): Promise<string | undefined> {
    return this.sqlite.readOnlyReason();
  }

  close(): Promise<void> {
    return this.sqlite.close();
  }
}

/** SQLite as a system without row numbers and with statistics, whose answers are kept. */
function noting(session: SqlSession, answers: Answer[]): SqlSession {
  const { rowNumber: _number, isCommon: _hint, ...dialect } = sqliteDialect;
  const note = <T>(rows: T[]): T[] => {
    answers.push({ rows: rows as Record<string, unknown>[], changed: 0 });
    return rows;
  };
  const all = async <R>(query: Compilable<R>): Promise<R[]> => note(await session.all(query));
  return {
    dialect,
    db: session.db,
    schema: session.schema,
    problems: session.problems,
    all,
    first: async query => (await all(query))[0],
    async run(query) {
      const changed = await session.run(query);
      answers.push({ rows: [], changed });
      return changed;
    },
    allCompiled: async <R>(sql: string, parameters: readonly SqlValue[]) =>
      note(await session.allCompiled<R>(sql, parameters)),
    runForEach: (sql, rows) => session.runForEach(sql, rows),
    async readColumns(query) {
      const columns = await session.readColumns(query);
      answers.push(columns);
      return columns;
    },
  };
}

class RehearsedSession extends ServerSession {
  constructor(
    server: DatabaseServer,
    private readonly rehearsed: RehearsedConnection,
    schema: SchemaInfo,
    problems: RowProblems,
  ) {
    super(server, rehearsed, schema, problems);
  }

  override runForEach(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    return this.rehearsed.unanswered(() => super.runForEach(sql, rows));
  }
}

class RehearsedConnection implements ServerConnection {
  private isAnswering = true;

  constructor(
    private readonly answers: Answer[],
    private readonly statements: Rehearsed[],
  ) {}

  async unanswered(action: () => Promise<void>): Promise<void> {
    this.isAnswering = false;
    await action();
    this.isAnswering = true;
  }

  query(sql: string, parameters: readonly SqlValue[] = []): Promise<StatementResult> {
    this.statements.push({ sql, parameters });
    return Promise.resolve(
      this.isAnswering ? (this.next() as StatementResult) : { rows: [], changed: 0 },
    );
  }

  readColumns(sql: string, parameters: readonly SqlValue[]): Promise<MetricColumns> {
    this.statements.push({ sql, parameters });
    return Promise.resolve(this.next() as MetricColumns);
  }

  exec(): Promise<void> {
    throw new Error('Units of work begin and end no transactions');
  }

  release(): void {
    // There is nothing to give back.
  }

  private next(): Answer {
    const answer = this.answers.shift();
    if (!answer) {
      throw new Error('SQLite was asked less');
    }
    return answer;
  }
}
