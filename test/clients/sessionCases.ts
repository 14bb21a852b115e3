import { expect, it } from 'vitest';

import { serve } from '../contract/servedStore';
import { canonicalStore } from './canonicalStore';
import { startCommandLineServer } from './commandLineServer';
import type { MlflowEnvironment } from './mlflowEnvironments';
import type { PythonDriver } from './pythonDriver';
import { expectSession, type Session } from './session';
import { openOurs, STORE_KINDS, uriIn } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';

const TOKEN = 'a token for this test';

/** A whole session of a training script against our server; then our store must say the same as the client. */
export function defineSessionCases(
  environment: MlflowEnvironment,
  python: () => PythonDriver,
): void {
  for (const kind of STORE_KINDS) {
    it(`logs a session to our server over a ${kind} store and reads it back`, () =>
      inTemporaryFolder(async folder => {
        // One of them gives artifacts to the client as a local path, the other through the server's proxy.
        const artifactRoot = kind === 'sqlite' ? 'mlflow-artifacts:/' : undefined;
        const store = await openOurs(uriIn(folder, kind), environment, folder, artifactRoot);
        const server = await serve(store, { folder, token: TOKEN });
        try {
          const session = await python().ask<Session>('run', {
            uri: server.url,
            token: TOKEN,
            name: 'in process',
          });
          expectSession(session, environment);
          expect(await canonicalStore(store)).toEqual(session.store);
        } finally {
          await server.close();
          await store.close();
        }
      }));
  }

  // The process is the same for every store: each MLflow takes the other kind.
  const kind = environment.isVersion3 ? 'sqlite' : 'file';
  it(`logs a session to the mlflow-tracker server process over a ${kind} store`, () =>
    inTemporaryFolder(async folder => {
      const trackingUri = uriIn(folder, kind);
      const server = await startCommandLineServer({
        trackingUri,
        token: TOKEN,
        workingDir: folder,
      });
      let session: Session;
      try {
        session = await python().ask<Session>('run', {
          uri: server.url,
          token: TOKEN,
          name: 'process',
        });
      } finally {
        await server.close();
      }
      expectSession(session, environment);
      const store = await openOurs(trackingUri, environment, folder);
      try {
        expect(await canonicalStore(store)).toEqual(session.store);
      } finally {
        await store.close();
      }
    }));
}
