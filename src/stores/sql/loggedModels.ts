import { randomUUID } from 'node:crypto';
import type { KeyValue, LoggedModel, LoggedModelStatus, ModelId } from '../../tracking/entities';
import { generateRunName } from '../../tracking/runName';
import { TrackingError } from '../../tracking/trackingError';
import type { CreateLoggedModelRequest } from '../../tracking/trackingStore';
import { validateModelName, validateParam, validateTag } from '../../tracking/validation';
import { appendToLocation } from './artifactLocation';
import { findActiveExperiment } from './experiments';
import {
  selectModels,
  STATUS_NUMBERS,
  unknownModel,
  withDetails,
  type ModelRow,
} from './loggedModelRows';
import type { SqlSession } from './sqlDialect';

export async function getLoggedModel(session: SqlSession, modelId: ModelId): Promise<LoggedModel> {
  const [model] = await withDetails(session, [await findModel(session, modelId)]);
  if (!model) {
    throw new RangeError('One row makes one model');
  }
  return model;
}

async function findModel(session: SqlSession, modelId: ModelId): Promise<ModelRow> {
  const row = await session.first(selectModels(session).where('model_id', '=', modelId));
  if (!row) {
    throw unknownModel(modelId);
  }
  return row;
}

export async function createLoggedModel(
  session: SqlSession,
  request: CreateLoggedModelRequest,
): Promise<LoggedModel> {
  if (request.name) {
    validateModelName(request.name);
  }
  session.schema.require('logged models', 'logged_models');
  const experiment = await findActiveExperiment(session, request.experimentId);
  const modelId = `m-${randomUUID().replaceAll('-', '')}`;
  const now = Date.now();
  await session.run(
    session.db.insertInto('logged_models').values({
      model_id: modelId,
      experiment_id: experiment.experiment_id,
      name: request.name || generateRunName(),
      artifact_location: appendToLocation(
        experiment.artifact_location ?? '',
        'models',
        modelId,
        'artifacts',
      ),
      creation_timestamp_ms: now,
      last_updated_timestamp_ms: now,
      status: STATUS_NUMBERS.LOGGED_MODEL_PENDING,
      lifecycle_stage: 'active',
      model_type: request.modelType ?? null,
      source_run_id: request.sourceRunId ?? null,
      status_message: null,
    }),
  );
  await logLoggedModelParams(session, modelId, request.params ?? []);
  return setLoggedModelTags(session, modelId, request.tags ?? []);
}

export async function finalizeLoggedModel(
  session: SqlSession,
  modelId: ModelId,
  status: LoggedModelStatus,
): Promise<LoggedModel> {
  await updateModel(session, modelId, { status: STATUS_NUMBERS[status] });
  return getLoggedModel(session, modelId);
}

export async function deleteLoggedModel(session: SqlSession, modelId: ModelId): Promise<void> {
  await updateModel(session, modelId, { lifecycle_stage: 'deleted' });
}

async function updateModel(
  session: SqlSession,
  modelId: ModelId,
  change: { readonly status?: number; readonly lifecycle_stage?: string },
): Promise<void> {
  await findModel(session, modelId);
  await session.run(
    session.db
      .updateTable('logged_models')
      .set({ ...change, last_updated_timestamp_ms: Date.now() })
      .where('model_id', '=', modelId),
  );
}

export async function setLoggedModelTags(
  session: SqlSession,
  modelId: ModelId,
  tags: readonly KeyValue[],
): Promise<LoggedModel> {
  const checked = tags.map(tag => validateTag(tag));
  const { experiment_id } = await findModel(session, modelId);
  for (const { key, value } of checked) {
    await session.run(
      session.dialect.overwriteExisting(
        session.db
          .insertInto('logged_model_tags')
          .values({ model_id: modelId, experiment_id, tag_key: key, tag_value: value }),
        { key: ['model_id', 'tag_key'], set: ['tag_value'] },
      ),
    );
  }
  return getLoggedModel(session, modelId);
}

export async function deleteLoggedModelTag(
  session: SqlSession,
  modelId: ModelId,
  key: string,
): Promise<void> {
  await findModel(session, modelId);
  const deleted = await session.run(
    session.db
      .deleteFrom('logged_model_tags')
      .where('model_id', '=', modelId)
      .where(eb => session.dialect.equals(eb.ref('tag_key'), key)),
  );
  if (deleted === 0) {
    throw new TrackingError(
      'RESOURCE_DOES_NOT_EXIST',
      `No tag with key '${key}' found for model with ID '${modelId}'.`,
    );
  }
}

export async function logLoggedModelParams(
  session: SqlSession,
  modelId: ModelId,
  params: readonly KeyValue[],
): Promise<void> {
  const checked = params.map(param => validateParam(param));
  const { experiment_id } = await findModel(session, modelId);
  for (const { key, value } of checked) {
    await session.run(
      session.dialect.overwriteExisting(
        session.db
          .insertInto('logged_model_params')
          .values({ model_id: modelId, experiment_id, param_key: key, param_value: value }),
        { key: ['model_id', 'param_key'], set: ['param_value'] },
      ),
    );
  }
}
