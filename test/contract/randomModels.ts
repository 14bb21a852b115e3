import type { LoggedModelStatus, Metric } from '../../src/tracking/entities';
import type {
  CreateLoggedModelRequest,
  SearchLoggedModelsRequest,
  TrackingStore,
} from '../../src/tracking/trackingStore';
import {
  maybeQuotedKey,
  numericComparison,
  NUMBERS,
  quoted,
  randomFilter,
  randomPattern,
  textComparison,
  WORDS,
} from './randomSearch';
import type { Random } from './seededRandom';

const METRICS = ['acc', 'val.acc', 'a/b c'] as const;
const PARAMS = ['depth', 'größe'] as const;
const TAGS = ['owner tag'] as const;
const TYPES = ['tree', 'Tree', 'net'] as const;
const STATUSES: readonly LoggedModelStatus[] = [
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
];
const DATASETS = [
  { datasetName: 'iris', datasetDigest: 'd1' },
  { datasetName: 'iris', datasetDigest: 'd2' },
  { datasetName: 'Mnist', datasetDigest: 'd1' },
  {},
] as const;

export interface RandomModel {
  readonly create: Omit<CreateLoggedModelRequest, 'experimentId' | 'sourceRunId'>;
  readonly status: LoggedModelStatus;
  readonly points: readonly Metric[];
}

/** @param options.pointsOfKey at most, of one metric: a second one may be older than the first, and on another dataset. */
export function randomModel(
  random: Random,
  index: number,
  { pointsOfKey }: { readonly pointsOfKey: number },
): RandomModel {
  const texts = (keys: readonly string[]) =>
    keys
      .filter(() => random.chance(0.6))
      .map(key => ({ key, value: random.pick(WORDS.filter(word => word !== '')) }));
  return {
    create: {
      // Settles the order where nothing else does: times and ids differ between stores.
      name: `${random.pick(['Model', 'model', 'größer'])} ${String(index).padStart(3, '0')}`,
      params: texts(PARAMS),
      tags: texts(TAGS),
      ...(random.chance(0.3) ? {} : { modelType: random.pick(TYPES) }),
    },
    status: random.pick(STATUSES),
    points: METRICS.filter(() => random.chance(0.7)).flatMap(key =>
      Array.from({ length: 1 + random.below(pointsOfKey) }, () => ({
        key,
        value: random.pick(NUMBERS),
        // A step and a time of its own: SQL keeps one of two points that differ in value alone.
        step: random.below(1000) - 500,
        timestampMs: 1 + random.below(1000),
        ...random.pick(DATASETS),
      })),
    ),
  };
}

export async function storeModels(
  store: TrackingStore,
  experimentId: string,
  models: readonly RandomModel[],
): Promise<void> {
  const { runId } = (await store.createRun({ experimentId })).info;
  for (const { create, status, points } of models) {
    const { modelId } = await store.createLoggedModel({ ...create, experimentId });
    await store.logBatch(runId, { metrics: points.map(point => ({ ...point, modelId })) });
    if (status !== 'LOGGED_MODEL_PENDING') {
      await store.finalizeLoggedModel(modelId, status);
    }
  }
}

export type RandomModelSearch = Pick<
  SearchLoggedModelsRequest,
  'filter' | 'orderBy' | 'datasets' | 'maxResults'
>;

export function randomModelSearch(random: Random): RandomModelSearch {
  return {
    filter: randomFilter(random, modelComparison),
    ...randomModelOrder(random),
    maxResults: random.pick([3, 10, 1000]),
  };
}

/** An order that ends in the name, and datasets that limit the metrics, or none. */
export function randomModelOrder(
  random: Random,
): Required<Pick<RandomModelSearch, 'orderBy' | 'datasets'>> {
  const fields = [...METRICS.map(key => `metrics.${key}`), 'model_type', 'status'];
  const clauses = Array.from({ length: random.below(3) }, () => random.pick(fields));
  return {
    orderBy: [...new Set(clauses), 'name'].map(fieldName => ({
      fieldName,
      ascending: random.chance(0.5),
      ...(fieldName.startsWith('metrics') && random.chance(0.4) ? randomChoice(random) : {}),
    })),
    datasets: random.chance(0.4) ? [randomChoice(random), randomChoice(random)] : [],
  };
}

function randomChoice(random: Random): { datasetName: string; datasetDigest?: string } {
  const { datasetName, datasetDigest } = random.pick(DATASETS.slice(0, 3)) as {
    datasetName: string;
    datasetDigest: string;
  };
  return random.chance(0.5) ? { datasetName } : { datasetName, datasetDigest };
}

function modelComparison(random: Random): string {
  const key = (name: string) => maybeQuotedKey(random, name);
  const pattern = () => quoted(random, randomPattern(random));
  const metric = () => `metrics.${key(random.pick(METRICS))}`;
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return numericComparison(random, metric(), NUMBERS);
    case 3:
      return `${metric()} IS ${random.pick(['', 'NOT '])}NULL`;
    case 4:
      return textComparison(random, `params.${key(random.pick(PARAMS))}`, pattern);
    case 5:
      return textComparison(random, `tags.${key(random.pick(TAGS))}`, pattern);
    case 6:
      return textComparison(random, 'model_type', () =>
        quoted(random, random.pick(['tree', 'Tree', 'net', '%e', 'T%'])),
      );
    default:
      return random.chance(0.5)
        ? textComparison(random, 'status', () =>
            quoted(random, random.pick(['READY', 'PENDING', 'FAILED', '%ED', 'r%'])),
          )
        : textComparison(random, 'attributes.name', () =>
            quoted(random, random.pick(['Model%', '%1_', 'model 007', 'GRÖSSER%'])),
          );
  }
}
