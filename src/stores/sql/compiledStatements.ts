import type { Int64 } from '../../base/int64';
import type { SchemaInfo } from './schemaInfo';
import type { SqlDialect, SqlSession } from './sqlDialect';

/** Statements of the hot paths, as text with a placeholder for each parameter, in the order given here. */
interface CompiledStatements {
  /** run_uuid */
  readonly findRun: string;
  /** The columns of `NEW_RUN`, in its order. */
  readonly insertRun: string;
  /** key, value, run_uuid */
  readonly insertTag: string;
  /** key, value, run_uuid */
  readonly insertParam: string;
  /** key, value, timestamp, step, is_nan, run_uuid */
  readonly insertMetric: string;
  /** As `insertMetric`. Replaces a point only when (step, timestamp, value) is greater. */
  readonly advanceLatestMetric: string;
}

/** The columns of a run that is made, with what MLflow's server writes for every run since 1.0; much of it lives on in tags. */
export const NEW_RUN = {
  run_uuid: '',
  name: '',
  source_type: 'UNKNOWN',
  source_name: '',
  entry_point_name: '',
  source_version: '',
  user_id: '',
  status: 'RUNNING',
  start_time: 0 as Int64,
  end_time: null as Int64 | null,
  lifecycle_stage: 'active',
  artifact_uri: '',
  experiment_id: 0 as Int64,
};

const cache = new WeakMap<SchemaInfo, CompiledStatements>();

/** Compiles once per schema: building a statement takes longer than SQLite takes to run it. */
export function compiledFor(session: SqlSession): CompiledStatements {
  let statements = cache.get(session.schema);
  if (!statements) {
    statements = compile(session.dialect);
    cache.set(session.schema, statements);
  }
  return statements;
}

function compile(dialect: SqlDialect): CompiledStatements {
  const db = dialect.builder;
  // The values are placeholders; only their order counts.
  const metric = {
    key: '',
    value: 0,
    timestamp: 0,
    step: 0,
    is_nan: dialect.boolean(false),
    run_uuid: '',
  };
  return {
    findRun: db
      .selectFrom('runs')
      .select(['run_uuid', 'lifecycle_stage', 'experiment_id'])
      .where('run_uuid', '=', '')
      .compile().sql,
    insertRun: db.insertInto('runs').values(NEW_RUN).compile().sql,
    insertTag: db.insertInto('tags').values({ key: '', value: '', run_uuid: '' }).compile().sql,
    insertParam: db.insertInto('params').values({ key: '', value: '', run_uuid: '' }).compile().sql,
    insertMetric: dialect.ignoreExisting(db.insertInto('metrics').values(metric)).compile().sql,
    advanceLatestMetric: dialect
      .overwriteExisting(db.insertInto('latest_metrics').values(metric), {
        key: ['key', 'run_uuid'],
        set: ['value', 'timestamp', 'step', 'is_nan'],
        whenGreater: ['step', 'timestamp', 'value'],
      })
      .compile().sql,
  };
}
