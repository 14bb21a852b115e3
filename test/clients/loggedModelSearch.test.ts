import { describe, expect, it } from 'vitest';

import type { TrackingStore } from '../../src/tracking/trackingStore';
import { allPages } from '../contract/expectations';
import { randomModel, randomModelOrder, storeModels } from '../contract/randomModels';
import { seededRandom, type Random } from '../contract/seededRandom';
import { mlflow3, newestMlflow, type MlflowEnvironment } from './mlflowEnvironments';
import { PythonDriver } from './pythonDriver';
import { openOurs, uriIn } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';

/** Set TRACKER_TEST_SEED to repeat a failure; the seed in use stands in the title. */
const SEED = Number(process.env['TRACKER_TEST_SEED'] ?? Date.now() % 1_000_000);
const MODELS = 40;
const SEARCHES = 150;

type Search = ReturnType<typeof randomModelOrder> & { readonly filter: string };

/** What MLflow takes: comparisons that are all true, and of statuses none, which its last release but one cannot compare. */
function mlflowSearch(random: Random): Search {
  const numbers = ['=', '!=', '<', '<=', '>', '>='];
  const comparisons = Array.from({ length: random.below(3) }, () =>
    random.pick([
      () =>
        `metrics.${random.pick(['acc', 'val.acc', '`a/b c`'])} ${random.pick(numbers)} ${random.pick(['0', '0.5', '-1', '2.5'])}`,
      () =>
        `params.depth ${random.pick(['=', '!=', 'LIKE', 'ILIKE'])} '${random.pick(['a', 'A', 'aB%', '%b%', '_'])}'`,
      () => `params.\`größe\` IN ('a', '10')`,
      () =>
        `tags.\`owner tag\` ${random.pick(['LIKE', 'ILIKE', '!='])} '${random.pick(['a%', '9'])}'`,
      () =>
        `model_type ${random.pick(['=', '!=', 'LIKE'])} '${random.pick(['tree', 'Tree', 'n%'])}'`,
      () => `name ILIKE '${random.pick(['model%', '%1_'])}'`,
      () => 'creation_timestamp > 5',
    ])(),
  );
  return { filter: comparisons.join(' AND '), ...randomModelOrder(random) };
}

/**
 * The last MLflow but one looks at every point of a metric where the newest takes the last, and orders by points that the
 * search leaves out: the two agree on models with one point of each metric, and on orders that say their dataset.
 */
function agreesWithOlder({ orderBy, datasets }: Search): boolean {
  return datasets.length === 0 || !orderBy.some(({ fieldName }) => fieldName.startsWith('metrics'));
}

async function expectSameModels(
  store: TrackingStore,
  uri: string,
  python: PythonDriver,
  isNewest: boolean,
): Promise<void> {
  const random = seededRandom(SEED);
  const experimentId = await store.createExperiment({ name: 'random models' });
  const models = Array.from({ length: MODELS }, (_, index) =>
    randomModel(random, index, { pointsOfKey: isNewest ? 3 : 1 }),
  );
  await storeModels(store, experimentId, models);
  const searches = Array.from({ length: SEARCHES }, () => mlflowSearch(random)).filter(
    search => isNewest || agreesWithOlder(search),
  );
  const theirs = await python.ask<string[][]>('search_models', {
    uri,
    experiment_id: experimentId,
    searches: searches.map(({ filter, orderBy, datasets }) => ({
      filter,
      orderBy: orderBy.map(clause => ({
        field_name: clause.fieldName,
        ascending: clause.ascending,
        ...onDataset(clause),
      })),
      datasets: datasets.map(onDataset),
    })),
  });
  let found = 0;
  for (const [index, search] of searches.entries()) {
    const ours = await allPages(pageToken =>
      store.searchLoggedModels({
        ...search,
        experimentIds: [experimentId],
        maxResults: 7,
        ...(pageToken === undefined ? {} : { pageToken }),
      }),
    );
    const names = ours.map(({ name }) => name);
    expect(names, JSON.stringify(search)).toEqual(theirs[index]);
    found += names.length;
  }
  expect(found).toBeGreaterThan(SEARCHES);
}

function onDataset({
  datasetName,
  datasetDigest,
}: {
  datasetName?: string;
  datasetDigest?: string;
}) {
  return {
    ...(datasetName === undefined ? {} : { dataset_name: datasetName }),
    ...(datasetDigest === undefined ? {} : { dataset_digest: datasetDigest }),
  };
}

describe.each([mlflow3, newestMlflow])(
  `a search of logged models gives what MLflow $version gives (seed ${SEED})`,
  (environment: MlflowEnvironment) => {
    const isNewest = environment === newestMlflow;

    it('on SQLite', () =>
      inTemporaryFolder(async folder => {
        const uri = uriIn(folder, 'sqlite');
        const store = await openOurs(uri, environment, folder);
        const python = new PythonDriver(environment, folder);
        try {
          await expectSameModels(store, uri, python, isNewest);
        } finally {
          await python.close();
          await store.close();
        }
      }));
  },
);
