import type { Int64 } from '../../base/int64';
import { present } from '../../base/present';
import type {
  Experiment,
  ExperimentId,
  KeyValue,
  LifecycleStage,
  ViewType,
} from '../../tracking/entities';
import { compareCodePoints } from '../../tracking/search/values';
import { TrackingError } from '../../tracking/trackingError';
import type { CreateExperimentRequest } from '../../tracking/trackingStore';
import {
  validateArtifactLocation,
  validateExperimentName,
  validateExperimentTag,
} from '../../tracking/validation';
import { absoluteLocation, appendToLocation } from './artifactLocation';
import { chunked } from './chunked';
import { parseExperimentId } from './experimentIds';
import type { SqlSession } from './sqlDialect';

/** The workspace that clients without workspaces see (MLflow 3.10 and later). */
const DEFAULT_WORKSPACE = 'default';

export interface ExperimentRow {
  readonly experiment_id: Int64;
  readonly name: string;
  readonly artifact_location: string | null;
  readonly lifecycle_stage: string | null;
  readonly creation_time?: Int64 | null;
  readonly last_update_time?: Int64 | null;
}

/** Selects from `experiments` what every revision has, limited to the default workspace where there are several. */
export function selectExperiments({ db, schema }: SqlSession) {
  return db
    .selectFrom('experiments')
    .select([
      'experiments.experiment_id',
      'experiments.name',
      'experiments.artifact_location',
      'experiments.lifecycle_stage',
    ])
    .$if(schema.has('experiments', 'creation_time'), query =>
      query.select(['experiments.creation_time', 'experiments.last_update_time']),
    )
    .$if(schema.has('experiments', 'workspace'), query =>
      query.where('experiments.workspace', '=', DEFAULT_WORKSPACE),
    );
}

export function stagesOf(viewType: ViewType = 'ACTIVE_ONLY'): readonly LifecycleStage[] {
  switch (viewType) {
    case 'ACTIVE_ONLY':
      return ['active'];
    case 'DELETED_ONLY':
      return ['deleted'];
    case 'ALL':
      return ['active', 'deleted'];
  }
}

/** Turns rows into experiments with their tags. */
export async function withTags(
  session: SqlSession,
  rows: readonly ExperimentRow[],
): Promise<Experiment[]> {
  const tags = await readTags(session, rows);
  return rows.map(row =>
    present({
      experimentId: String(row.experiment_id),
      name: row.name,
      artifactLocation: row.artifact_location ?? '',
      lifecycleStage:
        row.lifecycle_stage === 'deleted' ? ('deleted' as const) : ('active' as const),
      creationTimeMs: timeOf(session, row, 'creation_time'),
      lastUpdateTimeMs: timeOf(session, row, 'last_update_time'),
      tags: tags.get(row.experiment_id) ?? [],
    }),
  );
}

function timeOf(
  { problems }: SqlSession,
  row: ExperimentRow,
  column: 'creation_time' | 'last_update_time',
): Int64 | undefined {
  return problems.int64(row[column] ?? null, 'experiments', String(row.experiment_id), column);
}

async function readTags(
  session: SqlSession,
  experiments: readonly ExperimentRow[],
): Promise<Map<Int64, KeyValue[]>> {
  const tags = new Map<Int64, KeyValue[]>();
  if (!session.schema.has('experiment_tags')) {
    return tags;
  }
  for (const ids of chunked(experiments.map(row => row.experiment_id))) {
    const rows = await session.all(
      session.db
        .selectFrom('experiment_tags')
        .select(['experiment_id', 'key', 'value'])
        .where('experiment_id', 'in', ids),
    );
    for (const { experiment_id, key, value } of rows) {
      const known = tags.get(experiment_id) ?? [];
      known.push({ key, value: value ?? '' });
      tags.set(experiment_id, known);
    }
  }
  for (const list of tags.values()) {
    list.sort((a, b) => compareCodePoints(a.key, b.key));
  }
  return tags;
}

