import type { Logger } from '../../base/logger';

export interface OpenSqlStoreOptions {
  readonly logger: Logger;
  /** Relative paths start here, and `mlruns` in it is where artifacts go by default, as in MLflow. */
  readonly workingDir: string;
  /** Path or URI below which new experiments keep their artifacts. */
  readonly artifactRoot?: string;
  /** The MLflow release whose schema a new database gets; `USUAL_MLFLOW` when absent. */
  readonly createSchemaFor?: string;
  /** How long a call waits for a file that another process keeps locked, ms. Default: 20 s, as MLflow. */
  readonly patienceMs?: number;
}
