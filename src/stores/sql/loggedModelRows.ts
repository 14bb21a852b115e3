import { sql } from 'kysely';
import type { Int64 } from '../../base/int64';
import { present } from '../../base/present';
import type { KeyValue, LoggedModel, LoggedModelStatus, ModelId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import { chunked } from './chunked';
import type { SqlSession } from './sqlDialect';

/** The numbers that the column `status` holds. */
export const STATUS_NUMBERS: Readonly<Record<LoggedModelStatus, number>> = {
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
};
const STATUSES = Object.keys(STATUS_NUMBERS) as readonly LoggedModelStatus[];

export interface ModelRow {
  readonly model_id: string;
  readonly experiment_id: Int64;
  readonly name: string;
  readonly artifact_location: string;
  readonly creation_timestamp_ms: Int64;
  readonly last_updated_timestamp_ms: Int64;
  readonly status: number;
  readonly model_type: string | null;
  readonly source_run_id: string | null;
  readonly status_message: string | null;
}

/** The models that are not deleted. Throws NOT_IMPLEMENTED when the schema is older than MLflow 3.0. */
export function selectModels({ db, schema }: SqlSession) {
  schema.require('logged models', 'logged_models', 'logged_model_params', 'logged_model_tags');
  return db
    .selectFrom('logged_models')
    .select([
      'model_id',
      'experiment_id',
      'name',
      'artifact_location',
      'creation_timestamp_ms',
      'last_updated_timestamp_ms',
      'status',
      'model_type',
      'source_run_id',
      'status_message',
    ])
    .where(eb => eb(eb.fn.coalesce('lifecycle_stage', eb.val('active')), '!=', 'deleted'));
}

export function unknownModel(modelId: ModelId): TrackingError {
  return new TrackingError(
    'RESOURCE_DOES_NOT_EXIST',
    `Logged model with ID '${modelId}' not found.`,
  );
}

/** Turns rows into models with their params, tags and latest metrics. */
export async function withDetails(
  session: SqlSession,
  rows: readonly ModelRow[],
): Promise<LoggedModel[]> {
  const { db, schema } = session;
  const params = new Map<ModelId, KeyValue[]>();
  const tags = new Map<ModelId, KeyValue[]>();
  const metrics = new Map<ModelId, LoggedModel['metrics'][number][]>();
  for (const ids of chunked(rows.map(row => row.model_id))) {
    const paramRows = await session.all(
      db
        .selectFrom('logged_model_params')
        .select(['model_id', 'param_key', 'param_value'])
        .where('model_id', 'in', ids)
        .orderBy(eb => session.dialect.byCodePoints(eb.ref('param_key'))),
    );
    for (const { model_id, param_key, param_value } of paramRows) {
      append(params, model_id, { key: param_key, value: param_value });
    }
    const tagRows = await session.all(
      db
        .selectFrom('logged_model_tags')
        .select(['model_id', 'tag_key', 'tag_value'])
        .where('model_id', 'in', ids)
        .orderBy(eb => session.dialect.byCodePoints(eb.ref('tag_key'))),
    );
    for (const { model_id, tag_key, tag_value } of tagRows) {
      append(tags, model_id, { key: tag_key, value: tag_value });
    }
    if (schema.has('logged_model_metrics')) {
      for (const [modelId, metric] of await readLatestMetrics(session, ids)) {
        append(metrics, modelId, metric);
      }
    }
  }
  return rows.map(row =>
    present({
      modelId: row.model_id,
      experimentId: String(row.experiment_id),
      name: row.name,
      creationTimestampMs: row.creation_timestamp_ms,
      lastUpdatedTimestampMs: row.last_updated_timestamp_ms,
      artifactUri: row.artifact_location,
      status: STATUSES.find(name => STATUS_NUMBERS[name] === row.status) ?? 'LOGGED_MODEL_PENDING',
      statusMessage: row.status_message ?? undefined,
      modelType: row.model_type ?? undefined,
      sourceRunId: row.source_run_id ?? undefined,
      tags: tags.get(row.model_id) ?? [],
      params: params.get(row.model_id) ?? [],
      metrics: metrics.get(row.model_id) ?? [],
    }),
  );
}

/** The latest point of each key and dataset of each model. */
async function readLatestMetrics(
  session: SqlSession,
  modelIds: readonly ModelId[],
): Promise<readonly (readonly [ModelId, LoggedModel['metrics'][number]])[]> {
  const { db, dialect } = session;
  const numbered = db
    .selectFrom('logged_model_metrics')
    .select([
      'model_id',
      'metric_name',
      'metric_timestamp_ms',
      'metric_step',
      'metric_value',
      'run_id',
      'dataset_name',
      'dataset_digest',
    ])
    .select(eb =>
      sql<Int64>`row_number() over (partition by ${eb.ref('model_id')}, ${dialect.byCodePoints(eb.ref('metric_name'))}, ${dialect.byCodePoints(eb.ref('dataset_name'))}, ${dialect.byCodePoints(eb.ref('dataset_digest'))} order by ${eb.ref('metric_step')} desc, ${eb.ref('metric_timestamp_ms')} desc, ${eb.ref('metric_value')} desc)`.as(
        'newest_first',
      ),
    )
    .where('model_id', 'in', modelIds)
    .as('numbered');
  const rows = await session.all(
    db
      .selectFrom(numbered)
      .selectAll()
      .where('newest_first', '=', 1)
      .orderBy(eb => dialect.byCodePoints(eb.ref('metric_name'))),
  );
  return rows.map(row => [
    row.model_id,
    present({
      key: row.metric_name,
      value: row.metric_value ?? Number.NaN,
      timestampMs: row.metric_timestamp_ms,
      step: row.metric_step,
      modelId: row.model_id,
      datasetName: row.dataset_name ?? undefined,
      datasetDigest: row.dataset_digest ?? undefined,
      runId: row.run_id,
    }),
  ]);
}

function append<T>(lists: Map<ModelId, T[]>, modelId: ModelId, item: T): void {
  const list = lists.get(modelId);
  if (list) {
    list.push(item);
  } else {
    lists.set(modelId, [item]);
  }
}