async function findExperiment(
  session: SqlSession,
  experimentId: ExperimentId,
  viewType: ViewType,
): Promise<ExperimentRow> {
  const row = await session.first(
    selectExperiments(session)
      .where('experiment_id', '=', parseExperimentId(experimentId))
      .where('lifecycle_stage', 'in', stagesOf(viewType)),
  );
  if (!row) {
    throw new TrackingError(
      'RESOURCE_DOES_NOT_EXIST',
      `No Experiment with id=${experimentId} exists`,
    );
  }
  return row;
}

/** An experiment that takes runs, models and tags. */
export async function findActiveExperiment(
  session: SqlSession,
  experimentId: ExperimentId,
): Promise<ExperimentRow> {
  const row = await findExperiment(session, experimentId, 'ALL');
  if (row.lifecycle_stage !== 'active') {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The experiment ${experimentId} must be in the 'active' state. Current state is ${row.lifecycle_stage}.`,
    );
  }
  return row;
}

async function single(session: SqlSession, row: ExperimentRow): Promise<Experiment> {
  const [experiment] = await withTags(session, [row]);
  if (!experiment) {
    throw new RangeError('One row makes one experiment');
  }
  return experiment;
}

export async function getExperiment(session: SqlSession, id: ExperimentId): Promise<Experiment> {
  return single(session, await findExperiment(session, id, 'ALL'));
}

export async function getExperimentByName(session: SqlSession, name: string): Promise<Experiment> {
  const row = await findByName(session, name);
  if (!row) {
    throw new TrackingError(
      'RESOURCE_DOES_NOT_EXIST',
      `Could not find experiment with name '${name}'`,
    );
  }
  return single(session, row);
}

function findByName(session: SqlSession, name: string): Promise<ExperimentRow | undefined> {
  return session.first(
    selectExperiments(session).where(eb =>
      session.dialect.equals(eb.ref('experiments.name'), name),
    ),
  );
}

/** @param options.artifactRoot below which experiments without a location of their own get one. */
export async function createExperiment(
  session: SqlSession,
  request: CreateExperimentRequest,
  options: { readonly artifactRoot: string; readonly workingDir: string },
): Promise<ExperimentId> {
  const { name, tags = [] } = request;
  validateExperimentName(name);
  tags.forEach(validateExperimentTag);
  const location = request.artifactLocation
    ? absoluteLocation(request.artifactLocation, options.workingDir)
    : undefined;
  if (location !== undefined) {
    validateArtifactLocation(location);
  }
  await refuseTakenName(session, name);
  const { db, schema } = session;
  const now = Date.now();
  await session.run(
    db.insertInto('experiments').values({
      name,
      lifecycle_stage: 'active',
      artifact_location: location ?? '',
      ...(schema.has('experiments', 'creation_time')
        ? { creation_time: now, last_update_time: now }
        : {}),
    }),
  );
  const id = (await findByName(session, name))?.experiment_id;
  if (id === undefined) {
    throw new TrackingError('INTERNAL_ERROR', `The experiment '${name}' was not stored.`);
  }
  if (location === undefined) {
    await session.run(
      db
        .updateTable('experiments')
        .set({ artifact_location: appendToLocation(options.artifactRoot, String(id)) })
        .where('experiment_id', '=', id),
    );
  }
  for (const tag of tags) {
    await writeExperimentTag(session, id, tag);
  }
  return String(id);
}

async function refuseTakenName(session: SqlSession, name: string): Promise<void> {
  const row = await findByName(session, name);
  if (row) {
    throw new TrackingError(
      'RESOURCE_ALREADY_EXISTS',
      row.lifecycle_stage === 'deleted'
        ? `Experiment '${name}' already exists in deleted state. You can restore the experiment, or permanently delete it to create a new one.`
        : `Experiment(name=${name}) already exists.`,
    );
  }
}

export async function renameExperiment(
  session: SqlSession,
  experimentId: ExperimentId,
  name: string,
): Promise<void> {
  validateExperimentName(name);
  const row = await findExperiment(session, experimentId, 'ALL');
  if (row.lifecycle_stage !== 'active') {
    throw new TrackingError('INVALID_PARAMETER_VALUE', 'Cannot rename a non-active experiment.');
  }
  const taken = await findByName(session, name);
  if (taken && taken.experiment_id !== row.experiment_id) {
    throw new TrackingError('BAD_REQUEST', `Experiment(name=${name}) already exists.`);
  }
  await updateExperiment(session, row.experiment_id, { name });
}

export async function deleteExperiment(session: SqlSession, id: ExperimentId): Promise<void> {
  const { experiment_id } = await findExperiment(session, id, 'ACTIVE_ONLY');
  await updateExperiment(session, experiment_id, { lifecycle_stage: 'deleted' });
  await session.run(
    session.db
      .updateTable('runs')
      .set(lifecycleOfRun(session, 'deleted'))
      .where('experiment_id', '=', experiment_id),
  );
}

/** Brings back every run of the experiment, also those that were deleted before it, as MLflow does. */
export async function restoreExperiment(session: SqlSession, id: ExperimentId): Promise<void> {
  const { experiment_id } = await findExperiment(session, id, 'DELETED_ONLY');
  await updateExperiment(session, experiment_id, { lifecycle_stage: 'active' });
  await session.run(
    session.db
      .updateTable('runs')
      .set(lifecycleOfRun(session, 'active'))
      .where('experiment_id', '=', experiment_id),
  );
}

/** What deleting or restoring sets in `runs`. */
export function lifecycleOfRun({ schema }: SqlSession, stage: LifecycleStage) {
  return {
    lifecycle_stage: stage,
    ...(schema.has('runs', 'deleted_time')
      ? { deleted_time: stage === 'deleted' ? Date.now() : null }
      : {}),
  };
}

async function updateExperiment(
  session: SqlSession,
  id: Int64,
  change: { readonly name?: string; readonly lifecycle_stage?: LifecycleStage },
): Promise<void> {
  await session.run(
    session.db
      .updateTable('experiments')
      .set({
        ...change,
        ...(session.schema.has('experiments', 'last_update_time')
          ? { last_update_time: Date.now() }
          : {}),
      })
      .where('experiment_id', '=', id),
  );
}

export async function setExperimentTag(
  session: SqlSession,
  experimentId: ExperimentId,
  tag: KeyValue,
): Promise<void> {
  validateExperimentTag(tag);
  const { experiment_id } = await findActiveExperiment(session, experimentId);
  await writeExperimentTag(session, experiment_id, tag);
}

async function writeExperimentTag(session: SqlSession, id: Int64, tag: KeyValue): Promise<void> {
  session.schema.require('experiment tags', 'experiment_tags');
  await session.run(
    session.dialect.overwriteExisting(
      session.db
        .insertInto('experiment_tags')
        .values({ experiment_id: id, key: tag.key, value: tag.value }),
      { key: ['key', 'experiment_id'], set: ['value'] },
    ),
  );
}

export async function deleteExperimentTag(
  session: SqlSession,
  experimentId: ExperimentId,
  key: string,
): Promise<void> {
  const { experiment_id } = await findActiveExperiment(session, experimentId);
  session.schema.require('experiment tags', 'experiment_tags');
  const deleted = await session.run(
    session.db
      .deleteFrom('experiment_tags')
      .where('experiment_id', '=', experiment_id)
      .where(eb => session.dialect.equals(eb.ref('key'), key)),
  );
  if (deleted === 0) {
    throw new TrackingError(
      'RESOURCE_DOES_NOT_EXIST',
      `No tag with name: ${key} in experiment with id ${experimentId}`,
    );
  }
}
