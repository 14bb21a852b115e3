import { expect, it } from 'vitest';
import { compileHistory } from '../../../../src/stores/sql/metricHistory';
import { SchemaInfo } from '../../../../src/stores/sql/schemaInfo';
import type { SqlSession } from '../../../../src/stores/sql/sqlDialect';
import { sqliteDialect } from '../../../../src/stores/sql/sqlite';
import { connect, newRun, rowsOf } from './sqlFixture';

/** Compiling needs the schema and the dialect only. */
const session = {
  db: sqliteDialect.builder,
  dialect: sqliteDialect,
  schema: new SchemaInfo('dc11669786a5', new Map([['metrics', new Set(['step', 'is_nan'])]])),
} as unknown as SqlSession;

it('goes on with a history where the page before ended, by an index', async () => {
  const { folder, runId } = await newRun();
  const database = connect(folder);
  const planOf = (after?: readonly number[]): string => {
    const { sql, parameters } = compileHistory(session, { runId, metricKey: 'm' }, after).compile();
    const literals = parameters.map(value =>
      typeof value === 'string' ? `'${value}'` : String(value),
    );
    const statement = sql.replaceAll('?', () => literals.shift() ?? '');
    const plan = rowsOf(database, `EXPLAIN QUERY PLAN ${statement} LIMIT 25001`);
    return plan.map(row => String(row['detail'])).join('; ');
  };
  expect(planOf([5, 1, 0.5, 0])).toContain('key=? AND timestamp>?');
  expect(planOf()).not.toContain('timestamp>?');
});
