import type { TrackingStore } from '../../tracking/trackingStore';
import { absoluteLocation, appendToLocation } from './artifactLocation';
import type { DatabaseServer } from './databaseServer';
import type { OpenSqlStoreOptions } from './openSqlStoreOptions';
import { ServerDatabase } from './serverDatabase';
import { prepareServerSchema } from './serverSchema';
import { parseServerUri, type ServerUri } from './serverUri';
import { SqlStore } from './sqlStore';

/** Opens the database of a server. Throws at once, in words, when it cannot be reached or is not MLflow's. */
export async function openServerStore(
  text: string,
  { logger, workingDir, ...options }: OpenSqlStoreOptions,
): Promise<TrackingStore> {
  const uri = parseServerUri(text);
  const artifactRoot = absoluteLocation(options.artifactRoot ?? 'mlruns', workingDir);
  const server = await openServer(uri);
  const database = new ServerDatabase(server);
  try {
    await prepareServerSchema(database, server, {
      mlflowVersion: options.createSchemaFor,
      artifactLocation: appendToLocation(artifactRoot, '0'),
      logger,
    });
    const store = new SqlStore(database, { uri: uri.shown, artifactRoot, workingDir, logger });
    await store.noteState();
    return store;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The drivers are large: only the one in use is read. */
async function openServer(uri: ServerUri): Promise<DatabaseServer> {
  if (uri.system === 'postgresql') {
    const { openPostgresServer } = await import('./postgresServer');
    return openPostgresServer(uri);
  }
  if (uri.system === 'mssql') {
    const { openMssqlServer } = await import('./mssqlServer');
    return openMssqlServer(uri);
  }
  const { openMysqlServer } = await import('./mysqlServer');
  return openMysqlServer(uri);
}
