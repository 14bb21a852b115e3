import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { TrackingStore } from '../../src/tracking/trackingStore';
import { TrackingError } from '../../src/tracking/trackingError';
import { allPages, asRecord } from './expectations';
import { randomFilter, randomOrderBy, randomRun } from './randomSearch';
import { seededRandom, type Random } from './seededRandom';
import type { Backend, Subject } from './subject';

/** Set TRACKER_TEST_SEED to repeat a failure; the seed in use stands in the title. */
const SEED = Number(process.env['TRACKER_TEST_SEED'] ?? Date.now() % 1_000_000);
const RUNS = 60;
const SEARCHES = 400;

/** A search as names, which are equal in both stores while ids are not; an error as its code. */
async function answer(
  store: TrackingStore,
  request: { experimentIds: string[]; filter: string; orderBy: string[]; maxResults: number },
): Promise<readonly string[]> {
  try {
    const runs = await allPages(pageToken =>
      store.searchRuns({ ...request, ...(pageToken === undefined ? {} : { pageToken }) }),
    );
    return runs.map(run => run.info.runName);
  } catch (error) {
    if (TrackingError.is(error)) {
      return [error.code];
    }
    throw error;
  }
}

/** The same runs in two kinds of store, and random searches that must find the same in both. */
export function sameSearch(first: Subject, second: Subject): void {
  describe(`the same search: ${first.name}, ${second.name} (seed ${SEED})`, () => {
    const random: Random = seededRandom(SEED);
    const backends: Backend[] = [];
    const experimentIds: string[] = [];

    beforeAll(async () => {
      for (const subject of [first, second]) {
        const backend = await subject.open();
        backends.push(backend);
        experimentIds.push(await backend.store.createExperiment({ name: 'random' }));
      }
      for (let i = 0; i < RUNS; i += 1) {
        const { create, batches, inputs, update, deleted } = randomRun(random, i);
        for (const [which, { store }] of backends.entries()) {
          const { info } = await store.createRun({
            ...create,
            experimentId: experimentIds[which] ?? '',
          });
          for (const batch of batches) {
            await store.logBatch(info.runId, batch);
          }
          await store.logInputs(info.runId, inputs);
          await store.updateRun(info.runId, update);
          if (deleted) {
            await store.deleteRun(info.runId);
          }
        }
      }
    });
    afterAll(() => Promise.all(backends.map(backend => backend.close())));

    it('gives the same runs in the same order, or the same error', async () => {
      let foundRuns = 0;
      for (let i = 0; i < SEARCHES; i += 1) {
        const filter = randomFilter(random);
        const orderBy = randomOrderBy(random);
        const maxResults = random.pick([3, 10, 1000]);
        const [expected = [], found = []] = await Promise.all(
          backends.map(({ store }, which) =>
            answer(store, {
              experimentIds: [experimentIds[which] ?? ''],
              filter,
              orderBy,
              maxResults,
            }),
          ),
        );
        expect(
          found,
          `search ${i}, seed ${SEED}: ${filter} ORDER BY ${orderBy.join(', ')}`,
        ).toEqual(expected);
        foundRuns += expected.length;
      }
      // The generator would prove nothing if its filters found nothing.
      expect(foundRuns).toBeGreaterThan(SEARCHES);
    });

    it('reads back the same runs', async () => {
      const [expected = [], found = []] = await Promise.all(
        backends.map(async ({ store }, which) => {
          const { items } = await store.searchRuns({
            experimentIds: [experimentIds[which] ?? ''],
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
        }),
      );
      expect(expected).toHaveLength(RUNS);
      expect(found).toEqual(expected);
    });
  });
}
