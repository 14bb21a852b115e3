import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { TrackingStore } from '../../src/tracking/trackingStore';
import { TrackingError } from '../../src/tracking/trackingError';
import { allPages, asRecord } from './expectations';
import {
  EXPERIMENT_NAMES,
  experimentComparison,
  randomFilter,
  randomOrderBy,
  randomRun,
} from './randomSearch';
import { seededRandom, type Random } from './seededRandom';
import type { Backend, Subject } from './subject';

/** Set TRACKER_TEST_SEED to repeat a failure; the seed in use stands in the title. */
const SEED = Number(process.env['TRACKER_TEST_SEED'] ?? Date.now() % 1_000_000);
const RUNS = 60;
const SEARCHES = 120;

/** What pages give, as names, which are equal in all stores while ids are not; an error as its code. */
async function answer<T>(
  page: Parameters<typeof allPages<T>>[0],
  nameOf: (item: T) => string,
): Promise<readonly string[]> {
  try {
    return (await allPages(page)).map(nameOf);
  } catch (error) {
    if (TrackingError.is(error)) {
      return [error.code];
    }
    throw error;
  }
}

/** The same content in several kinds of store, and random searches that must find the same in all, however paged. */
export function sameSearch(subjects: readonly Subject[]): void {
  const names = subjects.map(subject => subject.name).join(', ');
  describe(`the same search: ${names} (seed ${SEED})`, () => {
    const random: Random = seededRandom(SEED);
    const backends: Backend[] = [];
    const experimentIds: string[] = [];
    const everywhere = <T>(job: (store: TrackingStore, experimentId: string) => Promise<T>) =>
      Promise.all(backends.map(({ store }, which) => job(store, experimentIds[which] ?? '')));

    beforeAll(async () => {
      for (const subject of subjects) {
        const backend = await subject.open();
        backends.push(backend);
        experimentIds.push(await backend.store.createExperiment({ name: 'random' }));
      }
      for (let i = 0; i < RUNS; i += 1) {
        const { create, batches, inputs, update, deleted } = randomRun(random, i);
        await everywhere(async (store, experimentId) => {
          const { runId } = (await store.createRun({ ...create, experimentId })).info;
          for (const batch of batches) {
            await store.logBatch(runId, batch);
          }
          await store.logInputs(runId, inputs);
          await store.updateRun(runId, update);
          if (deleted) {
            await store.deleteRun(runId);
          }
        });
      }
    });
    afterAll(() => Promise.all(backends.map(backend => backend.close())));

    /** @returns how much was found: a generator whose filters find nothing would prove nothing. */
    const expectSame = async (
      search: string,
      find: (
        store: TrackingStore,
        experimentId: string,
        whole: boolean,
      ) => Promise<readonly string[]>,
    ) => {
      const whole = await everywhere((store, id) => find(store, id, true));
      const paged = await everywhere((store, id) => find(store, id, false));
      for (const found of [...whole, ...paged]) {
        expect(found, `${search}, seed ${SEED}`).toEqual(whole[0]);
      }
      return whole[0]?.length ?? 0;
    };

    it('gives the same runs in the same order, or the same error', async () => {
      let found = 0;
      for (let i = 0; i < SEARCHES; i += 1) {
        const filter = randomFilter(random);
        const orderBy = randomOrderBy(random);
        const size = random.pick([3, 10, 25]);
        found += await expectSame(
          `runs ${i}: ${filter} ORDER BY ${orderBy.join(', ')}`,
          (store, id, whole) => {
            const request = {
              experimentIds: [id],
              filter,
              orderBy,
              maxResults: whole ? 1000 : size,
            };
            return answer(
              pageToken => store.searchRuns(withToken(request, pageToken)),
              run => run.info.runName,
            );
          },
        );
      }
      expect(found).toBeGreaterThan(SEARCHES);
    });

    it('gives the same experiments', async () => {
      for (let i = 0; i < 24; i += 1) {
        // In MySQL the unique index takes names for one that differ by case alone.
        const name = `${random.pick(EXPERIMENT_NAMES)} ${i}`;
        const tags = ['team tag', 'stage']
          .filter(() => random.chance(0.6))
          .map(key => ({ key, value: random.pick(['a', 'A', 'a ', '', 'a%', 'ünï', 'z🎲']) }));
        await everywhere(store => store.createExperiment({ name, tags }));
      }
      let found = 0;
      for (let i = 0; i < SEARCHES / 4; i += 1) {
        const filter = randomFilter(random, experimentComparison);
        const orderBy = [random.pick(['name', 'name DESC', 'attribute.name asc'])];
        found += await expectSame(
          `experiments ${i}: ${filter} ORDER BY ${orderBy.join()}`,
          (store, _, whole) => {
            const request = { filter, orderBy, maxResults: whole ? 1000 : 5 };
            return answer(
              pageToken => store.searchExperiments(withToken(request, pageToken)),
              experiment => experiment.name,
            );
          },
        );
      }
      expect(found).toBeGreaterThan(SEARCHES / 4);
    });

    it('reads back the same runs', async () => {
      const [expected = [], ...others] = await everywhere(async (store, experimentId) => {
        const { items } = await store.searchRuns({
          experimentIds: [experimentId],
          filter: "run_name ILIKE 'r%' OR run_name LIKE 'l%'",
          orderBy: ['run_name'],
          viewType: 'ALL',
        });
        return items.map(({ info, data, inputs }) => {
          const { runName, status, userId, startTimeMs, endTimeMs, lifecycleStage } = info;
          const digests = inputs.datasets.map(({ dataset }) => dataset.digest).sort();
          const tags = asRecord(data.tags);
          const params = asRecord(data.params);
          return {
            runName,
            status,
            userId,
            startTimeMs,
            endTimeMs,
            lifecycleStage,
            digests,
            tags,
            params,
            metrics: data.metrics,
          };
        });
      });
      expect(expected).toHaveLength(RUNS);
      for (const found of others) {
        expect(found).toEqual(expected);
      }
    });
  });
}

function withToken<T extends object>(request: T, pageToken: string | undefined) {
  return pageToken === undefined ? request : { ...request, pageToken };
}
