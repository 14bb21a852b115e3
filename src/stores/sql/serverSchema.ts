import type { Logger } from '../../base/logger';
import { TrackingError } from '../../tracking/trackingError';
import type { DatabaseServer, ServerConnection } from './databaseServer';
import { serverSchemaFor, type ServerSchema } from './schema/servers/serverSchemas';
import { readServerSchema, type ServerDatabase } from './serverDatabase';

export interface ServerSchemaOptions {
  /** The MLflow release whose schema an empty database gets; `USUAL_MLFLOW` when absent. */
  readonly mlflowVersion: string | undefined;
  /** Of the experiment `Default`. */
  readonly artifactLocation: string;
  readonly logger: Logger;
}

/**
 * Gives an empty database what MLflow gives it when it opens one: its tables, and the experiment `Default`, number 0. Tables
 * that are there stay as they are.
 */
export async function prepareServerSchema(
  database: ServerDatabase,
  server: DatabaseServer,
  options: ServerSchemaOptions,
): Promise<void> {
  await database.attempt({}, async connection => {
    if (!(await readServerSchema(server, connection)).isEmpty) {
      return;
    }
    await connection.query(server.lockQuery);
    try {
      if ((await readServerSchema(server, connection)).isEmpty) {
        await createSchema(server, connection, options);
      }
    } finally {
      await connection.query(server.unlockQuery);
    }
  });
  if ((await database.readOnlyReason()) === undefined) {
    await insertDefaultExperiment(database, options.artifactLocation);
  }
}

async function createSchema(
  server: DatabaseServer,
  connection: ServerConnection,
  { mlflowVersion, logger }: ServerSchemaOptions,
): Promise<void> {
  const family = await server.schemaFamily(connection);
  const schema = family && (await serverSchemaFor(family, mlflowVersion));
  if (!schema) {
    throw new TrackingError(
      'INVALID_STATE',
      `${capitalised(server.title)} is empty, and MLflow Tracker has no schema for this server and MLflow ${mlflowVersion ?? 'release'}: run \`mlflow server\` on it once, which makes the tables.`,
    );
  }
  logger.info(`Making MLflow's tables, revision ${schema.revision}, in ${server.title}.`);
  for (const statement of server.beginWrite) {
    await connection.exec(statement);
  }
  try {
    await runStatements(connection, schema);
    await connection.exec('COMMIT');
  } catch (error) {
    await connection.exec(server.rollback);
    throw error;
  }
}

async function runStatements(connection: ServerConnection, schema: ServerSchema): Promise<void> {
  for (const statement of schema.statements) {
    await connection.exec(statement);
  }
  for (const [table, rows] of Object.entries(schema.seeds)) {
    for (const row of rows) {
      const names = Object.keys(row).join(', ');
      const values = Object.values(row).map(literal).join(', ');
      await connection.exec(`INSERT INTO ${table} (${names}) VALUES (${values})`);
    }
  }
  // The last: without it the tables are known as unfinished where they cannot be made all at once.
  await connection.exec(
    `INSERT INTO alembic_version (version_num) VALUES (${literal(schema.revision)})`,
  );
}

/** Captured values only; none holds a quote. */
function literal(value: string | null): string {
  return value === null ? 'NULL' : `'${value}'`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** MLflow makes it whenever it opens a database without any experiment. */
function insertDefaultExperiment(database: ServerDatabase, location: string): Promise<void> {
  return database.write(async session => {
    const any = await session.first(session.db.selectFrom('experiments').select('name').limit(1));
    if (!any) {
      const now = Date.now();
      await session.run(
        session.dialect.ignoreExisting(
          session.db.insertInto('experiments').values({
            experiment_id: 0,
            name: 'Default',
            artifact_location: location,
            lifecycle_stage: 'active',
            ...(session.schema.has('experiments', 'creation_time')
              ? { creation_time: now, last_update_time: now }
              : {}),
          }),
        ),
      );
    }
  });
}
