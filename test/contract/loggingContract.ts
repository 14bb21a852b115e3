import { expect } from 'vitest';

import {
  asRecord,
  expectRefusal,
  latest,
  newRun,
  ownTags,
  plainPoint,
  point,
} from './expectations';
import { describeOn, type Subject } from './subject';

const MAX_DOUBLE = Number.MAX_VALUE;

export function loggingContract(subject: Subject): void {
  const { traits } = subject;

  describeOn(subject, 'params and tags', (test, backend) => {
    const VALUES: Readonly<Record<string, string>> = {
      empty: '',
      spaces: '  two  ',
      lines: 'a\nb\r\nc\n',
      unicode: 'grüße, 日本語, 🎲, e\u0301',
      quotes: `"it's" \`so\` \\ %_`,
      json: '{"a": [1, null, "x"]}',
      controls: 'tab\tbell\u0007',
      separators: 'line\u2028paragraph\u2029',
      'key with spaces': '1',
      'a/b/c': 'nested',
      'größe.日本-٣:x': 'unicode key',
      [`wide/${'k'.repeat(245)}`]: 'key of 250',
      long: 'x'.repeat(6000),
      'long in code points': '🎲'.repeat(6000),
    };

    test('param values and keys are kept exactly', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      for (const [key, value] of Object.entries(VALUES)) {
        await store.logParam(runId, { key, value });
      }
      expect(asRecord((await store.getRun(runId)).data.params)).toEqual(asRecord(pairsOf(VALUES)));
    });

    test('tag values and keys are kept exactly', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logBatch(runId, { tags: pairsOf(VALUES) });
      expect(ownTags(await store.getRun(runId))).toEqual(asRecord(pairsOf(VALUES)));
    });

    test('a param too long is cut to 6,000 characters, a tag to 8,000', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logParam(runId, { key: 'p', value: '🎲'.repeat(6001) });
      await store.logBatch(runId, {
        params: [{ key: 'q', value: `${'y'.repeat(6000)}z` }],
        tags: [{ key: 't', value: `${'y'.repeat(8000)}z` }],
      });
      await store.setTag(runId, { key: 'u', value: 'ü'.repeat(9000) });
      const run = await store.getRun(runId);
      expect(asRecord(run.data.params)).toEqual({ p: '🎲'.repeat(6000), q: 'y'.repeat(6000) });
      expect(ownTags(run)).toEqual({ t: 'y'.repeat(8000), u: 'ü'.repeat(8000) });
    });

    test('a param may be logged again with its value, not with another', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logParam(runId, { key: 'lr', value: '0.1' });
      await store.logParam(runId, { key: 'lr', value: '0.1' });
      await store.logBatch(runId, { params: [{ key: 'lr', value: '0.1' }] });
      await expectRefusal(
        store.logParam(runId, { key: 'lr', value: '0.10' }),
        'INVALID_PARAMETER_VALUE',
      );
      const other = { key: 'lr', value: 'half' };
      const refusals = [
        await expectRefusal(store.logParam(runId, other), 'INVALID_PARAMETER_VALUE'),
        await expectRefusal(store.logBatch(runId, { params: [other] }), 'INVALID_PARAMETER_VALUE'),
      ];
      for (const { message } of refusals) {
        expect(message).toContain('lr');
        expect(message).toContain('0.1');
        expect(message).toContain('half');
      }
      expect(asRecord((await store.getRun(runId)).data.params)).toEqual({ lr: '0.1' });
    });

    test('tags are replaced and deleted', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.setTag(runId, { key: 'a/b', value: 'a longer value' });
      await store.setTag(runId, { key: 'a/b', value: 'short' });
      expect(ownTags(await store.getRun(runId))).toEqual({ 'a/b': 'short' });
      await store.deleteTag(runId, 'a/b');
      expect(ownTags(await store.getRun(runId))).toEqual({});
      await expectRefusal(store.deleteTag(runId, 'a/b'), 'RESOURCE_DOES_NOT_EXIST');
      await expectRefusal(store.deleteTag(runId, 'never'), 'RESOURCE_DOES_NOT_EXIST');
    });

    test('a key below another key', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logParam(runId, { key: 'a', value: '1' });
      await store.logMetric(runId, point('a', 1));
      await store.setTag(runId, { key: 'a/b', value: '1' });
      const calls = [
        () => store.logParam(runId, { key: 'a/b', value: '2' }),
        () => store.logMetric(runId, point('a/b', 2)),
        () => store.setTag(runId, { key: 'a', value: '2' }),
      ];
      for (const call of calls) {
        if (traits.keyBelowKey === 'allowed') {
          await call();
        } else {
          await expectRefusal(call(), 'INVALID_PARAMETER_VALUE');
        }
      }
      const { data } = await store.getRun(runId);
      expect(asRecord(data.params)).toEqual(
        traits.keyBelowKey === 'allowed' ? { a: '1', 'a/b': '2' } : { a: '1' },
      );
    });
  });

  describeOn(subject, 'metrics', (test, backend) => {
    const DOUBLES: Readonly<Record<string, number>> = {
      zero: 0,
      one: 1,
      'minus one': -1,
      sum: 0.1 + 0.2,
      tiny: 5e-324,
      'small exponent': 1.5e-7,
      large: 1e21,
      'large integer': 123456789012345680,
      'beyond 2 to 53': 2 ** 53 + 2,
      max: MAX_DOUBLE,
      'minus max': -MAX_DOUBLE,
      pi: Math.PI,
    };

    test('every double is kept bit for bit', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      for (const [key, value] of Object.entries(DOUBLES)) {
        await store.logMetric(runId, point(key, value));
      }
      const { metrics } = (await store.getRun(runId)).data;
      expect(Object.fromEntries(metrics.map(metric => [metric.key, metric.value]))).toEqual(
        DOUBLES,
      );
      expect(metrics.map(metric => metric.key)).toEqual(Object.keys(DOUBLES).sort());
      for (const [metricKey, value] of Object.entries(DOUBLES)) {
        const { items } = await store.getMetricHistory({ runId, metricKey });
        expect(items.map(plainPoint)).toEqual([point(metricKey, value)]);
      }
    });

    test('NaN, ±Infinity and -0', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logMetric(runId, point('nan', NaN));
      await store.logBatch(runId, {
        metrics: [point('inf', Infinity), point('-inf', -Infinity), point('-0', -0)],
      });
      const infinity = traits.infinity === 'kept' ? Infinity : MAX_DOUBLE;
      const expected = {
        nan: NaN,
        inf: infinity,
        '-inf': -infinity,
        '-0': traits.negativeZero === 'kept' ? -0 : 0,
      };
      const { metrics } = (await store.getRun(runId)).data;
      expect(Object.fromEntries(metrics.map(metric => [metric.key, metric.value]))).toEqual(
        expected,
      );
      for (const [metricKey, value] of Object.entries(expected)) {
        const columns = await store.getMetricColumns(runId, metricKey);
        expect([...columns.values]).toEqual([value]);
      }
    });

    test('steps and timestamps hold every int64', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      const steps = [
        0,
        -1,
        2 ** 53 - 1,
        2n ** 53n + 1n,
        -(2n ** 53n) - 1n,
        2n ** 63n - 1n,
        -(2n ** 63n),
      ];
      const times = [0, 1, 2 ** 53 - 1, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 2n, 2n ** 63n - 1n];
      const points = steps.map((step, i) => ({
        key: 'm',
        value: i,
        step,
        timestampMs: times[i] ?? 0,
      }));
      await store.logBatch(runId, { metrics: points.slice(0, 4) });
      for (const each of points.slice(4)) {
        await store.logMetric(runId, each);
      }
      const { items } = await store.getMetricHistory({ runId, metricKey: 'm' });
      expect(items.map(plainPoint)).toEqual(points);
      expect(await latest(store, runId, 'm')).toEqual(points[5]);
    });

    test('what is no metric is refused', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      for (const bad of [point('m', 1, { timestampMs: -1 }), point('m', 1, { timestampMs: 1.5 })]) {
        await expectRefusal(store.logMetric(runId, bad), 'INVALID_PARAMETER_VALUE');
        await expectRefusal(store.logBatch(runId, { metrics: [bad] }), 'INVALID_PARAMETER_VALUE');
      }
      await expectRefusal(
        store.logMetric(runId, point('m', 1, { step: 0.5 })),
        'INVALID_PARAMETER_VALUE',
      );
      await expectRefusal(
        store.logMetric(runId, point('m', 1, { step: 2n ** 63n })),
        'INVALID_PARAMETER_VALUE',
      );
      expect((await store.getRun(runId)).data.metrics).toEqual([]);
    });

    test('the latest point is the greatest by step, timestamp, value', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      const log = (value: number, step: number, timestampMs: number) =>
        store.logMetric(runId, { key: 'm', value, step, timestampMs });
      await log(1, 5, 100);
      await log(2, 4, 900);
      expect(await latest(store, runId, 'm')).toMatchObject({ value: 1, step: 5 });
      await log(3, 5, 101);
      expect(await latest(store, runId, 'm')).toMatchObject({ value: 3, timestampMs: 101 });
      await log(2, 5, 101);
      expect(await latest(store, runId, 'm')).toMatchObject({ value: 3 });
      await log(4, 5, 101);
      expect(await latest(store, runId, 'm')).toMatchObject({ value: 4 });
      await store.logBatch(runId, {
        metrics: [
          { key: 'm', value: 9, step: 6, timestampMs: 5 },
          { key: 'm', value: 7, step: 7, timestampMs: 1 },
          { key: 'm', value: 8, step: -7, timestampMs: 1 },
        ],
      });
      expect(await latest(store, runId, 'm')).toMatchObject({ value: 7, step: 7, timestampMs: 1 });
    });

    test('NaN is the latest by its step', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logMetric(runId, point('m', 1, { step: 1 }));
      await store.logMetric(runId, point('m', NaN, { step: 2 }));
      expect(await latest(store, runId, 'm')).toMatchObject({ value: NaN, step: 2 });
      await store.logMetric(runId, point('m', 3, { step: 3 }));
      expect(await latest(store, runId, 'm')).toMatchObject({ value: 3, step: 3 });
    });

    test('the same point twice', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logMetric(runId, point('m', 1));
      await store.logMetric(runId, point('m', 1));
      await store.logBatch(runId, { metrics: [point('m', 1), point('m', 1)] });
      const { items } = await store.getMetricHistory({ runId, metricKey: 'm' });
      expect(items).toHaveLength(traits.identicalPoints === 'kept' ? 4 : 1);
      expect(await latest(store, runId, 'm')).toEqual(point('m', 1));
    });

    test('points that differ only in value or in being NaN are all kept', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logBatch(runId, { metrics: [point('m', 0), point('m', NaN), point('m', 1)] });
      const { items } = await store.getMetricHistory({ runId, metricKey: 'm' });
      const values = items.map(item => item.value);
      expect(values).toHaveLength(3);
      expect(values).toEqual(expect.arrayContaining([0, NaN, 1]));
    });
  });
}

function pairsOf(record: Readonly<Record<string, string>>) {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}
