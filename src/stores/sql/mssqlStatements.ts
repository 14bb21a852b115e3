/** What is asked of SQL Server beside the statements of the store; see `DatabaseServer`. */
export const mssqlStatements = {
  /** `state` is 1 where a transaction may see one state throughout. */
  snapshotQuery:
    'SELECT snapshot_isolation_state AS state FROM sys.databases WHERE database_id = DB_ID()',
  beginSnapshot: ['SET TRANSACTION ISOLATION LEVEL SNAPSHOT', 'BEGIN TRANSACTION'],
  beginWrite: ['SET TRANSACTION ISOLATION LEVEL READ COMMITTED', 'BEGIN TRANSACTION'],
  /** The server itself ends a transaction that met a deadlock. */
  rollback: 'IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION',
  columnsQuery:
    'SELECT TABLE_NAME AS table_name, COLUMN_NAME AS column_name FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = SCHEMA_NAME()',
  /**
   * What any login may see: how many rows there are, and the states of runs and experiments. A tag that another program
   * overwrites is not seen by this.
   */
  changeQuery:
    "SELECT (SELECT SUM(rows) FROM sys.partitions WHERE index_id < 2 AND object_id IN (OBJECT_ID('metrics'), OBJECT_ID('params'), OBJECT_ID('tags'))) AS amount, (SELECT CHECKSUM_AGG(CHECKSUM(run_uuid, status, end_time, name, lifecycle_stage)) FROM runs) AS runs, (SELECT CHECKSUM_AGG(CHECKSUM(experiment_id, name, lifecycle_stage)) FROM experiments) AS experiments",
  readOnlyQuery:
    "SELECT CASE WHEN DATABASEPROPERTYEX(DB_NAME(), 'Updateability') = 'READ_ONLY' THEN 1 ELSE 0 END AS read_only",
  lockQuery:
    "EXEC sp_getapplock @Resource = 'mlflow-tracker schema', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 60000",
  unlockQuery: "EXEC sp_releaseapplock @Resource = 'mlflow-tracker schema', @LockOwner = 'Session'",
} as const;
