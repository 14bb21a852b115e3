import path from 'node:path';
import {
  credentialsToEnvironment,
  splitCredentials,
  type Credentials,
} from '../../http/credentials';
import { defaultTrackingUri } from '../../stores/defaultTrackingUri';
import { neededFolder } from '../store/localTarget';

/**
 * MLflow's variables with which a plain `python train.py`, in whatever folder, logs to the store of the window: the store
 * itself, not the window's own server, which ends with the window.
 * @param trackingUri as in the settings; empty: the default store of `workingDir`
 * @param env of the editor: what it has beside our credentials is emptied
 */
export async function terminalVariables(
  { trackingUri, workingDir }: { readonly trackingUri: string; readonly workingDir: string },
  stored: Credentials | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  const uri = trackingUri || (await defaultTrackingUri(workingDir, env));
  const scheme = /^([A-Za-z][\w.-]+)(?:\+\w+)?:/.exec(uri)?.[1]?.toLowerCase() ?? '';
  switch (scheme) {
    case '':
    case 'file':
      return {
        MLFLOW_TRACKING_URI: neededFolder(uri, workingDir) ?? uri,
        // Since MLflow 3.13 its client refuses file stores without it.
        MLFLOW_ALLOW_FILE_STORE: 'true',
      };
    case 'sqlite':
      return { MLFLOW_TRACKING_URI: absoluteSqlite(uri, workingDir) };
    case 'http':
    case 'https': {
      const { url, credentials } = splitCredentials(uri);
      return { MLFLOW_TRACKING_URI: url, ...credentialVariables(credentials ?? stored, env) };
    }
    default:
      // MLflow takes the password of a database from its URI only. One that is kept in the secret storage stays there: a
      // terminal's variables are shown to whoever asks VS Code for them.
      return stored === undefined ? { MLFLOW_TRACKING_URI: uri } : {};
  }
}

function absoluteSqlite(uri: string, workingDir: string): string {
  const [, start = '', file = '', query = ''] = /^([^:]+:\/\/\/)([^?]+)(.*)$/.exec(uri) ?? [];
  return file === ''
    ? uri
    : `${start}${path.resolve(workingDir, file).split(path.sep).join('/')}${query}`;
}

function credentialVariables(
  credentials: Credentials | undefined,
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const variables = Object.entries(credentialsToEnvironment(credentials));
  return Object.fromEntries(
    variables.flatMap(([name, value]) =>
      // A terminal's variable can be set and not removed; MLflow takes an empty one for none.
      value !== null ? [[name, value]] : env[name] ? [[name, '']] : [],
    ),
  );
}
