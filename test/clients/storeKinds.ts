import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { silentLogger } from '../../src/base/logger';
import { openStore } from '../../src/stores/openStore';
import type { TrackingStore } from '../../src/tracking/trackingStore';
import type { MlflowEnvironment } from './mlflowEnvironments';

export type StoreKind = 'file' | 'sqlite';

export const STORE_KINDS: readonly StoreKind[] = ['file', 'sqlite'];

/** A tracking URI that MLflow and we take alike. */
export function uriIn(folder: string, kind: StoreKind): string {
  return kind === 'file' ? join(folder, 'mlruns') : `sqlite:///${join(folder, 'mlflow.db')}`;
}

/** Our store on that URI; a database that it makes has the schema of that MLflow. */
export function openOurs(
  uri: string,
  environment: MlflowEnvironment,
  folder: string,
  artifactRoot?: string,
): Promise<TrackingStore> {
  return openStore(uri, {
    logger: silentLogger,
    workingDir: folder,
    createSchemaFor: environment.version,
    env: {},
    ...(artifactRoot === undefined ? {} : { artifactRoot }),
  });
}

/** Every table, column and index, and the Alembic revision, of the database in that folder. */
export function schemaIn(folder: string): unknown {
  const database = new DatabaseSync(join(folder, 'mlflow.db'), { readOnly: true });
  try {
    return {
      revision: database.prepare('SELECT version_num FROM alembic_version').all(),
      schema: database
        .prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name')
        .all(),
      userVersion: database.prepare('PRAGMA user_version').all(),
      journalMode: database.prepare('PRAGMA journal_mode').all(),
    };
  } finally {
    database.close();
  }
}
