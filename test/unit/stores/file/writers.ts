import { once } from 'node:events';
import { silentLogger } from '../../../../src/base/logger';
import { FileStore } from '../../../../src/stores/file/fileStore';
import { TrackingError } from '../../../../src/tracking/trackingError';

/*
 * Programs that write to a store from a process of their own: `node writers.mjs PROGRAM ROOT RUN_ID [NAME]`.
 */
const [program, root = '', runId = '', name = ''] = process.argv.slice(2);
const store = await FileStore.open(root, { logger: silentLogger });

switch (program) {
  case 'append':
    for (let step = 0; step < 100; step += 1) {
      await store.logBatch(runId, {
        metrics: [
          { key: 'shared', value: step + 0.125, timestampMs: Number(name), step },
          { key: 'shared', value: step + 0.25, timestampMs: Number(name), step },
          { key: `own/${name}`, value: step, timestampMs: 1, step },
        ],
        tags: [{ key: 'shared', value: name.repeat(2000) }],
      });
    }
    break;
  case 'mixed':
    await logMixed();
    break;
  case 'param':
    try {
      await store.logParam(runId, { key: 'contested', value: name });
      process.stdout.write('won');
    } catch (error) {
      process.stdout.write(TrackingError.is(error, 'INVALID_PARAMETER_VALUE') ? 'lost' : 'failed');
    }
    break;
  default:
    process.stdout.write('ready\n');
    for (let round = 1; ; round += 1) {
      await store.updateRun(runId, { runName: `name ${'x'.repeat(5000)} ${round}` });
    }
}
await store.close();

/** The counterpart of `test/clients/python/concurrent_writer.py`: `mixed ROOT NAME ROUNDS RUN_ID...`, after a line on stdin. */
async function logMixed(): Promise<void> {
  const [writer = '', rounds = '', ...runIds] = process.argv.slice(4);
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  process.stdin.destroy();
  const timestampMs = Number(writer);
  for (let step = 0; step < Number(rounds); step += 1) {
    const value = String(step);
    for (const id of runIds) {
      await store.logMetric(id, { key: 'shared', value: step + 0.5, timestampMs, step });
      await store.logParam(id, { key: `param/${writer}/${step}`, value });
      await store.setTag(id, { key: `tag/${writer}/${step}`, value });
      await store.logBatch(id, {
        metrics: [
          { key: 'shared', value: step + 0.25, timestampMs, step },
          { key: `own/${writer}`, value: step, timestampMs, step },
        ],
        params: [{ key: `batch/${writer}/${step}`, value }],
        tags: [{ key: `batch/${writer}/${step}`, value }],
      });
    }
    if (step % 4 === 0) {
      await store.createRun({ experimentId: '0', runName: `${writer}-${step}` });
    }
  }
}
