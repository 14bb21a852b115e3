import { expect } from 'vitest';

import type { Metric } from '../../src/tracking/entities';
import { allPages, expectRefusal, newRun, plainPoint, point } from './expectations';
import { describeOn, type Subject } from './subject';

/** Unordered on purpose: by logging, by time and by step these are three different orders. */
const LOGGED: readonly Metric[] = [
  point('m', 1, { step: 3, timestampMs: 300 }),
  point('m', 2, { step: 1, timestampMs: 200 }),
  point('m', 3, { step: -2, timestampMs: 200 }),
  point('m', 5, { step: 3, timestampMs: 100 }),
  point('m', 4, { step: 3, timestampMs: 100 }),
  point('m', NaN, { step: 0, timestampMs: 400 }),
];

export function historyContract(subject: Subject): void {
  describeOn(subject, 'metric history', (test, backend) => {
    const logged = async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      for (const each of LOGGED) {
        await store.logMetric(runId, each);
      }
      return { store, runId, metricKey: 'm' };
    };
    const expected =
      subject.traits.historyOrder === 'logged'
        ? LOGGED
        : [...LOGGED].sort(
            (a, b) =>
              Number(a.timestampMs) - Number(b.timestampMs) ||
              Number(a.step) - Number(b.step) ||
              a.value - b.value,
          );

    test('comes in the order of its store', async () => {
      const { store, ...of } = await logged();
      const history = await store.getMetricHistory(of);
      expect(history.items.map(plainPoint)).toEqual(expected);
      expect(history.nextPageToken).toBeUndefined();
    });

    test('pages cover it without gap or repeat', async () => {
      const { store, ...of } = await logged();
      for (const maxResults of [1, 2, 4, 5, 6, 7]) {
        const items = await allPages(pageToken =>
          store.getMetricHistory({
            ...of,
            maxResults,
            ...(pageToken === undefined ? {} : { pageToken }),
          }),
        );
        expect(items.map(plainPoint)).toEqual(expected);
      }
      const last = await store.getMetricHistory({ ...of, maxResults: LOGGED.length });
      expect(last.nextPageToken).toBeUndefined();
    });

    test('a garbage token is refused', async () => {
      const { store, ...of } = await logged();
      for (const pageToken of GARBAGE_TOKENS) {
        await expectRefusal(
          store.getMetricHistory({ ...of, maxResults: 2, pageToken }),
          'INVALID_PARAMETER_VALUE',
        );
      }
    });

    test('columns are ordered by step, timestamp, value', async () => {
      const { store, runId, metricKey } = await logged();
      const columns = await store.getMetricColumns(runId, metricKey);
      expect([...columns.steps]).toEqual([-2, 0, 1, 3, 3, 3]);
      expect([...columns.timesMs]).toEqual([200, 400, 200, 100, 100, 300]);
      expect([...columns.values]).toEqual([3, NaN, 2, 4, 5, 1]);
    });

    test('columns read on from earlier ones are those that are read whole', async () => {
      const { store, runId, metricKey } = await logged();
      const other = (await newRun(store)).info.runId;
      let earlier = await store.getMetricColumns(runId, metricKey);
      const readOn = async () => {
        const whole = await store.getMetricColumns(runId, metricKey);
        earlier = await store.getMetricColumns(runId, metricKey, { grownFrom: earlier });
        expect(earlier).toEqual(whole);
        return earlier.values.length;
      };
      expect(await readOn()).toBe(LOGGED.length);
      await store.logMetric(runId, point('m', 7, { step: 9, timestampMs: 900 }));
      await store.logMetric(other, point('m', 8, { step: 9, timestampMs: 900 }));
      await store.logMetric(runId, point('n', 8, { step: 9, timestampMs: 900 }));
      expect(await readOn()).toBe(LOGGED.length + 1);
      // Earlier by step and time than all that is known.
      await store.logMetric(runId, point('m', NaN, { step: -9, timestampMs: 1 }));
      await store.logMetric(runId, point('m', -8, { step: -9, timestampMs: 1 }));
      expect(await readOn()).toBe(LOGGED.length + 3);
      // Columns of another run or metric say nothing about this one.
      const whole = await store.getMetricColumns(other, metricKey);
      expect([...whole.values]).toEqual([8]);
      expect(await store.getMetricColumns(other, metricKey, { grownFrom: earlier })).toEqual(whole);
      expect([
        ...(await store.getMetricColumns(runId, 'n', { grownFrom: earlier })).values,
      ]).toEqual([8]);
    });

    test('of an unknown key is empty', async () => {
      const { store, runId } = await logged();
      expect(await store.getMetricHistory({ runId, metricKey: 'never' })).toEqual({ items: [] });
      const columns = await store.getMetricColumns(runId, 'never');
      expect([columns.steps, columns.timesMs, columns.values].map(column => column.length)).toEqual(
        [0, 0, 0],
      );
    });

    test('of an unknown run', async () => {
      const { store } = backend();
      const call = store.getMetricHistory({ runId: 'f'.repeat(32), metricKey: 'm' });
      if (subject.traits.historyOfUnknownRun === 'empty') {
        expect(await call).toEqual({ items: [] });
      } else {
        await expectRefusal(call, 'RESOURCE_DOES_NOT_EXIST');
      }
    });

    test('one that is long comes whole', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      const count = 6000;
      for (let from = 0; from < count; from += 1000) {
        await store.logBatch(runId, {
          metrics: Array.from({ length: 1000 }, (_, i) =>
            point('long/one', Math.sin(from + i), { step: from + i, timestampMs: from + i }),
          ),
        });
      }
      const { items } = await store.getMetricHistory({ runId, metricKey: 'long/one' });
      expect(items.map(item => item.step)).toEqual(Array.from({ length: count }, (_, i) => i));
      const { values } = await store.getMetricColumns(runId, 'long/one');
      expect(values[count - 1]).toBe(Math.sin(count - 1));
      expect(values).toHaveLength(count);
    });
  });
}

/** Not base64, not JSON, no offset, and offsets that are none. */
export const GARBAGE_TOKENS: readonly string[] = [
  'garbage',
  '!!!',
  Buffer.from('{"offset": ').toString('base64'),
  Buffer.from('[]').toString('base64'),
  Buffer.from('{"offset": -1}').toString('base64'),
  Buffer.from('{"offset": "x"}').toString('base64'),
];
