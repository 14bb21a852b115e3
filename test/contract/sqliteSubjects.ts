import { join } from 'node:path';

import { silentLogger } from '../../src/base/logger';
import { TrackerClient } from '../../src/stores/rest/trackerClient';
import { openSqlStore } from '../../src/stores/sql/openSqlStore';
import { openDirectly, openThroughServer, type StoreKind } from './backend';
import { sqliteTraits, type Subject } from './subject';

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
  open: () => openThroughServer(sqlite, TrackerClient),
};
