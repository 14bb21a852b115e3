import type { Logger } from '../base/logger';
import type { TrackingStore } from '../tracking/trackingStore';
import { TRACKER_API } from '../wire/trackerApi';
import { unknownEndpoint } from './answers';
import { Guard, type Connection, type GuardOptions } from './guard';
import { Router } from './router';
import { mountArtifactRoutes, type ArtifactOpener } from './routes/artifactRoutes';
import { mountExperimentRoutes } from './routes/experimentRoutes';
import { mountLoggedModelRoutes } from './routes/loggedModelRoutes';
import { mountLoggingRoutes } from './routes/loggingRoutes';
import { mountMetricRoutes } from './routes/metricRoutes';
import { mountRunRoutes } from './routes/runRoutes';
import { mountHealthRoute, mountVersionRoute } from './routes/serviceRoutes';
import { mountTrackerRoutes } from './routes/trackerRoutes';
import { ColumnsCache } from './sampling/columnsCache';

export interface AppOptions {
  readonly store: TrackingStore;
  /** Opens the artifacts below a URI; `mlflow-artifacts:/` is the root of the proxy. */
  readonly artifacts: ArtifactOpener;
  /** Default: open to loopback names. */
  readonly guard?: GuardOptions;
  readonly logger: Logger;
  /** This product's version. */
  readonly version: string;
  /**
   * Of a store that is itself a tracking server: passes a request on to it. Takes what is not served here, and all that
   * concerns artifacts, for only that server can reach them.
   */
  readonly passThrough?: ((request: Request) => Promise<Response>) | undefined;
}

export interface App {
  fetch(request: Request, connection?: Connection): Promise<Response>;
  /** Ends the event streams, which would otherwise keep connections open. The store stays open. */
  close(): void;
}

/** A tracking server without a socket: MLflow's REST API, its artifact proxy and our own additions over one store. */
export function createApp(options: AppOptions): App {
  const { store, artifacts, logger, version, passThrough } = options;
  const guard = new Guard(options.guard);
  const router = new Router(logger);
  const columns = new ColumnsCache(store);
  const closing = new AbortController();

  mountLoggingRoutes(router, store, columns);
  mountExperimentRoutes(router, store, {
    allowLocalLocations: options.guard?.beyondLoopback !== true,
  });
  mountRunRoutes(router, store);
  mountMetricRoutes(router, store);
  mountLoggedModelRoutes(router, store);
  mountTrackerRoutes(router, store, columns, { version, closing: closing.signal });
  mountHealthRoute(router);
  if (!passThrough) {
    mountArtifactRoutes(router, store, artifacts);
    mountVersionRoute(router);
  }

  router.hono.notFound(({ req: { raw: request } }) =>
    passThrough && isRemote(request) ? passThrough(request) : unknownEndpoint(request),
  );
  router.hono.onError((error, { req }) => router.answerTo(error, req.raw));

  return {
    fetch: async (request, connection) =>
      guard.refuse(request, connection) ?? router.hono.fetch(request),
    close: () => {
      closing.abort();
      columns.dispose();
    },
  };
}

/** Another server's API; its web pages are not passed on under this server's address. */
const REMOTE_PATHS =
  /^\/((ajax-)?api\/|v1\/|graphql$|get-artifact$|model-versions\/get-artifact$|version$)/;

function isRemote(request: Request): boolean {
  const { pathname } = new URL(request.url);
  return REMOTE_PATHS.test(pathname) && !pathname.startsWith(`${TRACKER_API}/`);
}
