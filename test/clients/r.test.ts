import { describe, expect, it } from 'vitest';

import type { TrackingStore } from '../../src/tracking/trackingStore';
import { asRecord } from '../contract/expectations';
import { serve } from '../contract/servedStore';
import { mlflow3 } from './mlflowEnvironments';
import { headers, requests, type RecordedRequest } from './r/requests';
import { openOurs, STORE_KINDS, uriIn } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';

/** Values by the names that stand for them in the records. */
type Names = Readonly<Record<string, string>>;

function filled(text: string, names: Names): string {
  return text.replace(/\b(RUN|EXPERIMENT|ARTIFACTS)\b/g, name => names[name] ?? name);
}

/** Sends the request, expects its answer, and adds the ids that the answer names. */
async function replay(url: string, request: RecordedRequest, names: Names): Promise<Names> {
  const { method, path, body, status = 200, answer } = request;
  const response = await fetch(`${url}/api/2.0/mlflow/${filled(path, names)}`, {
    method,
    headers: {
      ...headers,
      authorization: 'Bearer r-token',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: filled(body, names) }),
  });
  const got = (await response.json()) as {
    experiment_id?: string;
    run?: { info: { run_id: string; artifact_uri: string } };
  };
  const known = {
    ...(got.experiment_id !== undefined && { EXPERIMENT: got.experiment_id }),
    ...(got.run && { RUN: got.run.info.run_id, ARTIFACTS: got.run.info.artifact_uri }),
    ...names,
  };
  expect({ call: request.call, status: response.status, ...got }).toMatchObject(
    JSON.parse(filled(JSON.stringify({ call: request.call, status, ...answer }), known)) as object,
  );
  return known;
}

async function expectStored(store: TrackingStore, names: Names): Promise<void> {
  const run = await store.getRun(names['RUN'] ?? '');
  const experiment = await store.getExperiment(names['EXPERIMENT'] ?? '');
  expect(experiment).toMatchObject({ name: 'r renamed', lifecycleStage: 'active' });
  expect(run.info).toMatchObject({
    status: 'FINISHED',
    userId: 'ada',
    startTimeMs: 1_700_000_000_000,
    endTimeMs: 1_700_000_000_999,
    lifecycleStage: 'active',
  });
  expect(run.data.metrics).toMatchObject([
    { key: 'a/b 1', value: NaN, step: 100_000, timestampMs: 1_700_000_000_001 },
    { key: 'loss', value: 0.3, step: 100_000, timestampMs: 1_700_000_000_123 },
    { key: 'nan', value: NaN, step: 0, timestampMs: 1_700_000_000_000 },
    { key: 'tiny', value: 1e-300, step: -3, timestampMs: 1_700_000_000_000 },
  ]);
  expect(asRecord(run.data.params)).toEqual({ lr: 'TRUE', p: '1' });
  const { 'mlflow.log-model.history': models, ...tags } = asRecord(run.data.tags);
  expect(tags).toMatchObject({ 'mlflow.source.name': 'train.R', t: 'ü' });
  expect(tags).not.toHaveProperty('stage');
  expect(JSON.parse(models ?? '')).toMatchObject([{ artifact_path: 'model' }]);
}

describe('MLflow’s R client, by its recorded requests', () => {
  it.each(STORE_KINDS)('works over %s', kind =>
    inTemporaryFolder(async folder => {
      const store = await openOurs(uriIn(folder, kind), mlflow3, folder);
      const server = await serve(store, { folder, token: 'r-token' });
      try {
        let names: Names = {};
        for (const request of requests) {
          names = await replay(server.url, request, names);
        }
        await expectStored(store, names);
      } finally {
        await server.close();
        await store.close();
      }
    }),
  );
});
