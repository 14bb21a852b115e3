import { expect, it } from 'vitest';

import { MetricBuffer } from '../../../src/client/metricBuffer';
import type { Metric } from '../../../src/tracking/entities';

function points(count: number, from = 0): Metric[] {
  return Array.from({ length: count }, (_, index) => ({
    key: 'loss',
    value: from + index,
    step: from + index,
    timestampMs: 1,
  }));
}

interface Answer {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(reason: unknown): void;
}

function newAnswer(): Answer {
  let settle: Omit<Answer, 'promise'> | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: () => settle?.resolve(), reject: reason => settle?.reject(reason) };
}

/** A buffer whose requests are answered when the test says so, in the order in which they came. */
function buffered() {
  const sent: (readonly Metric[])[] = [];
  const lost: [number, unknown][] = [];
  const answers: Answer[] = [];
  const buffer = new MetricBuffer({
    send: batch => {
      sent.push(batch);
      const answer = newAnswer();
      answers.push(answer);
      return answer.promise;
    },
    onLost: (count, reason) => lost.push([count, reason]),
    intervalMs: 1,
  });
  return { buffer, sent, lost, answers };
}

async function answerAll(answers: readonly Answer[]): Promise<void> {
  for (let next = 0; next < answers.length; next += 1) {
    answers[next]?.resolve();
    await new Promise(setImmediate);
  }
}

it('sends points in the order in which they were logged, as few requests as MLflow allows', async () => {
  const { buffer, sent, answers } = buffered();
  await buffer.add(points(600));
  await buffer.add(points(1500, 600));
  const flushed = buffer.flush();
  await answerAll(answers);
  await flushed;
  expect(sent.map(batch => batch.length)).toEqual([1000, 1000, 100]);
  expect(sent.flat().map(({ step }) => step)).toEqual(points(2100).map(({ step }) => step));
});

it('sends what waits by itself after a moment', async () => {
  const { buffer, sent } = buffered();
  await buffer.add(points(3));
  expect(sent).toEqual([]);
  await expect.poll(() => sent.map(batch => batch.length)).toEqual([3]);
});

it('sends one request at a time and collects meanwhile', async () => {
  const { buffer, sent, answers } = buffered();
  await buffer.add(points(1000));
  await buffer.add(points(10));
  await buffer.add(points(20));
  const flushed = buffer.flush();
  await new Promise(setImmediate);
  expect(sent).toHaveLength(1);
  await answerAll(answers);
  await flushed;
  expect(sent.map(batch => batch.length)).toEqual([1000, 30]);
});

it('lets whoever logs wait while the server is behind', async () => {
  const { buffer, answers } = buffered();
  await buffer.add(points(11_000));
  let room = false;
  const added = buffer.add(points(1)).then(() => (room = true));
  await new Promise(setImmediate);
  expect(room).toBe(false);
  await answerAll(answers);
  await added;
  expect(room).toBe(true);
});

it('tells of lost points at once and by the next flush, and goes on with the others', async () => {
  const { buffer, sent, lost, answers } = buffered();
  const reason = new Error('the run was deleted');
  await buffer.add(points(1005));
  answers[0]?.reject(reason);
  const flushed = buffer.flush().catch((error: unknown) => error);
  await new Promise(setImmediate);
  answers[1]?.resolve();
  expect(await flushed).toBe(reason);
  expect(lost).toEqual([[1000, reason]]);
  expect(sent.map(batch => batch.length)).toEqual([1000, 5]);
  await expect(buffer.flush()).resolves.toBeUndefined();
});
