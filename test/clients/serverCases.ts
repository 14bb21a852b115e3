import { expect, it } from 'vitest';

import { silentLogger } from '../../src/base/logger';
import { RestStore } from '../../src/stores/rest/restStore';
import { canonicalStore } from './canonicalStore';
import type { MlflowEnvironment } from './mlflowEnvironments';
import { startMlflowServer } from './mlflowServer';
import type { PythonDriver } from './pythonDriver';
import { expectHardValues, expectSameSearches } from './storeCases';
import { uriIn } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';
import { writeStore } from './writeStore';

/** Our REST client against `mlflow server` itself. */
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
      } finally {
        await store.close();
        await server.close();
      }
    }));
}
