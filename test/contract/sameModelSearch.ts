import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { TrackingStore } from '../../src/tracking/trackingStore';
import { allPages } from './expectations';
import {
  randomModel,
  randomModelSearch,
  storeModels,
  type RandomModelSearch,
} from './randomModels';
import { seededRandom, type Random } from './seededRandom';
import type { Backend, Subject } from './subject';

/** Set TRACKER_TEST_SEED to repeat a failure; the seed in use stands in the title. */
const SEED = Number(process.env['TRACKER_TEST_SEED'] ?? Date.now() % 1_000_000);
const MODELS = 40;
const SEARCHES = 150;

/** The names of the models that a search finds, page by page. */
async function namesOf(
  store: TrackingStore,
  experimentId: string,
  search: RandomModelSearch,
): Promise<readonly string[]> {
  const models = await allPages(pageToken =>
    store.searchLoggedModels({
      ...search,
      experimentIds: [experimentId],
      ...(pageToken === undefined ? {} : { pageToken }),
    }),
  );
  return models.map(({ name }) => name);
}

/** The same logged models in two kinds of store, and random searches that must find the same in both. */
export function sameModelSearch(first: Subject, second: Subject): void {
  describe(`the same search of models: ${first.name}, ${second.name} (seed ${SEED})`, () => {
    const random: Random = seededRandom(SEED);
    const backends: { readonly backend: Backend; readonly experimentId: string }[] = [];

    beforeAll(async () => {
      const models = Array.from({ length: MODELS }, (_, index) =>
        randomModel(random, index, { pointsOfKey: 3 }),
      );
      for (const subject of [first, second]) {
        const backend = await subject.open();
        const experimentId = await backend.store.createExperiment({ name: 'random' });
        backends.push({ backend, experimentId });
        await storeModels(backend.store, experimentId, models);
      }
    });
    afterAll(() => Promise.all(backends.map(({ backend }) => backend.close())));

    it('gives the same models in the same order', async () => {
      let found = 0;
      for (let i = 0; i < SEARCHES; i += 1) {
        const search = randomModelSearch(random);
        const [expected = [], names = []] = await Promise.all(
          backends.map(({ backend, experimentId }) => namesOf(backend.store, experimentId, search)),
        );
        expect(names, `search ${i}, seed ${SEED}: ${JSON.stringify(search)}`).toEqual(expected);
        found += expected.length;
      }
      // The generator would prove nothing if its filters found nothing.
      expect(found).toBeGreaterThan(SEARCHES);
    });
  });
}
