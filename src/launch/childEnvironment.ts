import path from 'node:path';
import type { KeyValue } from '../tracking/entities';

export interface ChildEnvironmentOptions {
  readonly inherited: NodeJS.ProcessEnv;
  /** The wrapper's own server. */
  readonly trackingUri: string;
  readonly token: string;
  /** The program that is run, by name or path. */
  readonly command: string;
  readonly experimentName: string | undefined;
  readonly userName: string | undefined;
  /**
   * There is a file `~/.mlflow/credentials`. MLflow's clients would then sign in with the user and password in it and
   * ignore the token; variables win over the file, and our server takes the token as password too.
   */
  readonly hasCredentialsFile: boolean;
  /** Folder of the `sitecustomize.py` that turns on MLflow's autologging; absent where it is not wanted. */
  readonly autologFolder?: string | undefined;
  /** The notebook that runs, as it was named; absent for a script. */
  readonly notebook?: string | undefined;
  /** The first interpreter is `run_notebook.py`'s, which is no place for autologging: its kernel is. */
  readonly isNotebookRunner?: boolean;
}

/**
 * What would send the script elsewhere or make its client sign in as somebody else. `MLFLOW_RUN_ID` goes because MLflow
 * refuses it together with `set_experiment`; the server decides which run is the tracked one.
 */
const REMOVED = [
  'MLFLOW_TRACKING_USERNAME',
  'MLFLOW_TRACKING_PASSWORD',
  'MLFLOW_TRACKING_AUTH',
  'MLFLOW_TRACKING_AWS_SIGV4',
  'MLFLOW_WORKSPACE',
  'MLFLOW_RUN_ID',
  'MLFLOW_EXPERIMENT_ID',
  'MLFLOW_EXPERIMENT_NAME',
  // Set by VS Code's extension host to start this program; a script's own Electron or Node must not inherit it.
  'ELECTRON_RUN_AS_NODE',
] as const;

/**
 * MLflow's Java client takes the token from nowhere but the URI. Others get it apart: JavaScript's `fetch` takes no URI with
 * credentials in it, and programs print theirs.
 */
const JAVA =
  /^(java|mvnw?|gradlew?|sbt|scala|scala-cli|kotlin|jbang|groovy|clj|lein|spark-submit)(\.(exe|cmd|bat|sh))?$/i;

/** The script's environment: its own, pointed at the wrapper's server. */
export function childEnvironment(options: ChildEnvironmentOptions): NodeJS.ProcessEnv {
  const removed: ReadonlySet<string> = new Set(REMOVED);
  const kept = Object.fromEntries(
    Object.entries(options.inherited).filter(([name]) => !removed.has(name)),
  );
  const added: KeyValue[] = [
    {
      key: 'MLFLOW_TRACKING_URI',
      value: JAVA.test(path.basename(options.command))
        ? options.trackingUri.replace('://', `://mlflow:${options.token}@`)
        : options.trackingUri,
    },
    { key: 'MLFLOW_TRACKING_TOKEN', value: options.token },
    // The server ends with the script: "View run at http://127.0.0.1:…" would be a dead link.
    { key: 'MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT', value: 'true' },
  ];
  if (options.experimentName !== undefined) {
    added.push({ key: 'MLFLOW_EXPERIMENT_NAME', value: options.experimentName });
  }
  if (options.hasCredentialsFile) {
    added.push(
      // MLflow records this name as `mlflow.user`.
      { key: 'MLFLOW_TRACKING_USERNAME', value: options.userName ?? 'mlflow' },
      { key: 'MLFLOW_TRACKING_PASSWORD', value: options.token },
    );
  }
  if (options.notebook !== undefined) {
    added.push({
      key: 'MLFLOW_RUN_CONTEXT',
      value: notebookContext(options.notebook, options.inherited['MLFLOW_RUN_CONTEXT']),
    });
  }
  const { autologFolder } = options;
  if (autologFolder !== undefined) {
    const present = options.inherited['PYTHONPATH'];
    added.push(
      { key: 'MLFLOW_TRACKER_AUTOLOG', value: options.isNotebookRunner ? '2' : '1' },
      { key: 'PYTHONPATH', value: [autologFolder, present].filter(Boolean).join(path.delimiter) },
    );
  }
  return {
    ...kept,
    ...Object.fromEntries(added.map(({ key, value }) => [key, value])),
    ...withoutProxy(options.inherited),
  };
}

/**
 * In a kernel MLflow takes `ipykernel_launcher.py` for the source. The members of this JSON object are tags of every run, and
 * win over that.
 */
function notebookContext(name: string, inherited: string | undefined): string {
  let own: unknown;
  try {
    own = JSON.parse(inherited ?? '{}');
  } catch {
    // MLflow passes over what is no JSON, too.
    own = {};
  }
  return JSON.stringify({
    ...(typeof own === 'object' ? own : {}),
    'mlflow.source.name': name,
    'mlflow.source.type': 'NOTEBOOK',
  });
}

/** Where a proxy is set, MLflow's HTTP client would send requests for the loopback through it. */
function withoutProxy(inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const hasProxy = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'].some(
    name => inherited[name],
  );
  if (!hasProxy) {
    return {};
  }
  const present = inherited['no_proxy'] ?? inherited['NO_PROXY'];
  const value = present ? `${present},127.0.0.1` : '127.0.0.1';
  return { no_proxy: value, NO_PROXY: value };
}
