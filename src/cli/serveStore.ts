import { openRepository } from '../artifacts/openRepository';
import type { Logger } from '../base/logger';
import { forwardRequest } from '../http/forwardRequest';
import type { HttpClient } from '../http/httpClient';
import type { GuardOptions } from '../server/guard';
import { listen, type Listener } from '../server/listen';
import type { TrackingStore } from '../tracking/trackingStore';
import { VERSION } from './version';

export interface ServeOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly guard: GuardOptions;
  /** The tracking server behind the store, when it is one: it takes what is not served here. */
  readonly remote?: HttpClient | undefined;
  /** Relative artifact locations start here. */
  readonly workingDir: string;
  /** Path or URI of what `mlflow-artifacts:` means. */
  readonly artifactsDestination: string;
  /** Default true. */
  readonly serveArtifacts?: boolean;
  readonly logger: Logger;
}

/** Serves a store and its artifacts over HTTP, without a store artifacts only. The caller closes the store after the listener. */
export function serveStore(
  store: TrackingStore | undefined,
  options: ServeOptions,
): Promise<Listener> {
  const { remote, logger, workingDir } = options;
  const context = { workingDir, destination: options.artifactsDestination, remote, logger };
  return listen(async () => {
    const { createApp } = await import('../server/app');
    return createApp({
      store,
      artifacts: uri => openRepository(uri, context),
      ...(options.serveArtifacts !== undefined && { serveArtifacts: options.serveArtifacts }),
      guard: options.guard,
      logger,
      version: VERSION,
      passThrough: remote && (request => forwardRequest(remote, request)),
    });
  }, options);
}
