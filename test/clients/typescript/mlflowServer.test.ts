import { expect, it } from 'vitest';

import { silentLogger } from '../../../src/base/logger';
import { TrackingClient } from '../../../src/client/trackingClient';
import { asRecord } from '../../contract/expectations';
import { mlflow3 } from '../mlflowEnvironments';
import { startMlflowServer } from '../mlflowServer';
import { uriIn } from '../storeKinds';
import { inTemporaryFolder } from '../temporaryFolder';

it('the TypeScript client logs to mlflow server itself', () =>
  inTemporaryFolder(async folder => {
    const backendUri = uriIn(folder, 'sqlite');
    const server = await startMlflowServer(mlflow3, { backendUri, folder });
    const client = await TrackingClient.open({
      trackingUri: server.url,
      workingDir: folder,
      logger: silentLogger,
      env: { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' },
    });
    try {
      const options = { experimentName: 'größe', params: { lr: 0.1 } };
      const runId = await client.withRun(options, async run => {
        for (let step = 0; step < 1500; step += 1) {
          await run.logMetric('loss', step === 7 ? NaN : step, { step });
        }
        await run.logText('ü', 'sub dir/größe.txt');
        expect(await run.listArtifacts('sub dir')).toEqual([
          { path: 'sub dir/größe.txt', isDir: false, fileSize: 2 },
        ]);
        return run.runId;
      });
      const found = [];
      for await (const run of client.searchRuns({ experimentNames: ['größe'], pageSize: 1 })) {
        found.push(run);
      }
      expect(found.map(({ info }) => [info.runId, info.status])).toEqual([[runId, 'FINISHED']]);
      expect(asRecord(found[0]?.data.params ?? [])).toEqual({ lr: '0.1' });
      const history = await client.getMetricHistory(runId, 'loss');
      expect(history.filter(({ value }) => Number.isNaN(value)).map(({ step }) => step)).toEqual([
        7,
      ]);
      expect(history).toHaveLength(1500);
    } finally {
      await client.close();
      await server.close();
    }
  }));
