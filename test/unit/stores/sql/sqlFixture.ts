import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { openSqlStore } from '../../../../src/stores/sql/openSqlStore';
import type { OpenSqlStoreOptions } from '../../../../src/stores/sql/openSqlStoreOptions';
import type { TrackingStore } from '../../../../src/tracking/trackingStore';

/** A folder that is removed after the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sql-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function databaseIn(folder: string): string {
  return join(folder, 'mlflow.db');
}

/** Opens `mlflow.db` of the folder; closed after the test. */
export async function openStore(
  folder: string,
  options: Partial<OpenSqlStoreOptions> = {},
): Promise<TrackingStore> {
  const store = await openSqlStore('sqlite:///mlflow.db', {
    logger: silentLogger,
    workingDir: folder,
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

/** A new database of the newest schema with a run in experiment 0. */
export async function newRun(
  options: Partial<OpenSqlStoreOptions> = {},
): Promise<{ store: TrackingStore; folder: string; runId: string }> {
  const folder = tempFolder();
  const store = await openStore(folder, options);
  const { runId } = (await store.createRun({ experimentId: '0', startTimeMs: 1 })).info;
  return { store, folder, runId };
}

/** A connection of another program to the database of the folder; closed after the test. */
export function connect(folder: string): DatabaseSync {
  const database = new DatabaseSync(databaseIn(folder));
  onTestFinished(() => {
    if (database.isOpen) {
      database.close();
    }
  });
  return database;
}

/** All rows of a statement, with integers as bigint. */
export function rowsOf(
  database: DatabaseSync,
  sql: string,
): readonly Readonly<Record<string, SQLOutputValue>>[] {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return statement.all().map(row => ({ ...row }));
}
