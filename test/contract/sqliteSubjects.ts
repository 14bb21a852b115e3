import { join } from 'node:path';

import type * as Library from '../../src/client/fluent';
import { silentLogger } from '../../src/base/logger';
import { TrackerClient } from '../../src/stores/rest/trackerClient';
import { openSqlStore } from '../../src/stores/sql/openSqlStore';
import { openDirectly, openThroughServer, type StoreKind } from './backend';
import { sqliteTraits, type Subject } from './subject';

const clientLibrary = join(import.meta.dirname, '../../dist/client/index.mjs');

const sqlite: StoreKind = {
  pathIn: folder => join(folder, 'mlflow.db'),
  uriIn: folder => `sqlite:///${sqlite.pathIn(folder)}`,
  openIn: folder =>
    openSqlStore(sqlite.uriIn(folder), { logger: silentLogger, workingDir: folder }),
};

export const sqliteSubject: Subject = {
  name: 'SqlStore on SQLite',
  kind: 'sqlite',
  traits: sqliteTraits,
  open: () => openDirectly(sqlite),
};

export const restOverSqliteSubject: Subject = {
  name: 'RestStore → server → SqlStore',
  kind: 'rest',
  traits: sqliteTraits,
  open: () => openThroughServer(sqlite),
};

/** What the extension itself uses: projections, events and status come from our server. */
export const trackerClientSubject: Subject = {
  name: 'TrackerClient → server → SqlStore',
  kind: 'sqlite',
  traits: sqliteTraits,
  open: () =>
    openThroughServer(
      sqlite,
      async (baseUrl, token) => new TrackerClient({ baseUrl, token, logger: silentLogger }),
    ),
};

/** What the package exports as `mlflow-tracker/client`, as it is built. */
export const clientLibrarySubject: Subject = {
  name: 'client library → server → SqlStore',
  kind: 'rest',
  traits: sqliteTraits,
  open: () =>
    openThroughServer(sqlite, async (trackingUri, token) => {
      const { openClient } = (await import(clientLibrary)) as typeof Library;
      return (await openClient({ trackingUri, token, env: {} })).store;
    }),
};
