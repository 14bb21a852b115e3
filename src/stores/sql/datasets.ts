import { randomUUID } from 'node:crypto';
import type { Int64 } from '../../base/int64';
import { present } from '../../base/present';
import type {
  DatasetInput,
  ExperimentId,
  KeyValue,
  ModelInput,
  ModelOutput,
  RunId,
} from '../../tracking/entities';
import type { DatasetSummary } from '../../tracking/trackingStore';
import { parseExperimentId } from './experimentIds';
import { findActiveRun } from './logging';
import type { SqlSession } from './sqlDialect';

/** The most summaries that one look-up returns, as in MLflow. */
const MAX_SUMMARIES = 1000;
const CONTEXT_TAG = 'mlflow.data.context';

interface Edge {
  readonly source_type: string;
  readonly source_id: string;
  readonly destination_type: string;
  readonly destination_id: string;
}

/**
 * Links datasets and models to an active run. A dataset is known by name and digest within its experiment: its first
 * source, schema and profile stay; a link that is there keeps its tags. As MLflow.
 * @returns the experiment of the run.
 */
export async function logInputs(
  session: SqlSession,
  runId: RunId,
  datasets: readonly DatasetInput[],
  models: readonly ModelInput[],
): Promise<Int64> {
  const experimentId = await findActiveRun(session, runId);
  session.schema.require('dataset inputs', 'datasets', 'inputs', 'input_tags');
  for (const input of datasets) {
    const edge = {
      source_type: 'DATASET',
      source_id: await findOrInsertDataset(session, experimentId, input),
      destination_type: 'RUN',
      destination_id: runId,
    };
    await link(session, edge, 0, input.tags);
  }
  for (const { modelId } of models) {
    const edge = {
      source_type: 'RUN_INPUT',
      source_id: runId,
      destination_type: 'MODEL_INPUT',
      destination_id: modelId,
    };
    await link(session, edge, 0, []);
  }
  return experimentId;
}

/** @returns the experiment of the run. */
export async function logOutputs(
  session: SqlSession,
  runId: RunId,
  models: readonly ModelOutput[],
): Promise<Int64> {
  const experimentId = await findActiveRun(session, runId);
  session.schema.require('model outputs', 'inputs', 'logged_models');
  for (const { modelId, step } of models) {
    const edge = {
      source_type: 'RUN_OUTPUT',
      source_id: runId,
      destination_type: 'MODEL_OUTPUT',
      destination_id: modelId,
    };
    await link(session, edge, step, []);
  }
  return experimentId;
}

async function findOrInsertDataset(
  session: SqlSession,
  experimentId: Int64,
  { dataset }: DatasetInput,
): Promise<string> {
  const known = await session.first(
    session.db
      .selectFrom('datasets')
      .select('dataset_uuid')
      .where('experiment_id', '=', experimentId)
      .where('name', '=', dataset.name)
      .where('digest', '=', dataset.digest),
  );
  if (known) {
    return known.dataset_uuid;
  }
  const id = newId();
  await session.run(
    session.db.insertInto('datasets').values({
      dataset_uuid: id,
      experiment_id: experimentId,
      name: dataset.name,
      digest: dataset.digest,
      dataset_source_type: dataset.sourceType,
      dataset_source: dataset.source,
      dataset_schema: dataset.schema ?? null,
      dataset_profile: dataset.profile ?? null,
    }),
  );
  return id;
}

async function link(
  session: SqlSession,
  edge: Edge,
  step: Int64,
  tags: readonly KeyValue[],
): Promise<void> {
  const { db, schema } = session;
  const known = await session.first(
    db
      .selectFrom('inputs')
      .select('input_uuid')
      .where('source_type', '=', edge.source_type)
      .where('source_id', '=', edge.source_id)
      .where('destination_type', '=', edge.destination_type)
      .where('destination_id', '=', edge.destination_id),
  );
  if (known) {
    return;
  }
  const id = newId();
  await session.run(
    db.insertInto('inputs').values({
      input_uuid: id,
      ...edge,
      ...(schema.has('inputs', 'step') ? { step } : {}),
    }),
  );
  for (const [name, value] of new Map(tags.map(tag => [tag.key, tag.value]))) {
    await session.run(db.insertInto('input_tags').values({ input_uuid: id, name, value }));
  }
}

/** Every dataset that a run of the experiments used, once for each context. */
export async function searchDatasets(
  session: SqlSession,
  experimentIds: readonly ExperimentId[],
): Promise<DatasetSummary[]> {
  const { db, schema } = session;
  if (experimentIds.length === 0 || !schema.has('inputs') || !schema.has('datasets')) {
    return [];
  }
  const rows = await session.all(
    db
      .selectFrom('datasets')
      .innerJoin('inputs', 'inputs.source_id', 'datasets.dataset_uuid')
      .leftJoin('input_tags', join =>
        join
          .onRef('input_tags.input_uuid', '=', 'inputs.input_uuid')
          .on('input_tags.name', '=', CONTEXT_TAG),
      )
      .where('inputs.source_type', '=', 'DATASET')
      .where(eb =>
        session.dialect.isAmong(
          eb.ref('datasets.experiment_id'),
          experimentIds.map(parseExperimentId),
        ),
      )
      .select([
        'datasets.experiment_id',
        'datasets.name',
        'datasets.digest',
        'input_tags.value as context',
      ])
      .distinct()
      .limit(MAX_SUMMARIES),
  );
  return rows.map(({ experiment_id, name, digest, context }) =>
    present({
      experimentId: String(experiment_id),
      name,
      digest,
      context: context ?? undefined,
    }),
  );
}

function newId(): string {
  return randomUUID().replaceAll('-', '');
}
