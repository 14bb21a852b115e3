import { present } from '../../base/present';
import type {
  DatasetInput,
  KeyValue,
  ModelInput,
  ModelOutput,
  Run,
  RunId,
} from '../../tracking/entities';
import { chunked } from './chunked';
import type { SqlSession } from './sqlDialect';

type InputsAndOutputs = Pick<Run, 'inputs' | 'outputs'>;

/** Of a run without any. */
export const NO_INPUTS: InputsAndOutputs = {
  inputs: { datasets: [], models: [] },
  outputs: { models: [] },
};

/** Reads datasets, input models and output models of runs. @returns a look-up by run. */
export async function readRunInputs(
  session: SqlSession,
  runIds: readonly RunId[],
): Promise<(runId: RunId) => InputsAndOutputs> {
  const found = new Map<
    RunId,
    { datasets: DatasetInput[]; inputModels: ModelInput[]; outputModels: ModelOutput[] }
  >();
  const of = (runId: RunId) => {
    const known = found.get(runId) ?? { datasets: [], inputModels: [], outputModels: [] };
    found.set(runId, known);
    return known;
  };
  if (session.schema.has('inputs') && session.schema.has('datasets')) {
    for (const ids of chunked(runIds)) {
      for (const [runId, input] of await readDatasets(session, ids)) {
        of(runId).datasets.push(input);
      }
      for (const { source_id, source_type, destination_id, step } of await readModels(
        session,
        ids,
      )) {
        if (source_type === 'RUN_INPUT') {
          of(source_id).inputModels.push({ modelId: destination_id });
        } else {
          of(source_id).outputModels.push({ modelId: destination_id, step: step ?? 0 });
        }
      }
    }
  }
  return runId => {
    const run = found.get(runId);
    return run
      ? {
          inputs: { datasets: run.datasets, models: run.inputModels },
          outputs: { models: run.outputModels },
        }
      : NO_INPUTS;
  };
}

async function readDatasets(
  session: SqlSession,
  runIds: readonly RunId[],
): Promise<readonly (readonly [RunId, DatasetInput])[]> {
  const rows = await session.all(
    session.db
      .selectFrom('inputs')
      .innerJoin('datasets', 'datasets.dataset_uuid', 'inputs.source_id')
      .where('inputs.source_type', '=', 'DATASET')
      .where('inputs.destination_type', '=', 'RUN')
      .where('inputs.destination_id', 'in', runIds)
      .select([
        'inputs.input_uuid',
        'inputs.destination_id',
        'datasets.name',
        'datasets.digest',
        'datasets.dataset_source_type',
        'datasets.dataset_source',
        'datasets.dataset_schema',
        'datasets.dataset_profile',
      ])
      .orderBy(eb => session.dialect.byCodePoints(eb.ref('datasets.name')))
      .orderBy(eb => session.dialect.byCodePoints(eb.ref('datasets.digest'))),
  );
  const tags = await readInputTags(
    session,
    rows.map(row => row.input_uuid),
  );
  return rows.map(row => [
    row.destination_id,
    {
      dataset: present({
        name: row.name,
        digest: row.digest,
        sourceType: row.dataset_source_type,
        source: row.dataset_source,
        schema: row.dataset_schema ?? undefined,
        profile: row.dataset_profile ?? undefined,
      }),
      tags: tags.get(row.input_uuid) ?? [],
    },
  ]);
}

async function readInputTags(
  session: SqlSession,
  inputIds: readonly string[],
): Promise<ReadonlyMap<string, KeyValue[]>> {
  const tags = new Map<string, KeyValue[]>();
  if (!session.schema.has('input_tags')) {
    return tags;
  }
  for (const ids of chunked(inputIds)) {
    const rows = await session.all(
      session.db
        .selectFrom('input_tags')
        .select(['input_uuid', 'name', 'value'])
        .where('input_uuid', 'in', ids)
        .orderBy(eb => session.dialect.byCodePoints(eb.ref('name'))),
    );
    for (const { input_uuid, name, value } of rows) {
      const known = tags.get(input_uuid) ?? [];
      known.push({ key: name, value });
      tags.set(input_uuid, known);
    }
  }
  return tags;
}

function readModels(session: SqlSession, runIds: readonly RunId[]) {
  return session.all(
    session.db
      .selectFrom('inputs')
      .select(['source_id', 'source_type', 'destination_id'])
      .$if(session.schema.has('inputs', 'step'), query => query.select('step'))
      .where('source_type', 'in', ['RUN_INPUT', 'RUN_OUTPUT'])
      .where('source_id', 'in', runIds)
      .where('destination_type', 'in', ['MODEL_INPUT', 'MODEL_OUTPUT']),
  );
}
