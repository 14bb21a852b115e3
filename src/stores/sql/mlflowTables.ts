import type { Generated } from 'kysely';
import type { Int64 } from '../../base/int64';

/** A boolean column: 0 and 1 on SQLite and MySQL. Written through `SqlDialect.boolean`. */
type SqlBoolean = boolean | number;

/**
 * The columns of MLflow's tables that this store reads or writes, as at the newest revision. Older revisions lack some:
 * ask `SchemaInfo.has` before naming one that is marked with its first revision.
 */
export interface MlflowTables {
  alembic_version: { version_num: string };
  experiments: {
    experiment_id: Generated<Int64>;
    name: string;
    artifact_location: string | null;
    lifecycle_stage: string | null;
    /** 97727af70f4d */
    creation_time: Int64 | null;
    /** 97727af70f4d */
    last_update_time: Int64 | null;
    /** 1b5f0d9ad7c1 */
    workspace: Generated<string>;
  };
  /** df50e92ffc5e */
  experiment_tags: { key: string; value: string | null; experiment_id: Int64 };
  runs: {
    run_uuid: string;
    name: string | null;
    source_type: string | null;
    source_name: string | null;
    entry_point_name: string | null;
    user_id: string | null;
    status: string | null;
    start_time: Int64 | null;
    end_time: Int64 | null;
    source_version: string | null;
    lifecycle_stage: string | null;
    artifact_uri: string | null;
    experiment_id: Int64 | null;
    /** 0c779009ac13 */
    deleted_time: Int64 | null;
  };
  tags: { key: string; value: string | null; run_uuid: string };
  params: { key: string; value: string; run_uuid: string };
  metrics: MetricRow;
  /** 89d4b8295536 */
  latest_metrics: MetricRow;
  /** 7f2a7d5fae7d */
  datasets: {
    dataset_uuid: string;
    experiment_id: Int64;
    name: string;
    digest: string;
    dataset_source_type: string;
    dataset_source: string;
    dataset_schema: string | null;
    dataset_profile: string | null;
  };
  /** 7f2a7d5fae7d */
  inputs: {
    input_uuid: string;
    source_type: string;
    source_id: string;
    destination_type: string;
    destination_id: string;
    /** 6953534de441 */
    step: Generated<Int64>;
  };
  /** 7f2a7d5fae7d */
  input_tags: { input_uuid: string; name: string; value: string };
  /** 400f98739977, as the three that follow */
  logged_models: {
    model_id: string;
    experiment_id: Int64;
    name: string;
    artifact_location: string;
    creation_timestamp_ms: Int64;
    last_updated_timestamp_ms: Int64;
    status: number;
    lifecycle_stage: string | null;
    model_type: string | null;
    source_run_id: string | null;
    status_message: string | null;
  };
  logged_model_params: {
    model_id: string;
    experiment_id: Int64;
    param_key: string;
    param_value: string;
  };
  logged_model_tags: {
    model_id: string;
    experiment_id: Int64;
    tag_key: string;
    tag_value: string;
  };
  logged_model_metrics: {
    model_id: string;
    metric_name: string;
    metric_timestamp_ms: Int64;
    metric_step: Int64;
    metric_value: number | null;
    experiment_id: Int64;
    run_id: string;
    dataset_uuid: string | null;
    dataset_name: string | null;
    dataset_digest: string | null;
  };
}

export interface MetricRow {
  key: string;
  value: number;
  timestamp: Int64;
  run_uuid: string;
  /** 451aebb31d03 */
  step: Int64;
  /** 181f10493468 */
  is_nan: SqlBoolean;
}

export type TableName = keyof MlflowTables;
