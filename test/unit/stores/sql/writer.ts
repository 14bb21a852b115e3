import { writeSync } from 'node:fs';
import { silentLogger } from '../../../../src/base/logger';
import { openSqlStore } from '../../../../src/stores/sql/openSqlStore';

/*
 * A process of its own that writes batches until it has written COUNT or is killed, and prints each one's number once it
 * is acknowledged: `node writer.mjs FOLDER RUN_ID NAME COUNT`. Batch n holds 50 points of the metric NAME at step n.
 */
const [folder = '', runId = '', name = '', count = ''] = process.argv.slice(2);
const store = await openSqlStore('sqlite:///mlflow.db', {
  logger: silentLogger,
  workingDir: folder,
});
for (let batch = 1; batch <= Number(count); batch += 1) {
  await store.logBatch(runId, {
    metrics: Array.from({ length: 50 }, (_, i) => ({
      key: name,
      value: i,
      timestampMs: i,
      step: batch,
    })),
    params: [{ key: `${name}/${batch}`, value: String(batch) }],
    tags: [{ key: name, value: String(batch) }],
  });
  writeSync(1, `${batch}\n`);
}
await store.close();
