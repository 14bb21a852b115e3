import { RunArtifacts } from './runArtifacts';
import type { Logger } from '../base/logger';
import {
  credentialsFromEnvironment,
  splitCredentials,
  type Credentials,
} from '../http/credentials';
import { redactUrl } from '../base/urlSecrets';
import { mlflowRetries, mlflowTimeoutMs } from '../http/retryPolicy';
import { defaultTrackingUri } from '../stores/defaultTrackingUri';
import { RestStore } from '../stores/rest/restStore';
import { TrackingError } from '../tracking/trackingError';
import type { TrackingStore } from '../tracking/trackingStore';

export interface ConnectionOptions {
  /**
   * A tracking server (`http://…`, `https://…`), a folder, `sqlite:///FILE`, `postgresql://…` or `mysql://…`. Default:
   * `MLFLOW_TRACKING_URI`, else as MLflow: the file store `mlruns` when there is one, else `mlflow.db` in the working directory.
   */
  readonly trackingUri?: string;
  /** Bearer token of the server; default: `MLFLOW_TRACKING_TOKEN`. */
  readonly token?: string;
  /** With `password`; default: `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`, which win over a token. */
  readonly username?: string;
  readonly password?: string;
  /** In place of the global `fetch`, for proxies and certificates of one's own. */
  readonly fetch?: typeof fetch;
}

/** Where runs are written: the store, its artifacts, and its URI without credentials. */
export interface Connection {
  readonly trackingUri: string;
  readonly store: TrackingStore;
  readonly artifacts: RunArtifacts;
}

/** Where `mlflow-artifacts:/` of stores without a server lies: as for our own server, below the working directory. */
const ARTIFACTS_DESTINATION = 'mlartifacts';

/** Opens the store behind a tracking URI. Databases and folders are code that is read only when they are asked for. */
export async function connect(
  options: ConnectionOptions,
  surroundings: {
    readonly env: NodeJS.ProcessEnv;
    readonly workingDir: string;
    readonly logger: Logger;
  },
): Promise<Connection> {
  const { env, workingDir, logger } = surroundings;
  const uri = options.trackingUri ?? (await defaultTrackingUri(workingDir, env));
  if (!/^https?:/i.test(uri)) {
    const { openStore } = await import('../stores/openStore');
    const store = await openStore(uri, {
      logger,
      workingDir,
      env: environmentWith(options, env),
    }).catch(explainOldNode);
    const context = { workingDir, destination: ARTIFACTS_DESTINATION, logger };
    return { trackingUri: redactUrl(uri), store, artifacts: new RunArtifacts(context) };
  }
  const { url, credentials } = splitCredentials(uri);
  const store = new RestStore({
    baseUrl: url,
    credentials: givenCredentials(options) ?? credentials ?? credentialsFromEnvironment(env),
    fetch: options.fetch,
    retry: mlflowRetries(env),
    timeoutMs: mlflowTimeoutMs(env),
    logger,
  });
  const remote = store.client;
  const context = { workingDir, destination: ARTIFACTS_DESTINATION, remote, logger };
  return { trackingUri: redactUrl(uri), store, artifacts: new RunArtifacts(context) };
}

/** `node:sqlite` is not in every Node in which the rest of the library works. */
function explainOldNode(error: unknown): never {
  if (error instanceof Error && error.message.includes('node:sqlite')) {
    throw new TrackingError(
      'NOT_IMPLEMENTED',
      `SQLite files need Node 22.15 or newer and this is ${process.versions.node}: use a newer Node, a tracking server or a folder.`,
      { cause: error },
    );
  }
  throw error;
}

function givenCredentials({
  token,
  username,
  password,
}: ConnectionOptions): Credentials | undefined {
  if (username !== undefined && password !== undefined) {
    return { kind: 'basic', username, password };
  }
  return token === undefined ? undefined : { kind: 'bearer', token };
}

function environmentWith(
  { username, password }: ConnectionOptions,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  return username !== undefined && password !== undefined
    ? { ...env, MLFLOW_TRACKING_USERNAME: username, MLFLOW_TRACKING_PASSWORD: password }
    : env;
}
