import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { retryWhileBusy } from '../../../../src/stores/sql/sqliteBusy';
import { TrackingError } from '../../../../src/tracking/trackingError';
import { connect, newRun, rowsOf, tempFolder } from './sqlFixture';

function startWriter(...args: readonly string[]) {
  const program = join(tempFolder(), 'writer.mjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'writer.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, exited: once(child, 'exit'), lines: createInterface({ input: child.stdout }) };
}

it('loses nothing when processes write to one file at the same time', async () => {
  const { store, folder, runId } = await newRun();
  const writers = ['a', 'b'].map(name => startWriter(folder, runId, name, '40'));
  for (let step = 1; step <= 40; step += 1) {
    await store.logMetric(runId, { key: 'own', value: step, step, timestampMs: 1 });
    await store.setTag(runId, { key: 'own', value: String(step) });
  }
  expect(await Promise.all(writers.map(({ exited }) => exited))).toEqual([
    [0, null],
    [0, null],
  ]);

  const database = connect(folder);
  expect(rowsOf(database, 'SELECT key, count(*) AS n FROM metrics GROUP BY key')).toEqual([
    { key: 'a', n: 2000n },
    { key: 'b', n: 2000n },
    { key: 'own', n: 40n },
  ]);
  const { data } = await store.getRun(runId);
  expect(data.metrics.map(({ key, step, value }) => [key, step, value])).toEqual([
    ['a', 40, 49],
    ['b', 40, 49],
    ['own', 40, 40],
  ]);
  expect(data.params).toHaveLength(80);
  expect(data.tags.map(({ value }) => value).slice(0, 2)).toEqual(['40', '40']);
});

it('leaves no part of a write when its process is killed', async () => {
  const { store, folder, runId } = await newRun();
  for (const name of ['a', 'b', 'c']) {
    const { child, exited, lines } = startWriter(folder, runId, name, '1000000');
    let acknowledged = 0;
    for await (const line of lines) {
      acknowledged = Number(line);
      if (acknowledged === 15) {
        child.kill('SIGKILL');
      }
    }
    expect(await exited).toEqual([null, 'SIGKILL']);

    const { data } = await store.getRun(runId);
    const batches = data.params.filter(({ key }) => key.startsWith(`${name}/`)).length;
    expect(batches).toBeGreaterThanOrEqual(acknowledged);
    expect((await store.getMetricColumns(runId, name)).steps).toHaveLength(50 * batches);
    expect(data.metrics.find(({ key }) => key === name)).toMatchObject({
      step: batches,
      value: 49,
    });
    expect(data.tags.find(({ key }) => key === name)?.value).toBe(String(batches));
  }
  expect(rowsOf(connect(folder), 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
});

it('waits for another process that holds the file, and does not stop the event loop', async () => {
  const { store, folder, runId } = await newRun();
  const other = connect(folder);
  other.exec('BEGIN EXCLUSIVE');
  const order: string[] = [];
  const calls = Promise.all([
    store.setTag(runId, { key: 'waited', value: 'yes' }).then(() => order.push('written')),
    store.getRun(runId).then(() => order.push('read')),
  ]);
  for (let turn = 0; turn < 5; turn += 1) {
    await delay(20);
    order.push('turn');
  }
  // Only this process can release the lock: a call that blocked would wait for itself.
  other.exec('COMMIT');
  await calls;
  expect(order.slice(0, 5)).toEqual(['turn', 'turn', 'turn', 'turn', 'turn']);
  expect((await store.getRun(runId)).data.tags).toContainEqual({ key: 'waited', value: 'yes' });
});

it('commits once a reader in another process is done', async () => {
  const { store, folder, runId } = await newRun();
  const reader = connect(folder);
  reader.exec('BEGIN');
  expect(rowsOf(reader, 'SELECT count(*) AS n FROM tags')).toEqual([{ n: 1n }]);
  let isWritten = false;
  const write = store.setTag(runId, { key: 't', value: '1' }).then(() => (isWritten = true));
  await delay(50);
  expect(isWritten).toBe(false);
  reader.exec('COMMIT');
  await write;
  expect(rowsOf(reader, 'SELECT count(*) AS n FROM tags')).toEqual([{ n: 2n }]);
});

it('gives up as temporarily unavailable, and stops waiting when cancelled', async () => {
  const { folder } = await newRun();
  const holder = connect(folder);
  holder.exec('BEGIN EXCLUSIVE');
  const asker = connect(folder);
  const ask = (): Promise<unknown> => Promise.resolve(asker.prepare('SELECT 1 FROM runs').all());
  await expect(retryWhileBusy(async () => ask(), { patienceMs: 30 })).rejects.toSatisfy(error =>
    TrackingError.is(error, 'TEMPORARILY_UNAVAILABLE'),
  );
  const reason = new Error('no longer needed');
  const signal = AbortSignal.timeout(30);
  const cancelled = new AbortController();
  signal.addEventListener('abort', () => cancelled.abort(reason));
  await expect(retryWhileBusy(async () => ask(), { signal: cancelled.signal })).rejects.toBe(
    reason,
  );
});
