import { expect } from 'vitest';

import type { LogBatchRequest } from '../../src/tracking/trackingStore';
import { asRecord, expectRefusal, newRun, ownTags, point } from './expectations';
import { describeOn, type Subject } from './subject';

/** Keys that MLflow refuses everywhere (facts §2.1). */
const BAD_KEYS: readonly string[] = [
  '',
  '.',
  '..',
  '..hidden',
  '../up',
  '/rooted',
  'trailing/',
  'a//b',
  'a/./b',
  'a/../b',
  'a\\b',
  'a\nb',
  'ends in newline\n',
  'a\tb',
  'semi;colon',
  'star*',
  'question?',
  'percent%',
  "quote'",
  'quote"',
  'emoji 🎲',
  'combining a\u0301',
  'k'.repeat(251),
  'é'.repeat(251),
];

const GOOD_KEYS: readonly string[] = [
  'a',
  'a b',
  ' leading and trailing ',
  'a/b/c',
  'a.b',
  '.hidden',
  'a..b',
  '-',
  '_',
  'é',
  '日本/語',
  '٣',
  'time:stamp',
  'k'.repeat(250),
  'é'.repeat(120),
];

export function batchContract(subject: Subject): void {
  describeOn(subject, 'keys', (test, backend) => {
    test('keys that MLflow refuses are refused for params, metrics and tags', async () => {
      const { store } = backend();
      const { runId, experimentId } = (await newRun(store)).info;
      for (const key of BAD_KEYS) {
        await expectRefusal(store.logParam(runId, { key, value: '1' }), 'INVALID_PARAMETER_VALUE');
        await expectRefusal(store.logMetric(runId, point(key, 1)), 'INVALID_PARAMETER_VALUE');
        await expectRefusal(store.setTag(runId, { key, value: '1' }), 'INVALID_PARAMETER_VALUE');
        await expectRefusal(
          store.setExperimentTag(experimentId, { key, value: '1' }),
          'INVALID_PARAMETER_VALUE',
        );
      }
      const run = await store.getRun(runId);
      expect([run.data.metrics, run.data.params, ownTags(run)]).toEqual([[], [], {}]);
    });

    test('keys that MLflow takes are taken', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      // `a` and `a/b/c` exclude each other in files only: that case has its own test.
      const keys = GOOD_KEYS.filter(key => key !== 'a');
      for (const key of keys) {
        await store.logParam(runId, { key, value: key });
        await store.logMetric(runId, point(key, 1));
        await store.setTag(runId, { key, value: key });
      }
      const run = await store.getRun(runId);
      const expected = asRecord(keys.map(key => ({ key, value: key })));
      expect(asRecord(run.data.params)).toEqual(expected);
      expect(ownTags(run)).toEqual(expected);
      expect(new Set(run.data.metrics.map(metric => metric.key))).toEqual(new Set(keys));
      for (const metricKey of keys) {
        expect((await store.getMetricHistory({ runId, metricKey })).items).toHaveLength(1);
      }
    });
  });

  describeOn(subject, 'batches', (test, backend) => {
    test('everything in a batch arrives', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logBatch(runId, {
        metrics: Array.from({ length: 800 }, (_, i) =>
          point('m', i / 7, { step: i, timestampMs: i }),
        ),
        params: Array.from({ length: 100 }, (_, i) => ({ key: `p${i}`, value: `${i}` })),
        tags: Array.from({ length: 100 }, (_, i) => ({ key: `t${i}`, value: `${i}` })),
      });
      const run = await store.getRun(runId);
      expect(run.data.params).toHaveLength(100);
      expect(Object.keys(ownTags(run))).toHaveLength(100);
      const columns = await store.getMetricColumns(runId, 'm');
      expect([...columns.values]).toEqual(Array.from({ length: 800 }, (_, i) => i / 7));
      expect([...columns.steps]).toEqual(Array.from({ length: 800 }, (_, i) => i));
    });

    test('an empty batch is taken', async () => {
      const { store } = backend();
      const run = await newRun(store);
      await store.logBatch(run.info.runId, {});
      await store.logBatch(run.info.runId, { metrics: [], params: [], tags: [] });
      expect(await store.getRun(run.info.runId)).toEqual(run);
    });

    test('too much for one batch is refused', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      const metrics = (n: number) => Array.from({ length: n }, (_, i) => point(`m${i}`, i));
      const pairs = (n: number) =>
        Array.from({ length: n }, (_, i) => ({ key: `k${i}`, value: '' }));
      const tooMuch: readonly LogBatchRequest[] = [
        { metrics: metrics(1001) },
        { params: pairs(101) },
        { tags: pairs(101) },
        { metrics: metrics(901), params: pairs(50), tags: pairs(50) },
      ];
      for (const batch of tooMuch) {
        await expectRefusal(store.logBatch(runId, batch), 'INVALID_PARAMETER_VALUE');
      }
      await store.logBatch(runId, { metrics: metrics(900), params: pairs(50), tags: pairs(50) });
      expect((await store.getRun(runId)).data.metrics).toHaveLength(900);
    });

    test('one bad member and nothing is stored', async () => {
      const { store } = backend();
      const run = await newRun(store);
      const { runId } = run.info;
      const good: Required<LogBatchRequest> = {
        metrics: [point('good', 1)],
        params: [{ key: 'good', value: '1' }],
        tags: [{ key: 'good', value: '1' }],
      };
      const bad: readonly LogBatchRequest[] = [
        { ...good, metrics: [...good.metrics, point('a//b', 1)] },
        { ...good, metrics: [...good.metrics, point('m', 1, { timestampMs: -5 })] },
        { ...good, params: [...good.params, { key: '/x', value: '1' }] },
        { ...good, tags: [...good.tags, { key: 'x*', value: '1' }] },
        { ...good, params: [...good.params, { key: 'good', value: '1' }] },
        { ...good, params: [...good.params, { key: 'good', value: '2' }] },
      ];
      for (const batch of bad) {
        await expectRefusal(store.logBatch(runId, batch), 'INVALID_PARAMETER_VALUE');
        expect(await store.getRun(runId)).toEqual(run);
      }
    });

    test('a param that contradicts an earlier one and nothing is stored', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logParam(runId, { key: 'lr', value: '1' });
      const before = await store.getRun(runId);
      await expectRefusal(
        store.logBatch(runId, {
          metrics: [point('m', 1)],
          params: [
            { key: 'fresh', value: '1' },
            { key: 'lr', value: '2' },
          ],
          tags: [{ key: 't', value: '1' }],
        }),
        'INVALID_PARAMETER_VALUE',
      );
      expect(await store.getRun(runId)).toEqual(before);
    });

    if (subject.traits.keyBelowKey === 'refused') {
      test('a key below another one and nothing is stored', async () => {
        const { store } = backend();
        const { runId } = (await newRun(store)).info;
        await store.logMetric(runId, point('a', 1));
        await store.logParam(runId, { key: 'b/c', value: '1' });
        const before = await store.getRun(runId);
        const good = { params: [{ key: 'good', value: '1' }], tags: [{ key: 'good', value: '1' }] };
        const bad: readonly LogBatchRequest[] = [
          { ...good, metrics: [point('good', 1), point('a/b', 1)] },
          { ...good, metrics: [point('x', 1), point('x/y', 1)] },
          { metrics: [point('good', 1)], params: [...good.params, { key: 'b', value: '1' }] },
          { ...good, tags: [...good.tags, { key: 'good/too', value: '1' }] },
        ];
        for (const batch of bad) {
          await expectRefusal(store.logBatch(runId, batch), 'INVALID_PARAMETER_VALUE');
          expect(await store.getRun(runId)).toEqual(before);
        }
      });
    }

    test('a failure behind the first write takes back its batch and no other', async () => {
      const { store } = backend();
      const run = await newRun(store);
      const { runId } = run.info;
      const neighbour = (await newRun(store)).info.runId;
      const toUnknownModel = store.logBatch(runId, {
        params: [{ key: 'p', value: '1' }],
        metrics: [point('m', 1), { ...point('n', 1), modelId: `m-${'0'.repeat(32)}` }],
        tags: [{ key: 't', value: '1' }],
      });
      const beside = store.logBatch(neighbour, { params: [{ key: 'p', value: '1' }] });
      await expectRefusal(toUnknownModel, 'BAD_REQUEST', 'RESOURCE_DOES_NOT_EXIST');
      await beside;
      expect(await store.getRun(runId)).toEqual(run);
      expect((await store.getRun(neighbour)).data.params).toEqual([{ key: 'p', value: '1' }]);
    });

    test('of the same tag twice the last wins', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logBatch(runId, {
        tags: [
          { key: 't', value: 'first' },
          { key: 't', value: 'last' },
        ],
      });
      expect(ownTags(await store.getRun(runId))).toEqual({ t: 'last' });
    });

    test('points that are logged at the same time are stored or refused each for itself', async () => {
      const { store } = backend();
      const first = (await newRun(store)).info.runId;
      const second = (await newRun(store)).info.runId;
      const deleted = (await newRun(store)).info.runId;
      await store.deleteRun(deleted);
      const outcomes = await Promise.allSettled([
        store.logMetric(first, point('m', 2, { step: 2 })),
        store.logMetric('0'.repeat(32), point('m', 1)),
        store.logMetric(first, point('m', 1, { step: 1 })),
        store.logMetric(second, point('m', 7, { step: 5 })),
        store.logMetric(deleted, point('m', 1)),
        store.logMetric(first, point('m', 2, { step: 2 })),
        store.logMetric(second, point('n', 8)),
      ]);
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
        ...[true, false, true, true, false, true, true],
      ]);
      const latest = async (runId: string) =>
        (await store.getRun(runId)).data.metrics.map(({ key, value, step }) => [key, value, step]);
      expect(await latest(first)).toEqual([['m', 2, 2]]);
      expect(await latest(deleted)).toEqual([]);
      expect(await latest(second)).toEqual([
        ['m', 7, 5],
        ['n', 8, 0],
      ]);
      expect([...(await store.getMetricColumns(second, 'm')).values]).toEqual([7]);
      expect((await store.getMetricColumns(first, 'm')).steps.slice(0, 2)).toEqual(
        Float64Array.of(1, 2),
      );
    });

    test('calls at the same time all arrive', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await Promise.all(
        Array.from({ length: 40 }, async (_, i) => {
          await store.logMetric(runId, point('m', i, { step: i }));
          await store.logParam(runId, { key: `p${i}`, value: `${i}` });
          await store.setTag(runId, { key: 'last', value: `${i}` });
        }),
      );
      const run = await store.getRun(runId);
      expect(run.data.params).toHaveLength(40);
      expect(run.data.metrics[0]).toMatchObject({ value: 39, step: 39 });
      expect((await store.getMetricColumns(runId, 'm')).values).toHaveLength(40);
    });
  });
}
