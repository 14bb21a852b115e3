import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';

import { afterAll, beforeAll } from 'vitest';

import { silentLogger } from '../../src/base/logger';
import { openSqlStore } from '../../src/stores/sql/openSqlStore';
import { openDirectly, type StoreKind } from './backend';
import { startMariadb, startPostgres, type PrivateServer } from './databaseServers';
import { sqliteTraits, type Subject } from './subject';

/** A subject whose backends are databases of one server, which runs while the cases of the test file do. */
export interface ServerSubject extends Subject {
  readonly server: () => PrivateServer;
}

const EMPTY_IS_FILLED =
  'an empty database of a server gets its tables when it is opened, as MLflow does it';

export function postgresSubject(): ServerSubject {
  return subjectOn(startPostgres, {
    name: 'SqlStore on PostgreSQL',
    kind: 'postgresql',
    traits: { ...sqliteTraits, longestExperimentName: 256 },
    skips: { 'looking at a store that is not there makes nothing': EMPTY_IS_FILLED },
  });
}

export function mariadbSubject(): ServerSubject {
  return subjectOn(startMariadb, {
    name: 'SqlStore on MariaDB',
    kind: 'mysql',
    traits: { ...sqliteTraits, longestExperimentName: 256, namesByCase: 'equal' },
    skips: { 'looking at a store that is not there makes nothing': EMPTY_IS_FILLED },
  });
}

function subjectOn(
  start: () => Promise<PrivateServer>,
  subject: Omit<Subject, 'open'>,
): ServerSubject {
  let running: PrivateServer | undefined;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running?.stop());
  const server = (): PrivateServer => {
    if (!running) {
      throw new Error(`The server of ${subject.name} is not running`);
    }
    return running;
  };
  return { ...subject, server, open: () => openDatabase(server()) };
}

async function openDatabase(server: PrivateServer) {
  const names = new Map<string, string>();
  const databaseIn = (folder: string): string => {
    const name = names.get(folder) ?? `tracking_${randomUUID().replaceAll('-', '')}`;
    names.set(folder, name);
    return name;
  };
  const kind: StoreKind = {
    pathIn: folder => join(folder, basename(folder)),
    uriIn: folder => server.uriOf(databaseIn(folder)),
    async openIn(folder) {
      if (!names.has(folder)) {
        await server.administer(`CREATE DATABASE ${databaseIn(folder)}`);
      }
      return openSqlStore(kind.uriIn(folder), { logger: silentLogger, workingDir: folder });
    },
  };
  const backend = await openDirectly(kind);
  const closeStores = backend.close.bind(backend);
  return Object.assign(backend, {
    async close() {
      await closeStores();
      for (const name of names.values()) {
        await server.administer(`DROP DATABASE ${name}`);
      }
    },
  });
}
