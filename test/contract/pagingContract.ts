import { expect } from 'vitest';

import type { TrackingStore } from '../../src/tracking/trackingStore';
import { expectRefusal, newExperiment, newRun, point } from './expectations';
import { seededRandom, type Random } from './seededRandom';
import { describeOn, testAlone, type Subject } from './subject';

/** Values that meet at every rank of an order: ties, both zeros, the smallest and the largest, NaN and none at all. */
const NUMBERS = [0, -0, 1e-320, -1e-320, 2.5, 1e300, -1e300, Infinity, NaN, 0.1 + 0.2, null];
const LONG = 'x'.repeat(3000);
const TEXTS = [
  'a',
  'A',
  'a ',
  'a\t',
  'ä',
  'z🎲',
  'z\uffee',
  '',
  `${LONG}a`,
  `${LONG}b`,
  null,
] as const;
const TIMES = [1000, 1000, 2000, 0, 2n ** 53n + 1n, 2n ** 53n + 3n, 2n ** 63n - 1n] as const;

const RUN_ORDERS: readonly (readonly string[])[] = [
  [],
  ['metrics.m'],
  ['metrics.m DESC'],
  ['params.p', 'metrics.m DESC'],
  ['params.p DESC', 'start_time'],
  ['tags.t DESC'],
  ['end_time'],
  ['end_time DESC', 'tags.t'],
  ['start_time'],
  ['status DESC', 'metrics.m'],
  ['run_name'],
  ['user_id DESC', 'run_id DESC'],
  ['metrics.absent DESC', 'params.absent'],
];

interface Listed {
  readonly items: readonly string[];
  readonly nextPageToken?: string;
}

/** One listing that is read page by page while others change what is listed. */
interface Listing {
  /** The ids of a page. */
  page(maxResults: number, pageToken?: string): Promise<Listed>;
  /** Everything in the same order, also what pages leave out as deleted. */
  everything(): Promise<readonly { readonly id: string; readonly isDeleted?: boolean }[]>;
  /** Adds, deletes or changes something. */
  change(last: string): Promise<void>;
}

/** Each page is what comes after the last item of the page before, in the listing as it is by then. */
async function expectStablePages(listing: Listing, random: Random, title: string): Promise<number> {
  let seen: string[] = [];
  let token: string | undefined;
  let pages = 0;
  do {
    const maxResults = 1 + random.below(6);
    const last = seen.at(-1);
    const everything = await listing.everything();
    const rest = everything
      .slice(everything.findIndex(({ id }) => id === last) + 1)
      .flatMap(({ id, isDeleted }) => (isDeleted ? [] : [id]));
    const page = await listing.page(maxResults, token);
    expect(page.items, `${title}, page ${pages} after ${last}`).toEqual(rest.slice(0, maxResults));
    expect(page.nextPageToken !== undefined, title).toBe(rest.length > maxResults);
    expect(new Set([...seen, ...page.items]).size, title).toBe(seen.length + page.items.length);
    seen = [...seen, ...page.items];
    token = page.nextPageToken;
    if (token !== undefined) {
      expect(offsetIn(token)).toBe(seen.length);
      await listing.change(seen.at(-1) ?? '');
    }
    pages += 1;
  } while (token !== undefined);
  return pages;
}

/** As any tool reads MLflow's tokens. */
function offsetIn(token: string): unknown {
  return (JSON.parse(Buffer.from(token, 'base64').toString()) as { offset: unknown }).offset;
}

