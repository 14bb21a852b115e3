import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect } from 'vitest';

import { defineInventoryCases } from './inventoryCases';
import type { MlflowEnvironment } from './mlflowEnvironments';
import { PythonDriver } from './pythonDriver';
import { defineServerCases } from './serverCases';
import { defineSessionCases, type SessionStore } from './sessionCases';
import { defineStoreCases } from './storeCases';

/** What a test file has of `describeMlflow`. */
interface MlflowCases {
  /** The stores behind our server that the session is logged to. */
  readonly sessions: readonly SessionStore[];
  /** Whether the two sides also share stores and `mlflow server` without our server. */
  readonly stores: boolean;
}

/** One real MLflow against our server and our stores, in one Python process: MLflow takes seconds to load. */
export function describeMlflow(environment: MlflowEnvironment, cases: MlflowCases): void {
  describe(`MLflow ${environment.version}`, () => {
    let folder: string | undefined;
    let python: PythonDriver | undefined;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'mlflow-client-'));
      python = new PythonDriver(environment, folder);
      expect(await python.ask('version')).toBe(environment.version);
    });
    afterAll(async () => {
      await python?.close();
      if (folder !== undefined) {
        await rm(folder, { recursive: true, force: true });
      }
    });
    const driver = () => {
      if (python === undefined) {
        throw new Error('Python is not running');
      }
      return python;
    };

    if (cases.stores) {
      defineStoreCases(environment, driver);
      defineServerCases(environment, driver);
      defineInventoryCases(driver);
    }
    defineSessionCases(environment, driver, cases.sessions);
  });
}
