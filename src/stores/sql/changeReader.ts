import { sql } from 'kysely';
import type { Int64 } from '../../base/int64';
import type { RunId } from '../../tracking/entities';
import type { StoreChange } from '../../tracking/trackingStore';
import { chunked } from './chunked';
import type { SqlSession } from './sqlDialect';

/** Rows of this many runs, the last that were made, are compared with what they were. */
const NEWEST_RUNS = 500;
/** More changed runs than this in one look are told as one coarse change. */
const MOST_RUNS = 200;
/** Grow by a row for each thing that is logged. */
const GROWING_TABLES = ['metrics', 'params', 'tags'] as const;

export const EVERYTHING: StoreChange = { kind: 'everything' };

/**
 * Finds what another process changed, at a cost that grows with the change: rows that are new since the last look, the
 * state of the newest runs, and the list of experiments. `EVERYTHING` when none of these explains it.
 */
export class ChangeReader {
  private rowNumbers = new Map<string, number>();
  private runningIds: readonly RunId[] = [];
  private readonly amounts = new Map<string, ReadonlyMap<RunId, string>>();
  private runStates = new Map<RunId, string>();
  private experiments = '';

  async read(session: SqlSession): Promise<readonly StoreChange[]> {
    const { rowNumber } = session.dialect;
    const runIds = new Set<RunId>(await this.readStates(session, rowNumber));
    for (const table of GROWING_TABLES) {
      const changed =
        rowNumber === undefined
          ? await this.readAmounts(session, table)
          : await this.readNewRows(session, table, rowNumber);
      for (const runId of changed) {
        runIds.add(runId);
      }
    }
    const changes: StoreChange[] = [];
    if (await this.haveExperimentsChanged(session)) {
      changes.push({ kind: 'experiments' });
    }
    if (runIds.size > MOST_RUNS) {
      return [EVERYTHING];
    }
    for (const ids of chunked([...runIds])) {
      const rows = await session.all(
        session.db
          .selectFrom('runs')
          .select(['run_uuid', 'experiment_id'])
          .where('run_uuid', 'in', ids),
      );
      for (const { run_uuid, experiment_id } of rows) {
        changes.push({ kind: 'runs', experimentId: String(experiment_id ?? ''), runId: run_uuid });
      }
    }
    return changes.length === 0 ? [EVERYTHING] : changes;
  }

  private async readNewRows(
    session: SqlSession,
    table: (typeof GROWING_TABLES)[number],
    rowNumber: string,
  ): Promise<readonly RunId[]> {
    const number = sql<number>`${sql.ref(rowNumber)}`;
    const newest = await session.first(
      session.db.selectFrom(table).select(sql<number | null>`max(${number})`.as('last')),
    );
    const last = newest?.last ?? 0;
    const before = this.rowNumbers.get(table);
    this.rowNumbers.set(table, last);
    if (before === undefined || last <= before) {
      return [];
    }
    const rows = await session.all(
      session.db
        .selectFrom(table)
        .select('run_uuid')
        .distinct()
        .where(number, '>', before)
        .limit(MOST_RUNS + 1),
    );
    return rows.map(row => row.run_uuid);
  }

  /** Where rows have no numbers: how much there is of the newest runs that have not ended. */
  private async readAmounts(
    session: SqlSession,
    table: (typeof GROWING_TABLES)[number],
  ): Promise<readonly RunId[]> {
    const isMetrics = table === 'metrics';
    if (this.runningIds.length === 0 || (isMetrics && !session.schema.has('latest_metrics'))) {
      return [];
    }
    const rows = await session.all(
      session.db
        .selectFrom(isMetrics ? 'latest_metrics' : table)
        .select(['run_uuid', sql<Int64>`count(*)`.as('amount')])
        .$if(isMetrics, query =>
          query.select([
            sql<Int64>`max(step)`.as('last_step'),
            sql<Int64 | null>`max(${sql.ref('timestamp')})`.as('last_time'),
          ]),
        )
        .where('run_uuid', 'in', this.runningIds)
        .groupBy('run_uuid'),
    );
    const before = this.amounts.get(table);
    const after = new Map(
      rows.map(({ run_uuid, amount, last_step, last_time }) => [
        run_uuid,
        [amount, last_step, last_time].join(),
      ]),
    );
    this.amounts.set(table, after);
    return before === undefined
      ? []
      : [...after].flatMap(([id, amount]) => (before.get(id) === amount ? [] : [id]));
  }

  /** @returns the runs that are new, or whose status, end, name or lifecycle differs from the last look. */
  private async readStates(
    session: SqlSession,
    rowNumber: string | undefined,
  ): Promise<readonly RunId[]> {
    const rows = await session.all(
      session.db
        .selectFrom('runs')
        .select(['run_uuid', 'status', 'end_time', 'name', 'lifecycle_stage'])
        .orderBy(sql.ref(rowNumber ?? 'start_time'), 'desc')
        .limit(NEWEST_RUNS),
    );
    this.runningIds = rows.filter(row => row.status === 'RUNNING').map(row => row.run_uuid);
    const before = this.runStates;
    this.runStates = new Map(
      rows.map(({ run_uuid, status, end_time, name, lifecycle_stage }) => [
        run_uuid,
        [status, end_time, name, lifecycle_stage].join('\n'),
      ]),
    );
    return [...this.runStates].flatMap(([id, state]) => (before.get(id) === state ? [] : [id]));
  }

  private async haveExperimentsChanged(session: SqlSession): Promise<boolean> {
    const { db, schema } = session;
    const rows = await session.all(
      db
        .selectFrom('experiments')
        .select(['experiment_id', 'name', 'lifecycle_stage'])
        .$if(schema.has('experiments', 'last_update_time'), query =>
          query.select('last_update_time'),
        ),
    );
    const before = this.experiments;
    this.experiments = JSON.stringify(rows, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    return before !== this.experiments;
  }
}
