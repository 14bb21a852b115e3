import { expect, it } from 'vitest';

import { silentLogger } from '../../src/base/logger';
import { RestStore } from '../../src/stores/rest/restStore';
import { canonicalStore } from './canonicalStore';
import { startCommandLineServer } from './commandLineServer';
import type { MlflowEnvironment } from './mlflowEnvironments';
import { startMlflowServer } from './mlflowServer';
import type { PythonDriver } from './pythonDriver';
import { expectHardValues, expectSameSearches } from './storeCases';
import { uriIn } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';
import { writeStore } from './writeStore';

/** Our REST client, and our server in front of it, against `mlflow server` itself. */
export function defineServerCases(
  environment: MlflowEnvironment,
  python: () => PythonDriver,
): void {
  it('writes through mlflow server and reads it back', () =>
    inTemporaryFolder(async folder => {
      const backendUri = uriIn(folder, 'sqlite');
      const server = await startMlflowServer(environment, { backendUri, folder });
      const store = new RestStore({ baseUrl: server.url, logger: silentLogger });
      try {
        const written = await writeStore(store, { loggedModels: environment.isVersion3 });
        const ours = await canonicalStore(store);
        expectHardValues(ours, written, 'sqlite');
        expect(ours).toEqual(await python().ask('dump', { uri: backendUri }));
        const ids = Object.keys(ours.experiments);
        await expectSameSearches(environment, python(), store, backendUri, ids);
        await expectPassedOn(environment, python(), server.url, folder);
      } finally {
        await store.close();
        await server.close();
      }
    }));
}

/** The model registry and, with MLflow 3, traces, which our server does not have, work through it: the server behind it has them. */
async function expectPassedOn(
  { isVersion3: traces }: MlflowEnvironment,
  python: PythonDriver,
  url: string,
  folder: string,
): Promise<void> {
  const token = 'of the server in between';
  const between = await startCommandLineServer({ trackingUri: url, token, workingDir: folder });
  try {
    const ask = { uri: between.url, token };
    expect(await python.ask('use_registry', { ...ask, traces })).toBe('RESOURCE_DOES_NOT_EXIST');
    const through = await python.ask<{ traces: unknown[] }>('read_registry', ask);
    expect(through).toEqual(await python.ask('read_registry', { uri: url, token: '' }));
    expect(through).toMatchObject({ models: ['model é'], tags: {}, description: 'a, b & c' });
    expect(through.traces).toEqual(traces ? [['outer', 'inner']] : []);
  } finally {
    await between.close();
  }
}
