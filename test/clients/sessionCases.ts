import { afterAll, beforeAll, expect, it } from 'vitest';

import { startMariadb, startPostgres, type PrivateServer } from '../contract/databaseServers';
import { canonicalStore, type CanonicalRun, type CanonicalStore } from './canonicalStore';
import { startCommandLineServer } from './commandLineServer';
import type { MlflowEnvironment } from './mlflowEnvironments';
import { PythonDriver } from './pythonDriver';
import { expectParent, expectSession, type Session } from './session';
import { openOurs, uriIn } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';
import { topicsOf } from './topics';

const TOKEN = 'a token for this test';

/** What `mlflow-tracker server` keeps a session in. */
export type SessionStore = 'file' | 'sqlite' | 'postgresql' | 'mariadb';

export const SESSION_STORES: readonly SessionStore[] = ['file', 'sqlite', 'postgresql', 'mariadb'];

interface Place {
  readonly kind: SessionStore;
  readonly trackingUri: string;
  readonly folder: string;
}

/**
 * A whole session of a training script, then many processes at once, against the server that users start. Afterwards the
 * client, our store and MLflow itself must say the same.
 */
export function defineSessionCases(
  environment: MlflowEnvironment,
  python: () => PythonDriver,
  stores: readonly SessionStore[],
): void {
  for (const kind of stores) {
    const newPlace = placesOf(kind);

    it(`logs a session to mlflow-tracker server over a ${kind} store and reads it back`, () =>
      inTemporaryFolder(async folder => {
        const place = { kind, folder, trackingUri: await newPlace(folder) };
        let session: Session | undefined;
        const content = await contentAfter(environment, place, python(), async url => {
          const topics = topicsOf(environment);
          session = await python().ask<Session>('run', {
            uri: url,
            token: TOKEN,
            name: kind,
            topics,
          });
          expectSession(session, environment);
        });
        if (session !== undefined) {
          expectParent(session, content, environment);
        }
      }));

    it(`loses nothing of 8 processes with 4 threads each over a ${kind} store`, () =>
      inTemporaryFolder(async folder => {
        const place = { kind, folder, trackingUri: await newPlace(folder) };
        // A process that has done nothing yet: it forks.
        const fresh = new PythonDriver(environment, folder);
        try {
          await contentAfter(environment, place, fresh, async url => {
            expect(
              await fresh.ask('log_at_once', { uri: url, token: TOKEN, name: 'many' }),
            ).toEqual({ failures: [], lost: [], runs: 32, found: 32 });
          });
        } finally {
          await fresh.close();
        }
      }));
  }
}

/** Runs a server over the place while `body` logs to it. @returns what the store holds afterwards, the same to everyone */
async function contentAfter(
  environment: MlflowEnvironment,
  { kind, trackingUri, folder }: Place,
  python: PythonDriver,
  body: (url: string) => Promise<void>,
): Promise<CanonicalStore> {
  const isServer = kind === 'postgresql' || kind === 'mariadb';
  const server = await startCommandLineServer({
    trackingUri,
    token: TOKEN,
    workingDir: folder,
    // Of database servers we know the schemas of fewer MLflows; there the newest must do for old clients too.
    ...(isServer ? {} : { python: environment.python }),
    // One of them gives artifacts to the client as a local path, the others through the server's proxy.
    ...(kind === 'file' ? { artifactRoot: `${folder}/artifacts` } : {}),
  });
  let ofClient: CanonicalStore;
  try {
    await body(server.url);
    ofClient = await python.ask<CanonicalStore>('dump', { uri: server.url });
  } finally {
    await server.close();
  }
  const store = await openOurs(trackingUri, environment, folder);
  try {
    const content = await canonicalStore(store);
    expect(content, 'our store and the client').toEqual(ofClient);
    if (!isServer) {
      const theirs = await python.ask<CanonicalStore>('dump', { uri: trackingUri });
      expect(theirs, 'MLflow on the same store').toEqual(asMlflowReads(content, theirs, kind));
    }
    return content;
  } finally {
    await store.close();
  }
}

/** The metric that the session logs on a dataset. */
const ON_DATASET = 'acc';

/**
 * What MLflow's stores show otherwise than its server, and ours. Before 3.18 the SQL store shows every point of a model's
 * metrics, not the last of each. The file store reads a point on a dataset, whose line has five columns, as of step 0.
 */
function asMlflowReads(
  ours: CanonicalStore,
  theirs: CanonicalStore,
  kind: SessionStore,
): CanonicalStore {
  const models: Record<string, CanonicalStore['models'][string]> = {};
  for (const [id, model] of Object.entries(ours.models)) {
    const metrics = theirs.models[id]?.['metrics'];
    expect(metrics).toEqual(expect.arrayContaining(model['metrics'] as unknown[]));
    models[id] = { ...model, metrics };
  }
  const runs: Record<string, CanonicalRun> = {};
  for (const [id, run] of Object.entries(ours.runs)) {
    const point = kind === 'file' ? run.metrics[ON_DATASET] : undefined;
    const atStart = point && ([point[0], point[1], '0'] as const);
    runs[id] = atStart
      ? {
          ...run,
          metrics: { ...run.metrics, [ON_DATASET]: atStart },
          histories: { ...run.histories, [ON_DATASET]: [atStart] },
        }
      : run;
  }
  return { ...ours, models, runs };
}

/** Starts what that kind of store needs for the tests of this file. */
function placesOf(kind: SessionStore): (folder: string) => Promise<string> {
  if (kind === 'file' || kind === 'sqlite') {
    return folder => Promise.resolve(uriIn(folder, kind));
  }
  let server: PrivateServer | undefined;
  let count = 0;
  beforeAll(async () => {
    server = await (kind === 'postgresql' ? startPostgres() : startMariadb());
  });
  afterAll(() => server?.stop());
  return async () => {
    if (server === undefined) {
      throw new Error(`${kind} is not running`);
    }
    count += 1;
    await server.administer(`CREATE DATABASE session_${count}`);
    return server.uriOf(`session_${count}`);
  };
}
