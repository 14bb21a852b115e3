import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connect, databaseIn, newRun, openStore, rowsOf } from './sqlFixture';

const METRIC = { key: 'loss', value: 1, timestampMs: 1, step: 0 };

it('the rollback journal stays between two writes and goes with the store', async () => {
  const { store, folder, runId } = await newRun();
  const journal = `${databaseIn(folder)}-journal`;
  await store.logMetric(runId, METRIC);
  expect(existsSync(journal)).toBe(true);
  // Zeros: nothing for the next one to roll back.
  expect(readFileSync(journal).subarray(0, 8)).toEqual(Buffer.alloc(8));
  await store.close();
  expect(existsSync(journal)).toBe(false);
});

it('what another program made of the journal is left to it', async () => {
  const { store, folder, runId } = await newRun();
  const other = connect(folder);
  other.exec('PRAGMA journal_mode = WAL');
  await store.logMetric(runId, METRIC);
  await store.close();
  expect(rowsOf(other, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  // Alone with the file, a connection could turn it back.
  other.close();
  const again = await openStore(folder);
  await again.logMetric(runId, { ...METRIC, step: 1 });
  await again.close();
  const later = connect(folder);
  expect(rowsOf(later, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  expect(rowsOf(later, 'SELECT count(*) AS n FROM metrics')).toEqual([{ n: 2n }]);
});

it('the journal of a database that has taken the place is not touched', async () => {
  const { store, folder } = await newRun();
  renameSync(databaseIn(folder), join(folder, 'moved.db'));
  writeFileSync(databaseIn(folder), '');
  writeFileSync(`${databaseIn(folder)}-journal`, 'of another');
  await store.close();
  expect(readFileSync(`${databaseIn(folder)}-journal`, 'utf8')).toBe('of another');
});
