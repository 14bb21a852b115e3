import { resolve } from 'node:path';
import { TrackingError } from '../../tracking/trackingError';
import type { TrackingStore } from '../../tracking/trackingStore';
import { absoluteLocation, appendToLocation } from './artifactLocation';
import type { OpenSqlStoreOptions } from './openSqlStoreOptions';
import { SqliteDatabase } from './sqliteDatabase';
import { SqliteFile } from './sqliteFile';
import { SqlStore } from './sqlStore';

/**
 * Opens `sqlite:///relative.db` or `sqlite:////absolute.db`, whose absent file is made by the first write only, or
 * `postgresql://…` or `mysql://…`, whose empty database gets its tables now, as MLflow does.
 * Throws INVALID_PARAMETER_VALUE for a URI, a file or a database that is not MLflow's.
 */
export async function openSqlStore(
  uri: string,
  options: OpenSqlStoreOptions,
): Promise<TrackingStore> {
  if (!/^sqlite\b/i.test(uri)) {
    const { openServerStore } = await import('./openServerStore');
    return openServerStore(uri, options);
  }
  const { logger, workingDir, createSchemaFor, patienceMs } = options;
  const path = resolve(workingDir, sqlitePath(uri));
  const artifactRoot = absoluteLocation(options.artifactRoot ?? 'mlruns', workingDir);
  const file = new SqliteFile(path, {
    defaultArtifactLocation: appendToLocation(artifactRoot, '0'),
    createSchemaFor,
  });
  const database = new SqliteDatabase(file, patienceMs);
  await database.checked();
  return new SqlStore(database, { uri: `sqlite:///${path}`, artifactRoot, workingDir, logger });
}

/** The file of a SQLite URI as SQLAlchemy reads it: what follows the third slash. */
function sqlitePath(uri: string): string {
  const [, path] = /^sqlite(?:\+\w+)?:\/\/\/([^?]+)/i.exec(uri) ?? [];
  if (path === undefined || path === ':memory:') {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `${uri} names no database file: write sqlite:///mlflow.db, or sqlite:////folder/mlflow.db for an absolute path.`,
    );
  }
  try {
    return decodeURIComponent(path);
  } catch {
    // A plain path with a percent sign in it.
    return path;
  }
}
