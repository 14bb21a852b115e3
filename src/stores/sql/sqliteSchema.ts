import { TrackingError } from '../../tracking/trackingError';
import { schemaForMlflow, statementsOf } from './schema/capturedSchemas';
import { SchemaInfo } from './schemaInfo';
import type { SqliteConnection } from './sqliteConnection';

/** Reads which tables and columns there are, and the revision. */
export function readSqliteSchema(connection: SqliteConnection): SchemaInfo {
  const columns = new Map<string, Set<string>>();
  for (const row of connection.all(
    "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
  )) {
    const table = String(row['table_name']);
    const known = columns.get(table) ?? new Set();
    columns.set(table, known.add(String(row['column_name'])));
  }
  const schema = new SchemaInfo(undefined, columns);
  return new SchemaInfo(readSqliteRevision(connection, schema), columns);
}

export function readSqliteRevision(
  connection: SqliteConnection,
  schema: SchemaInfo,
): string | undefined {
  if (!schema.has('alembic_version')) {
    return undefined;
  }
  const [row] = connection.all('SELECT version_num FROM alembic_version');
  return row ? String(row['version_num']) : undefined;
}

/** A number that differs when another connection has committed. */
export function readDataVersion(connection: SqliteConnection): number {
  return Number(connection.all('PRAGMA data_version')[0]?.['data_version']);
}

/** A number that differs when a table has been added, dropped or altered. */
export function readSchemaVersion(connection: SqliteConnection): number {
  return Number(connection.all('PRAGMA schema_version')[0]?.['schema_version']);
}

/**
 * Makes exactly the tables and rows that the given MLflow makes in an empty database, but for the experiment `Default`.
 * Call inside a transaction.
 * @param mlflowVersion such as `2.22.5`; `USUAL_MLFLOW` when absent.
 */
export function createSqliteSchema(
  connection: SqliteConnection,
  mlflowVersion: string | undefined,
): void {
  const captured = schemaForMlflow(mlflowVersion);
  for (const statement of statementsOf(captured)) {
    connection.exec(statement);
  }
  connection.run('INSERT INTO alembic_version (version_num) VALUES (?)', [captured.revision]);
  for (const [table, rows] of Object.entries(captured.seeds)) {
    for (const row of rows) {
      const names = Object.keys(row)
        .map(name => `"${name}"`)
        .join(', ');
      const marks = Object.keys(row)
        .map(() => '?')
        .join(', ');
      connection.run(`INSERT INTO "${table}" (${names}) VALUES (${marks})`, Object.values(row));
    }
  }
}

/**
 * Makes the experiment `Default`, number 0, when there is no experiment, as MLflow does when it opens a database.
 * @returns whether there was one already.
 */
export function makeDefaultExperiment(
  connection: SqliteConnection,
  schema: SchemaInfo,
  artifactLocation: string,
): boolean {
  if (connection.all('SELECT 1 FROM experiments LIMIT 1').length > 0) {
    return true;
  }
  connection.run(
    "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage) VALUES (0, 'Default', ?, 'active')",
    [artifactLocation],
  );
  if (schema.has('experiments', 'creation_time')) {
    const now = Date.now();
    connection.run('UPDATE experiments SET creation_time = ?, last_update_time = ?', [now, now]);
  }
  return false;
}

/** Throws INVALID_PARAMETER_VALUE for a database of something else than MLflow's tracking. */
export function requireMlflowSchema(schema: SchemaInfo, path: string): void {
  if (!schema.isEmpty && !schema.isMlflow) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `${path} is a SQLite database without MLflow's tracking tables; choose another file.`,
    );
  }
}
