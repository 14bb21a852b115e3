import path from 'node:path';
import type { Workspace } from '../workspace';
import { SCRIPT_ARGS } from './scriptFolder';

/** One kind of store, with one of its own for each who writes. */
export interface StoreKind {
  readonly title: string;
  readonly uriFor: (writer: string) => string;
}

export function storeKinds(workspace: Workspace): readonly [StoreKind, ...StoreKind[]] {
  return [
    { title: 'Files', uriFor: writer => workspace.path(writer, 'mlruns') },
    { title: 'SQLite', uriFor: writer => `sqlite:///${workspace.path(`${writer}.db`)}` },
  ];
}

/** The wrapper as the editor's command calls it, under the project's Node. */
export function wrapped(
  workspace: Workspace,
  store: StoreKind,
  command: readonly string[],
): readonly string[] {
  const cli = path.join(workspace.project, 'dist', 'cli.js');
  const options = ['--tracking-uri', store.uriFor('ours'), '--experiment', 'bench'];
  return [process.execPath, cli, 'run', ...options, '--', ...command];
}

/** A script whose every line is MLflow's own. */
export function mlflowScript(workspace: Workspace, store: StoreKind): readonly string[] {
  return [workspace.python, 'peer.py', store.uriFor('mlflow')];
}

/** MLflow's own wrapper around a command. */
export function mlflowRun(workspace: Workspace): readonly string[] {
  const params = ['-P', `lr=${SCRIPT_ARGS[1]}`];
  const options = ['--env-manager', 'local', '--experiment-name', 'bench'];
  return [workspace.python, '-m', 'mlflow', 'run', ...options, ...params, '.'];
}

/** What MLflow needs in its environment, psutil among it. */
export function mlflowEnvironment(
  workspace: Workspace,
  trackingUri: string,
): Readonly<Record<string, string>> {
  return {
    MLFLOW_TRACKING_URI: trackingUri,
    MLFLOW_ALLOW_FILE_STORE: 'true',
    MLFLOW_DISABLE_TELEMETRY: 'true',
    MLFLOW_LOGGING_LEVEL: 'WARNING',
    PYTHONPATH: path.join(workspace.project, '.test-env', 'python-extras'),
    PATH: `${path.dirname(workspace.python)}${path.delimiter}${process.env['PATH'] ?? ''}`,
  };
}
