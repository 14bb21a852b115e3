import { describe, expect, it } from 'vitest';
import type { MetricColumns } from '../../../../src/tracking/entities';
import { connect, newRun } from './sqlFixture';

/** A history of three points, in a table that holds another run's before and after them. */
async function readHistory() {
  const { store, folder, runId } = await newRun();
  const other = (await store.createRun({ experimentId: '0', startTimeMs: 1 })).info.runId;
  const log = (id: string, step: number): Promise<void> =>
    store.logMetric(id, { key: 'm', value: step, timestampMs: step, step });
  for (const step of [1, 2, 3]) {
    await log(other, step);
    await log(runId, step);
  }
  const steps = async (grownFrom?: MetricColumns): Promise<readonly number[]> => {
    const columns = await store.getMetricColumns(runId, 'm', grownFrom && { grownFrom });
    return [...columns.steps];
  };
  const earlier = await store.getMetricColumns(runId, 'm');
  return { database: connect(folder), runId, other, log, steps, earlier };
}

describe('a history that is read on', () => {
  it('takes the points that it has as they are', async () => {
    const { database, log, steps, earlier, runId } = await readHistory();
    // Nobody does this to a history; it shows that what is known is not read again.
    database.prepare('UPDATE metrics SET step = 7 WHERE run_uuid = ? AND step = 1').run(runId);
    await log(runId, 4);
    expect(await steps(earlier)).toEqual([1, 2, 3, 4]);
    expect(await steps()).toEqual([2, 3, 4, 7]);
  });

  it('is read whole when the rows have been copied, and have other numbers', async () => {
    const { database, log, steps, earlier, runId, other } = await readHistory();
    database.prepare('DELETE FROM metrics WHERE run_uuid = ?').run(other);
    await log(runId, 4);
    // As a dump that is read into a new file does, and VACUUM may do.
    database.exec(`
      CREATE TABLE copied AS SELECT * FROM metrics;
      DELETE FROM metrics;
      INSERT INTO metrics SELECT * FROM copied;
      DROP TABLE copied;
    `);
    // The newest row had the number 6; now there are four.
    expect(await steps(earlier)).toEqual([1, 2, 3, 4]);
  });

  it('is read whole when the newest row has been deleted, and its number is given again', async () => {
    const { database, log, steps, earlier, runId } = await readHistory();
    database.prepare('DELETE FROM metrics WHERE run_uuid = ?').run(runId);
    for (const step of [11, 12, 13]) {
      await log(runId, step);
    }
    expect(await steps(earlier)).toEqual([11, 12, 13]);
  });
});
