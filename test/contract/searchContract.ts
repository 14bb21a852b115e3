import { expect } from 'vitest';

import type { TrackingStore } from '../../src/tracking/trackingStore';
import { allPages, expectRefusal, newExperiment, newName, point } from './expectations';
import { GARBAGE_TOKENS } from './historyContract';
import { describeOn, type Subject } from './subject';
import {
  FILTERS,
  fillSearchExperiment,
  ORDERS,
  REFUSED_FILTERS,
  REFUSED_ORDERS,
} from './searchTable';

export function searchContract(subject: Subject): void {
  describeOn(subject, 'search for runs', (test, backend) => {
    let filled: Promise<string> | undefined;
    const experiment = () => (filled ??= fillSearchExperiment(backend().store, newName('search')));

    const names = async (store: TrackingStore, filter: string, orderBy: readonly string[] = []) => {
      const { items } = await store.searchRuns({
        experimentIds: [await experiment()],
        filter,
        orderBy,
      });
      return items.map(run => run.info.runName);
    };

    for (const { filter, finds } of FILTERS) {
      test(`finds by ${filter === '' ? 'no filter' : filter}`, async () => {
        expect((await names(backend().store, filter)).sort()).toEqual([...finds].sort());
      });
    }

    for (const { orderBy, gives } of ORDERS) {
      test(`orders by [${orderBy.join(', ')}]`, async () => {
        expect(await names(backend().store, '', orderBy)).toEqual(gives);
      });
    }

    test('refuses filters outside the language', async () => {
      for (const filter of REFUSED_FILTERS) {
        const found = expectRefusal(names(backend().store, filter), 'INVALID_PARAMETER_VALUE');
        await expect(found, filter).resolves.toBeDefined();
      }
    });

    test('refuses order clauses outside the language', async () => {
      for (const orderBy of REFUSED_ORDERS) {
        const found = expectRefusal(
          names(backend().store, '', [orderBy]),
          'INVALID_PARAMETER_VALUE',
        );
        await expect(found, orderBy).resolves.toBeDefined();
      }
    });

    test('compares texts by code points, whatever they end in and however long they are', async () => {
      const { store } = backend();
      const experimentIds = [await newExperiment(store)];
      const long = 'x'.repeat(3000);
      const sorted = [
        'A',
        'a',
        'a\t',
        'a ',
        'a!',
        'b',
        `${long}a`,
        `${long}b`,
        'ä',
        'z\uffee',
        'z🎲',
      ];
      const byCodePoint = sorted.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const value of sorted) {
        const { info } = await store.createRun({ experimentId: experimentIds[0] ?? '' });
        await store.logParam(info.runId, { key: 'text', value });
      }
      const texts = async (more: object) =>
        (await store.searchRuns({ experimentIds, ...more })).items.map(
          run => run.data.params[0]?.value,
        );
      expect(await texts({ orderBy: ['params.text'] })).toEqual(byCodePoint);
      expect(await texts({ orderBy: ['params.text DESC'] })).toEqual(byCodePoint.toReversed());
      const between = { filter: "params.text BETWEEN 'a' AND 'a '", orderBy: ['params.text'] };
      expect(await texts(between)).toEqual(['a', 'a\t', 'a ']);
      expect(await texts({ filter: "params.text IN ('a', 'A ')" })).toEqual(['a']);
    });

    test('in no experiment finds nothing', async () => {
      expect(await backend().store.searchRuns({ experimentIds: [] })).toEqual({ items: [] });
    });

    test('in an unknown experiment finds nothing', async () => {
      const experimentIds = ['123456789'];
      expect((await backend().store.searchRuns({ experimentIds })).items).toEqual([]);
    });

    test('over several experiments orders all of them together', async () => {
      const { store } = backend();
      const experimentIds = [await newExperiment(store), await newExperiment(store)];
      for (const i of [0, 1, 2, 3]) {
        await store.createRun({
          experimentId: experimentIds[i % 2] ?? '',
          runName: `r${i}`,
          startTimeMs: 1000 + i,
        });
      }
      const { items } = await store.searchRuns({ experimentIds });
      expect(items.map(run => run.info.runName)).toEqual(['r3', 'r2', 'r1', 'r0']);
    });

    test('pages are stable where start times are equal', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      for (let i = 0; i < 11; i += 1) {
        const { info } = await store.createRun({ experimentId, startTimeMs: 1000 + (i % 2) });
        await store.logMetric(info.runId, point('m', i % 3));
      }
      for (const orderBy of [[], ['metrics.m ASC'], ['metrics.absent DESC'], ['params.absent']]) {
        const request = { experimentIds: [experimentId], orderBy };
        const whole = (await store.searchRuns(request)).items.map(run => run.info.runId);
        expect(new Set(whole).size).toBe(11);
        for (const maxResults of [1, 4, 10, 11]) {
          const pages = await allPages(pageToken =>
            store.searchRuns({
              ...request,
              maxResults,
              ...(pageToken === undefined ? {} : { pageToken }),
            }),
          );
          expect(pages.map(run => run.info.runId)).toEqual(whole);
        }
      }
      const exact = await store.searchRuns({ experimentIds: [experimentId], maxResults: 11 });
      expect(exact.nextPageToken).toBeUndefined();
    });

    test('an offset beyond the end gives an empty last page', async () => {
      const pageToken = Buffer.from('{"offset": 1000}').toString('base64');
      const experimentIds = [await experiment()];
      expect(await backend().store.searchRuns({ experimentIds, pageToken })).toEqual({ items: [] });
    });

    test('refuses a garbage token and a count outside 1 to 50,000', async () => {
      const { store } = backend();
      const experimentIds = [await experiment()];
      for (const pageToken of GARBAGE_TOKENS) {
        await expectRefusal(
          store.searchRuns({ experimentIds, pageToken }),
          'INVALID_PARAMETER_VALUE',
        );
      }
      for (const maxResults of [0, -1, 50_001]) {
        await expectRefusal(
          store.searchRuns({ experimentIds, maxResults }),
          'INVALID_PARAMETER_VALUE',
        );
      }
      expect(
        (await store.searchRuns({ experimentIds, maxResults: 50_000 })).items.length,
      ).toBeGreaterThan(5);
    });

    test('returns whole runs, the same as getting each', async () => {
      const { store } = backend();
      const { items } = await store.searchRuns({
        experimentIds: [await experiment()],
        viewType: 'ALL',
      });
      for (const run of items) {
        expect(run).toEqual(await store.getRun(run.info.runId));
      }
    });

    test('a projection leaves out what was not asked for', async () => {
      const { store } = backend();
      const request = { experimentIds: [await experiment()], filter: "run_name = 'best'" };
      const [whole] = (await store.searchRuns(request)).items;
      const [bare] = (
        await store.searchRuns({
          ...request,
          projection: {
            metricKeys: ['loss', 'never'],
            paramKeys: [],
            tagKeys: ['stage'],
            inputs: false,
          },
        })
      ).items;
      expect(bare?.info).toEqual(whole?.info);
      expect(bare?.data.metrics.map(metric => metric.key)).toEqual(['loss']);
      expect(bare?.data.params).toEqual([]);
      expect(bare?.data.tags).toEqual([{ key: 'stage', value: 'prod' }]);
      expect(bare?.inputs).toEqual({ datasets: [], models: [] });
      expect(whole?.inputs.datasets).toHaveLength(1);

      const [onlyParams] = (await store.searchRuns({ ...request, projection: { metricKeys: [] } }))
        .items;
      expect(onlyParams?.data.metrics).toEqual([]);
      expect(onlyParams?.data.params).toEqual(whole?.data.params);
    });
  });
}
