import type { Compilable } from 'kysely';
import type { MetricColumns } from '../../tracking/entities';
import { chunked } from './chunked';
import type { DatabaseServer, ServerConnection } from './databaseServer';
import type { RowProblems } from './rowProblems';
import type { SchemaInfo } from './schemaInfo';
import type { SqlSession, SqlValue } from './sqlDialect';

/** Statements of one unit of work on a database server. */
export class ServerSession implements SqlSession {
  readonly dialect: SqlSession['dialect'];
  readonly db: SqlSession['db'];

  constructor(
    private readonly server: DatabaseServer,
    private readonly connection: ServerConnection,
    readonly schema: SchemaInfo,
    readonly problems: RowProblems,
  ) {
    this.dialect = server.dialect;
    this.db = server.dialect.builder;
  }

  all<R>(query: Compilable<R>): Promise<R[]> {
    const { sql, parameters } = query.compile();
    return this.allCompiled(sql, parameters as readonly SqlValue[]);
  }

  async first<R>(query: Compilable<R>): Promise<R | undefined> {
    return (await this.all(query))[0];
  }

  async run(query: Compilable): Promise<number> {
    const { sql, parameters } = query.compile();
    return (await this.connection.query(sql, parameters as readonly SqlValue[])).changed;
  }

  async allCompiled<R>(sql: string, parameters: readonly SqlValue[]): Promise<R[]> {
    return (await this.connection.query(sql, parameters)).rows as R[];
  }

  /** Many rows at a time: each statement is a trip to the server. */
  async runForEach(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    const { maxParameters } = this.server;
    const width = rows[0]?.length ?? 1;
    const most = maxParameters === undefined ? undefined : Math.floor(maxParameters / width);
    for (const chunk of chunked(rows, most)) {
      await this.connection.query(this.server.repeatRow(sql, chunk.length), chunk.flat());
    }
  }

  readColumns(query: Compilable): Promise<MetricColumns> {
    const { sql, parameters } = query.compile();
    return this.connection.readColumns(sql, parameters as readonly SqlValue[]);
  }
}
