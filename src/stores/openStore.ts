import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Logger } from '../base/logger';
import { present } from '../base/present';
import { credentialsFromEnvironment, joinCredentials, splitCredentials } from '../http/credentials';
import { HttpClient } from '../http/httpClient';
import { redactUrl } from '../base/urlSecrets';
import { TrackingError } from '../tracking/trackingError';
import type { TrackingStore } from '../tracking/trackingStore';

export interface OpenStoreOptions {
  readonly logger: Logger;
  /** Relative paths start here. */
  readonly workingDir: string;
  /**
   * Credentials for a tracking server: `MLFLOW_TRACKING_TOKEN`, or `_USERNAME` and `_PASSWORD`. The latter two also open a
   * database whose URI names no user, so that a password need not stand in settings.
   */
  readonly env?: NodeJS.ProcessEnv;
  /** Where the artifacts of new experiments go; default: as MLflow with this tracking URI. */
  readonly artifactRoot?: string | undefined;
  /** The MLflow version whose schema a new database gets; default: the newest that pip installs whole. */
  readonly createSchemaFor?: string | undefined;
  /** Where a store may keep what it can make anew, such as an index of its files; absent: nowhere. */
  readonly cacheFolder?: string | undefined;
}

/**
 * Opens the store behind a tracking URI: a folder, a database or a tracking server. Code of the other kinds is not loaded.
 * Throws a `TrackingError` that names what is supported, or what is wrong with the store.
 */
export async function openStore(uri: string, options: OpenStoreOptions): Promise<TrackingStore> {
  const { logger, workingDir, artifactRoot, createSchemaFor, cacheFolder } = options;
  const scheme = /^([A-Za-z][\w.-]+)(?:\+\w+)?:/.exec(uri)?.[1]?.toLowerCase() ?? '';
  switch (scheme) {
    case '':
    case 'file': {
      const { FileStore } = await import('./file/fileStore');
      const root = scheme === '' ? path.resolve(workingDir, uri) : folderOf(uri, workingDir);
      // MLflow keeps the form in which the store was named: a path stays a path, a URI a URI.
      const ownRoot = scheme === '' ? undefined : pathToFileURL(root).href;
      return FileStore.open(
        root,
        present({ logger, artifactRoot: artifactRoot ?? ownRoot, cacheFolder }),
      );
    }
    case 'sqlite':
    case 'postgresql':
    case 'mysql':
    case 'mssql': {
      const { openSqlStore } = await import('./sql/openSqlStore');
      const complete = joinCredentials(uri, credentialsFromEnvironment(options.env ?? {}));
      return openSqlStore(complete, present({ logger, workingDir, artifactRoot, createSchemaFor }));
    }
    case 'http':
    case 'https': {
      const { RestStore } = await import('./rest/restStore');
      const { url, credentials } = splitCredentials(uri);
      return new RestStore({
        baseUrl: url,
        credentials: credentials ?? credentialsFromEnvironment(options.env ?? {}),
        logger,
      });
    }
    default:
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `The tracking URI ${redactUrl(uri)} cannot be opened: '${scheme}:' is not supported. ` +
          'Use a folder, sqlite:///FILE, postgresql://…, mysql://…, mssql://…, or the http:// or https:// address of a tracking server.',
      );
  }
}

/** The way to the tracking server that a store is, for what it offers beside the store; undefined for other stores. */
export function remoteOf(store: TrackingStore): HttpClient | undefined {
  return 'client' in store && store.client instanceof HttpClient ? store.client : undefined;
}

function folderOf(uri: string, workingDir: string): string {
  try {
    const isUrl = /^file:\/\//i.test(uri);
    const folder = isUrl ? fileURLToPath(uri) : decodeURIComponent(uri.slice('file:'.length));
    return path.resolve(workingDir, folder);
  } catch (error) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `${uri} names no folder on this machine: write it as file:///path.`,
      { cause: error },
    );
  }
}
