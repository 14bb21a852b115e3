import { join } from 'node:path';

import { silentLogger } from '../../src/base/logger';
import { openSqlStore } from '../../src/stores/sql/openSqlStore';
import { openDirectly, openThroughServer, type StoreKind } from './backend';
import { sqliteTraits, type Subject } from './subject';

const sqlite: StoreKind = {
  uriIn: folder => `sqlite:///${join(folder, 'mlflow.db')}`,
  openIn: folder =>
    openSqlStore(sqlite.uriIn(folder), { logger: silentLogger, workingDir: folder }),
};

export const sqliteSubject: Subject = {
  name: 'SqlStore on SQLite',
  traits: sqliteTraits,
  open: () => openDirectly(sqlite),
};

export const restOverSqliteSubject: Subject = {
  name: 'RestStore → server → SqlStore',
  traits: sqliteTraits,
  open: () => openThroughServer(sqlite),
};
