import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../base/logger';
import { HttpClient } from '../http/httpClient';
import { redactUrl } from '../base/urlSecrets';
import { TrackingError } from '../tracking/trackingError';
import type { ArtifactRepository } from './artifactRepository';
import { checkArtifactPath } from './artifactPath';

export interface ArtifactContext {
  /** Relative paths start here. */
  readonly workingDir: string;
  /** Path or URI of what `mlflow-artifacts:` means when the store is not behind a tracking server. */
  readonly destination: string;
  /** The tracking server that holds the store, which then also holds `mlflow-artifacts:`. */
  readonly remote?: HttpClient | undefined;
  readonly logger: Logger;
}

type Opener = (uri: string, context: ArtifactContext) => Promise<ArtifactRepository>;

const OPENERS: Readonly<Record<string, Opener>> = {
  '': openLocal,
  file: openLocal,
  'mlflow-artifacts': openProxied,
  http: openHttp,
  https: openHttp,
};

/** Opens the artifacts below `uri`. Throws NOT_IMPLEMENTED for a scheme that is not supported. */
export async function openRepository(
  uri: string,
  context: ArtifactContext,
): Promise<ArtifactRepository> {
  const scheme = schemeOf(uri);
  const opener = OPENERS[scheme];
  if (opener === undefined) {
    throw new TrackingError(
      'NOT_IMPLEMENTED',
      `Artifacts in ${redactUrl(uri)} cannot be opened: the scheme '${scheme}:' is not supported. ` +
        "Supported are local paths, 'file:', 'mlflow-artifacts:', 'http:' and 'https:'.",
    );
  }
  return opener(uri, context);
}

/** Lower case, '' for a plain path; a single letter is a Windows drive. */
export function schemeOf(uri: string): string {
  const scheme = /^([A-Za-z][\w+.-]*):/.exec(uri)?.[1]?.toLowerCase() ?? '';
  return scheme.length === 1 ? '' : scheme;
}

function openLocal(uri: string, context: ArtifactContext): Promise<ArtifactRepository> {
  return openDirectory(uri, '', context);
}

/** @param below checked path below the directory that `uri` names. */
async function openDirectory(
  uri: string,
  below: string,
  { workingDir }: ArtifactContext,
): Promise<ArtifactRepository> {
  const root = schemeOf(uri) === '' ? uri : pathOfFileUri(uri);
  const { LocalArtifactRepository } = await import('./local/localArtifactRepository');
  return new LocalArtifactRepository(path.resolve(workingDir, root, below));
}

function pathOfFileUri(uri: string): string {
  try {
    // MLflow also writes file:relative and file:/absolute.
    return /^file:\/\//i.test(uri)
      ? fileURLToPath(uri)
      : decodeURIComponent(uri.slice('file:'.length));
  } catch (error) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `${redactUrl(uri)} names no path on this machine.`,
      { cause: error },
    );
  }
}

async function openProxied(uri: string, context: ArtifactContext): Promise<ArtifactRepository> {
  const [, host, rawPath = ''] = /^mlflow-artifacts:(?:\/\/([^/]*))?\/?(.*)$/i.exec(uri) ?? [];
  const root = checkArtifactPath(rawPath);
  if (host) {
    const { protocol } = new URL(context.remote?.baseUrl ?? 'http://localhost');
    return openBehind(`${protocol}//${host}`, root, context);
  }
  if (context.remote) {
    return openBehind(context.remote.baseUrl, root, context);
  }
  const { destination } = context;
  switch (schemeOf(destination)) {
    case '':
    case 'file':
      return openDirectory(destination, root, context);
    case 'mlflow-artifacts':
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        'The artifacts destination must be a place, not mlflow-artifacts: itself.',
      );
    default:
      return openRepository(joinUri(destination, root), context);
  }
}

/** MLflow's own proxy addresses: `<server>/api/2.0/mlflow-artifacts/artifacts/<path>`. */
async function openHttp(uri: string, context: ArtifactContext): Promise<ArtifactRepository> {
  const [, server, root] =
    /^(.*?)\/api\/2\.0\/mlflow-artifacts\/artifacts(?:\/(.*))?$/.exec(uri) ?? [];
  if (server === undefined) {
    throw new TrackingError(
      'NOT_IMPLEMENTED',
      `Artifacts in ${redactUrl(uri)} cannot be opened: of web addresses only MLflow's artifact proxy is supported.`,
    );
  }
  return openBehind(server, checkArtifactPath(root ?? ''), context);
}

/** Credentials of the tracking server go to no other host. */
async function openBehind(
  server: string,
  root: string,
  { remote, logger }: ArtifactContext,
): Promise<ArtifactRepository> {
  const { HttpArtifactRepository } = await import('./http/httpArtifactRepository');
  const isRemote =
    remote !== undefined && new URL(server).origin === new URL(remote.baseUrl).origin;
  return new HttpArtifactRepository(
    isRemote ? remote : new HttpClient({ baseUrl: server, logger }),
    root,
  );
}

function joinUri(base: string, relative: string): string {
  return relative === '' ? base : `${base.replace(/\/+$/, '')}/${relative}`;
}
