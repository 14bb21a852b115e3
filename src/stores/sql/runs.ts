import { randomUUID } from 'node:crypto';
import type { Int64 } from '../../base/int64';
import type { KeyValue, Run, RunId, RunInfo } from '../../tracking/entities';
import { generateRunName } from '../../tracking/runName';
import { TrackingError } from '../../tracking/trackingError';
import type { CreateRunRequest, UpdateRunRequest } from '../../tracking/trackingStore';
import { compareCodePoints } from '../../tracking/search/values';
import { agreedRunName, validateTag } from '../../tracking/validation';
import { appendToLocation } from './artifactLocation';
import { compiledFor, NEW_RUN } from './compiledStatements';
import { findActiveExperiment, lifecycleOfRun } from './experiments';
import { NO_INPUTS } from './runInputs';
import { readDetails, RUN_NAME_TAG, runInfoOf, selectRuns, type RunRow } from './runRows';
import type { SqlSession } from './sqlDialect';

export async function getRun(session: SqlSession, runId: RunId): Promise<Run> {
  const [run] = await readDetails(session, [await findRun(session, runId)], {});
  if (!run) {
    throw new RangeError('One row makes one run');
  }
  return run;
}

async function findRun(session: SqlSession, runId: RunId): Promise<RunRow> {
  const row = await session.first(selectRuns(session).where('runs.run_uuid', '=', runId));
  if (!row) {
    throw unknownRun(runId);
  }
  return row;
}

export function unknownRun(runId: RunId): TrackingError {
  return new TrackingError('RESOURCE_DOES_NOT_EXIST', `Run with id=${runId} not found`);
}

/** Only active runs are written to. @returns why this one is not. */
export function inactiveRun(runId: RunId, stage: string | null): TrackingError | undefined {
  return stage === 'active'
    ? undefined
    : new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `The run ${runId} must be in the 'active' lifecycle_stage. Current state is ${stage ?? 'unknown'}.`,
      );
}

function requireActive(runId: RunId, stage: string | null): void {
  const refusal = inactiveRun(runId, stage);
  if (refusal) {
    throw refusal;
  }
}

export async function createRun(session: SqlSession, request: CreateRunRequest): Promise<Run> {
  const experiment = await findActiveExperiment(session, request.experimentId);
  const tags = new Map((request.tags ?? []).map(tag => [tag.key, validateTag(tag).value]));
  const name = agreedRunName(request.runName, tags.get(RUN_NAME_TAG)) ?? generateRunName();
  tags.set(RUN_NAME_TAG, validateTag({ key: RUN_NAME_TAG, value: name }).value);
  const runId = randomUUID().replaceAll('-', '');
  const row = {
    ...NEW_RUN,
    run_uuid: runId,
    name,
    user_id: request.userId ?? '',
    start_time: request.startTimeMs ?? 0,
    artifact_uri: appendToLocation(experiment.artifact_location ?? '', runId, 'artifacts'),
    experiment_id: experiment.experiment_id,
  };
  const statements = compiledFor(session);
  await session.runForEach(statements.insertRun, [Object.values(row)]);
  await session.runForEach(
    statements.insertTag,
    [...tags].map(([key, value]) => [key, value, runId]),
  );
  return newRun(session, row, tags);
}

/** What reading the run would give, without seven statements: it has no metrics, params, inputs or outputs yet. */
function newRun(
  session: SqlSession,
  row: Omit<RunRow, 'run_name'>,
  tags: ReadonlyMap<string, string>,
): Run {
  return {
    info: runInfoOf(session, { ...row, run_name: tags.get(RUN_NAME_TAG) ?? null }),
    data: {
      metrics: [],
      params: [],
      tags: [...tags]
        .map(([key, value]) => ({ key, value }))
        .sort((a, b) => compareCodePoints(a.key, b.key)),
    },
    ...NO_INPUTS,
  };
}

export async function updateRun(
  session: SqlSession,
  runId: RunId,
  update: UpdateRunRequest,
): Promise<RunInfo> {
  const row = await findRun(session, runId);
  requireActive(runId, row.lifecycle_stage);
  const change = {
    ...(update.status === undefined ? {} : { status: update.status }),
    ...(update.endTimeMs === undefined ? {} : { end_time: update.endTimeMs }),
  };
  if (Object.keys(change).length > 0) {
    await session.run(session.db.updateTable('runs').set(change).where('run_uuid', '=', runId));
  }
  if (update.runName) {
    await renameRun(session, runId, update.runName);
  }
  return runInfoOf(session, await findRun(session, runId));
}

/** The name is kept twice: in the run and in its tag. */
export async function renameRun(session: SqlSession, runId: RunId, name: string): Promise<void> {
  await session.run(session.db.updateTable('runs').set({ name }).where('run_uuid', '=', runId));
  await writeTag(session, runId, validateTag({ key: RUN_NAME_TAG, value: name }));
}

export async function writeTag(session: SqlSession, runId: RunId, tag: KeyValue): Promise<void> {
  await session.run(
    session.dialect.overwriteExisting(
      session.db.insertInto('tags').values({ key: tag.key, value: tag.value, run_uuid: runId }),
      { key: ['key', 'run_uuid'], set: ['value'] },
    ),
  );
}

/** @returns the experiment of the run. */
export async function setRunLifecycle(
  session: SqlSession,
  runId: RunId,
  stage: 'active' | 'deleted',
): Promise<Int64 | null> {
  const row = await findRun(session, runId);
  await session.run(
    session.db
      .updateTable('runs')
      .set(lifecycleOfRun(session, stage))
      .where('run_uuid', '=', runId),
  );
  return row.experiment_id;
}