export function pagingContract(subject: Subject): void {
  describeOn(subject, 'pages while others write', (test, backend) => {
    const addRun = async (store: TrackingStore, experimentId: string, random: Random) => {
      const { info } = await store.createRun({
        experimentId,
        startTimeMs: random.pick(TIMES),
        userId: random.pick(['ada', 'bob']),
      });
      const [m, p, t] = [random.pick(NUMBERS), random.pick(TEXTS), random.pick(TEXTS)];
      await store.logBatch(info.runId, {
        metrics: m === null ? [] : [point('m', m)],
        params: p === null ? [] : [{ key: 'p', value: p }],
        tags: t === null ? [] : [{ key: 't', value: t }],
      });
      if (random.chance(0.5)) {
        await store.updateRun(info.runId, { status: 'FINISHED', endTimeMs: random.pick(TIMES) });
      }
      return info.runId;
    };

    test('of runs hide none and repeat none, in every order', async () => {
      const { store } = backend();
      const random = seededRandom(7);
      const experimentIds = [await newExperiment(store)];
      const [experimentId = ''] = experimentIds;
      for (let i = 0; i < 14; i += 1) {
        await addRun(store, experimentId, random);
      }
      const all = async (orderBy: readonly string[]) => {
        const { items } = await store.searchRuns({ experimentIds, orderBy, viewType: 'ALL' });
        return items.map(run => run.info);
      };
      let pages = 0;
      for (const orderBy of RUN_ORDERS) {
        const listing: Listing = {
          async page(maxResults, pageToken) {
            const request = { experimentIds, orderBy, maxResults };
            const page = await store.searchRuns(
              pageToken === undefined ? request : { ...request, pageToken },
            );
            return { ...page, items: page.items.map(run => run.info.runId) };
          },
          everything: async () =>
            (await all(orderBy)).map(({ runId, lifecycleStage }) => ({
              id: runId,
              isDeleted: lifecycleStage === 'deleted',
            })),
          async change(last) {
            const victim = random.pick(await all([]));
            if (victim.lifecycleStage === 'deleted') {
              await store.restoreRun(victim.runId);
            } else if (random.chance(0.5)) {
              // The run at which the page ended goes as well as any other.
              await store.deleteRun(random.chance(0.5) ? last : victim.runId);
            } else if (random.chance(0.5)) {
              await store.setTag(victim.runId, { key: 'not an order', value: 'changed' });
            } else {
              // In any place of the order.
              await addRun(store, experimentId, random);
            }
          },
        };
        pages += await expectStablePages(listing, random, `by [${orderBy.join(', ')}]`);
      }
      expect(pages).toBeGreaterThan(2 * RUN_ORDERS.length);
    });

    test('of logged models hide none and repeat none', async () => {
      const { store } = backend();
      const random = seededRandom(11);
      const { runId, experimentId } = (await newRun(store)).info;
      const experimentIds = [experimentId];
      const add = async () => {
        const name = random.pick(['one', 'Two', 'drei']);
        const { modelId } = await store.createLoggedModel({ experimentId, name });
        const m = random.pick(NUMBERS);
        if (m !== null) {
          await store.logMetric(runId, { ...point('m', m), modelId });
        }
      };
      for (let i = 0; i < 9; i += 1) {
        await add();
      }
      for (const orderBy of [
        [],
        [{ fieldName: 'metrics.m' }],
        [
          { fieldName: 'name', ascending: false },
          { fieldName: 'metrics.m', ascending: false },
        ],
      ]) {
        const request = { experimentIds, orderBy };
        const page = async (maxResults: number, pageToken?: string) => {
          const found = await store.searchLoggedModels(
            pageToken === undefined
              ? { ...request, maxResults }
              : { ...request, maxResults, pageToken },
          );
          return { ...found, items: found.items.map(model => model.modelId) };
        };
        await expectStablePages(
          {
            page,
            everything: async () => (await page(1000)).items.map(id => ({ id })),
            async change(last) {
              const { items } = await page(1000);
              const victim = random.pick(items);
              if (victim !== last && random.chance(0.4)) {
                await store.deleteLoggedModel(victim);
              } else {
                await add();
              }
            },
          },
          random,
          JSON.stringify(orderBy),
        );
      }
    });

    test('of a history hide no point and repeat none', async () => {
      const { store } = backend();
      const random = seededRandom(13);
      const { runId } = (await newRun(store)).info;
      const used = new Set<string>();
      const add = async () => {
        // The value names the point; NaN is stored as 0 and stands beside it.
        const value = random.pick([NaN, 0, 1, 1e-320, -1e300, 0.1 + 0.2]);
        const timestampMs = random.pick([1, 2, 2n ** 53n + 1n, 2n ** 63n - 1n]);
        const step = random.pick([0, 1, -5, 2n ** 53n + 1n, -(2n ** 63n)]);
        const name = `${timestampMs} ${step} ${value}`;
        if (!used.has(name)) {
          used.add(name);
          await store.logMetric(runId, { key: 'h', value, timestampMs, step });
        }
      };
      for (let i = 0; i < 30; i += 1) {
        await add();
      }
      const page = async (maxResults?: number, pageToken?: string) => {
        const found = await store.getMetricHistory({
          runId,
          metricKey: 'h',
          ...(maxResults === undefined ? {} : { maxResults }),
          ...(pageToken === undefined ? {} : { pageToken }),
        });
        const items = found.items.map(each => `${each.timestampMs} ${each.step} ${each.value}`);
        return { ...found, items };
      };
      const listing: Listing = {
        page,
        everything: async () => (await page()).items.map(id => ({ id })),
        change: add,
      };
      for (let i = 0; i < 3; i += 1) {
        await expectStablePages(listing, random, `history ${i}`);
      }
    });

    test('refuse a token of another order, and take a plain offset as MLflow does', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      const experimentIds = [experimentId];
      for (let i = 0; i < 5; i += 1) {
        await store.createRun({ experimentId, startTimeMs: i, runName: `r${i}` });
      }
      const first = await store.searchRuns({
        experimentIds,
        orderBy: ['created ASC'],
        maxResults: 2,
      });
      const pageToken = first.nextPageToken ?? '';
      const follow = (orderBy: readonly string[], more = {}) =>
        store.searchRuns({ experimentIds, orderBy, pageToken, ...more });
      const { message } = await expectRefusal(follow([]), 'INVALID_PARAMETER_VALUE');
      expect(message).toContain('order_by');
      for (const orderBy of [['start_time DESC'], ['run_name'], ['start_time', 'run_name']]) {
        await expectRefusal(follow(orderBy), 'INVALID_PARAMETER_VALUE');
      }
      // Another name of the same order, and another filter, go on from the same place.
      for (const orderBy of [['start_time'], ['attributes.start_time asc']]) {
        const { items } = await follow(orderBy, { filter: "run_name != 'r3'" });
        expect(items.map(run => run.info.runName)).toEqual(['r2', 'r4']);
      }
      const plain = Buffer.from('{"offset": 3}').toString('base64');
      for (const orderBy of [['run_name'], ['start_time']]) {
        const { items } = await follow(orderBy, { pageToken: plain });
        expect(items.map(run => run.info.runName)).toEqual(['r3', 'r4']);
      }
    });

    test('refuse a forged place', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      for (let i = 0; i < 3; i += 1) {
        await store.createRun({ experimentId, startTimeMs: i });
      }
      const request = { experimentIds: [experimentId], orderBy: ['metrics.m'], maxResults: 1 };
      const { nextPageToken = '' } = await store.searchRuns(request);
      const parts = JSON.parse(Buffer.from(nextPageToken, 'base64').toString()) as object;
      const withPlace = (after: unknown) =>
        Buffer.from(JSON.stringify({ ...parts, after })).toString('base64');
      for (const after of ['x', {}, [{}], [['x']], [[]], [true], [['9223372036854775808']]]) {
        await expectRefusal(
          store.searchRuns({ ...request, pageToken: withPlace(after) }),
          'INVALID_PARAMETER_VALUE',
        );
      }
      // What may be a place is taken or refused, never a fault of the server.
      for (const after of [[], [null], ['x', 'y', 'z'], [['NaN'], ['NaN'], 5], [1e308, 0.5, 'é']]) {
        const call = store.searchRuns({ ...request, pageToken: withPlace(after) });
        await call.catch(() => expectRefusal(call, 'INVALID_PARAMETER_VALUE'));
      }
    });
  });

  testAlone(subject, 'pages of experiments hide none and repeat none', async ({ store }) => {
    const random = seededRandom(17);
    let names = 0;
    const add = () => {
      names += 1;
      const name = `${random.pick(['a', 'B', 'z🎲', 'z\uffee', 'ä'])} ${names}`;
      return store.createExperiment({ name });
    };
    for (let i = 0; i < 8; i += 1) {
      await add();
    }
    for (const orderBy of [
      [],
      ['name'],
      ['name DESC'],
      ['last_update_time DESC'],
      ['experiment_id'],
    ]) {
      const search = (more: object) =>
        store.searchExperiments({ maxResults: 100, orderBy, ...more });
      await expectStablePages(
        {
          async page(maxResults, pageToken) {
            const found = await search(
              pageToken === undefined ? { maxResults } : { maxResults, pageToken },
            );
            return { ...found, items: found.items.map(each => each.experimentId) };
          },
          everything: async () =>
            (await search({ viewType: 'ALL' })).items.map(({ experimentId, lifecycleStage }) => ({
              id: experimentId,
              isDeleted: lifecycleStage === 'deleted',
            })),
          async change() {
            const { items } = await search({});
            const victim = random.pick(items).experimentId;
            // Deleting changes the time of the last update, and with it the place in that order.
            if (orderBy[0]?.startsWith('last') || victim === '0' || random.chance(0.6)) {
              await add();
            } else {
              await store.deleteExperiment(victim);
            }
          },
        },
        random,
        `by [${orderBy.join(', ')}]`,
      );
    }
  });
}
