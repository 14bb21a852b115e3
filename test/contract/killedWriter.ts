import { writeSync } from 'node:fs';

import { silentLogger } from '../../src/base/logger';
import { openStore } from '../../src/stores/openStore';

/**
 * A process of its own for the durability contract: writes until it is killed and prints the number of each write that its
 * store has acknowledged. Arguments: tracking URI, run id.
 */
const [uri = '', runId = ''] = process.argv.slice(2);
const store = await openStore(uri, { logger: silentLogger, workingDir: process.cwd() });
for (let i = 1; ; i += 1) {
  await store.logMetric(runId, { key: 'm', value: i, step: i, timestampMs: i });
  await store.logParam(runId, { key: `p${i}`, value: `${i}` });
  writeSync(1, `${i}\n`);
}
