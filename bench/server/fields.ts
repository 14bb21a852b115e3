import { copyFile, cp } from 'node:fs/promises';
import { installedMlflowVersion } from '../../src/launch/installedMlflow';
import { startMariadb, startPostgres } from '../../test/contract/databaseServers';
import {
  startFastTrackMl,
  startMlflowServer,
  startOurServer,
  type RunningServer,
} from '../servers';
import type { Workspace } from '../workspace';
import type { Contender, Field } from './contender';
import { fillStore, type DataSize, type TrackingData } from './trackingData';

const OURS = 'ours';
const FAST_TRACK_ML = 'FastTrackML 0.6.0';

const MAKERS: Readonly<Record<string, (context: Context) => Promise<Field>>> = {
  sqlite: sqliteField,
  postgresql: postgresField,
  mariadb: mariadbField,
  files: filesField,
};

/**
 * Kinds of store in turn, each made and filled when it is asked for.
 * @param only one of them; all when absent
 */
export async function* fields(
  workspace: Workspace,
  size: DataSize,
  only?: string,
): AsyncIterable<Field> {
  if (only !== undefined && !(only in MAKERS)) {
    throw new Error(`No such store: ${only}. There are ${Object.keys(MAKERS).join(', ')}.`);
  }
  const version = await installedMlflowVersion(workspace.python, workspace.root, process.env);
  const mlflow = `mlflow server ${version ?? ''}`;
  const context = { workspace, size, version, mlflow };
  for (const [name, make] of Object.entries(MAKERS)) {
    if (only === undefined || only === name) {
      yield await make(context);
    }
  }
}

interface Context {
  readonly workspace: Workspace;
  readonly size: DataSize;
  /** Of MLflow: databases are made for it. */
  readonly version: string | undefined;
  readonly mlflow: string;
}

async function sqliteField({ workspace, size, version, mlflow }: Context): Promise<Field> {
  const file = workspace.path('ours.db');
  const data = await fillStore(workspace, `sqlite:///${file}`, size, version);
  const copy = workspace.path('mlflow.db');
  await copyFile(file, copy);
  const bare = workspace.path('bare.db');
  await copyFile(file, bare);
  const contenders = [
    contender(OURS, await startOurServer(workspace, `sqlite:///${file}`), data),
    contender(mlflow, await startMlflowServer(workspace, `sqlite:///${copy}`), data),
    await fastTrackMl(workspace, `sqlite://${workspace.path('fasttrackml.db')}`, size),
  ];
  return {
    title: 'SQLite',
    hasGoals: true,
    contenders,
    sqliteFile: bare,
    stop: stopper(contenders),
  };
}

async function postgresField({ workspace, size, version, mlflow }: Context): Promise<Field> {
  const database = await startPostgres({ isDurable: true });
  workspace.onClose(() => database.stop());
  await database.administer('CREATE DATABASE ours');
  const data = await fillStore(workspace, database.uriOf('ours'), size, version);
  await database.administer('CREATE DATABASE mlflow TEMPLATE ours');
  await database.administer('CREATE DATABASE fasttrackml');
  const goUri = database.uriOf('fasttrackml').replace('postgresql+psycopg2:', 'postgres:');
  const contenders = [
    contender(OURS, await startOurServer(workspace, database.uriOf('ours')), data),
    contender(mlflow, await startMlflowServer(workspace, database.uriOf('mlflow')), data),
    await fastTrackMl(workspace, goUri, size),
  ];
  return { title: 'PostgreSQL', hasGoals: true, contenders, stop: stopper(contenders) };
}

/** FastTrackML has no driver for it. */
async function mariadbField({ workspace, size, version, mlflow }: Context): Promise<Field> {
  const database = await startMariadb({ isDurable: true });
  workspace.onClose(() => database.stop());
  await database.administer('CREATE DATABASE ours');
  const data = await fillStore(workspace, database.uriOf('ours'), size, version);
  await database.administer('CREATE DATABASE mlflow');
  const copied = await fillStore(workspace, database.uriOf('mlflow'), size, version);
  const contenders = [
    contender(OURS, await startOurServer(workspace, database.uriOf('ours')), data),
    contender(mlflow, await startMlflowServer(workspace, database.uriOf('mlflow')), copied),
  ];
  return { title: 'MariaDB', hasGoals: false, contenders, stop: stopper(contenders) };
}

async function filesField({ workspace, size, mlflow }: Context): Promise<Field> {
  const folder = workspace.path('ours-mlruns');
  const data = await fillStore(workspace, folder, size);
  const copy = workspace.path('mlflow-mlruns');
  await cp(folder, copy, { recursive: true });
  const contenders = [
    contender(OURS, await startOurServer(workspace, folder), data),
    contender(mlflow, await startMlflowServer(workspace, copy), data),
  ];
  return { title: 'Files', hasGoals: false, contenders, stop: stopper(contenders) };
}

/** Its schema is its own, so it is filled through its own API. */
async function fastTrackMl(workspace: Workspace, uri: string, size: DataSize): Promise<Contender> {
  const server = await startFastTrackMl(workspace, uri);
  return contender(FAST_TRACK_ML, server, await fillStore(workspace, server.url, size));
}

function contender(name: string, server: RunningServer, data: TrackingData): Contender {
  return { name, isOurs: name === OURS, server, data };
}

function stopper(contenders: readonly Contender[]): () => Promise<void> {
  return async () => {
    for (const { server } of contenders) {
      await server.stop();
    }
  };
}
