import { expect, it } from 'vitest';
import { RetryAdvice } from '../../../src/server/retryAdvice';
import { TrackingError } from '../../../src/tracking/trackingError';
import { openServer } from './fixture';

const unavailable = new TrackingError('TEMPORARILY_UNAVAILABLE', 'Not now.');

it('lets a client that obeys wait as long as by its own pauses', () => {
  let now = 0;
  const advice = new RetryAdvice(() => now);
  const pauses = Array.from({ length: 7 }, () => {
    const seconds = Number(advice.headersFor(unavailable)['retry-after']);
    now += seconds * 1000;
    return seconds;
  });
  expect(pauses).toEqual([2, 4, 12, 36, 60, 60, 60]);
  now += 151_000;
  expect(advice.headersFor(unavailable)).toEqual({ 'retry-after': '2' });
});

it('advises nothing for what stays wrong', () => {
  const advice = new RetryAdvice();
  for (const code of ['INVALID_PARAMETER_VALUE', 'PERMISSION_DENIED', 'INTERNAL_ERROR'] as const) {
    expect(advice.headersFor(new TrackingError(code, 'No.'))).toEqual({});
  }
});

it.each([
  ['TEMPORARILY_UNAVAILABLE', 503],
  ['RESOURCE_EXHAUSTED', 429],
] as const)('%s of a store becomes %i with Retry-After', async (code, status) => {
  const server = await openServer();
  try {
    server.store.getRun = () => Promise.reject(new TrackingError(code, 'Not now.'));
    const answer = await server.send('GET', '/api/2.0/mlflow/runs/get?run_id=a');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, '2']);
    expect(await answer.json()).toEqual({ error_code: code, message: 'Not now.' });
  } finally {
    await server.close();
  }
});
