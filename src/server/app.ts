import type { Logger } from '../base/logger';
import { schemeOf } from '../artifacts/openRepository';
import type { TrackingStore } from '../tracking/trackingStore';
import { TRACKER_API } from '../wire/trackerApi';
import { unknownEndpoint } from './answers';
import { FeatureDisabled } from './featureDisabled';
import { Guard, type Connection, type GuardOptions } from './guard';
import { Router } from './router';
import { mountArtifactProxy } from './routes/artifactProxyRoutes';
import { mountArtifactRoutes, type ArtifactOpener } from './routes/artifactRoutes';
import { mountExperimentRoutes } from './routes/experimentRoutes';
import { mountLoggedModelRoutes } from './routes/loggedModelRoutes';
import { mountLoggingRoutes } from './routes/loggingRoutes';
import { mountMetricRoutes } from './routes/metricRoutes';
import { mountRunRoutes } from './routes/runRoutes';
import { mountHealthRoute, mountServerInfoRoute, mountVersionRoute } from './routes/serviceRoutes';
import { mountTrackerRoutes } from './routes/trackerRoutes';
import { ColumnsCache } from './sampling/columnsCache';

export interface AppOptions {
  /** Absent: the server is there for artifacts only, as MLflow with `--artifacts-only`. */
  readonly store?: TrackingStore | undefined;
  /** Opens the artifacts below a URI; `mlflow-artifacts:/` is the root of the proxy. */
  readonly artifacts: ArtifactOpener;
  /** False: `mlflow-artifacts:` is refused, as by MLflow with `--no-serve-artifacts`. Default true. */
  readonly serveArtifacts?: boolean;
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
  const { store, passThrough } = options;
  const guard = new Guard(options.guard);
  const router = new Router(options.logger);
  const closing = new AbortController();
  const open =
    options.serveArtifacts === false ? withoutProxy(options.artifacts) : options.artifacts;

  const columns = store && mountTracking(router, store, options, closing.signal);
  mountHealthRoute(router, store, request => guard.isTrusted(request));
  if (!passThrough) {
    if (store) {
      mountArtifactRoutes(router, store, open);
      mountServerInfoRoute(router, store);
    }
    mountArtifactProxy(router, open);
    mountVersionRoute(router);
  }

  router.hono.notFound(({ req: { raw: request } }) => {
    if (passThrough && isRemote(request)) {
      return passThrough(request);
    }
    return store === undefined && isTracking(request)
      ? router.answerTo(new FeatureDisabled(pathOf(request), '--artifacts-only'), request)
      : unknownEndpoint(request);
  });
  router.hono.onError((error, { req }) => router.answerTo(error, req.raw));

  return {
    fetch: async (request, connection) => {
      const { answer, corsHeaders } = guard.check(request, connection);
      const response = answer ?? (await router.hono.fetch(request));
      return corsHeaders ? withHeaders(response, corsHeaders) : response;
    },
    close: () => {
      closing.abort();
      columns?.dispose();
    },
  };
}

function mountTracking(
  router: Router,
  store: TrackingStore,
  { guard, version }: AppOptions,
  closing: AbortSignal,
): ColumnsCache {
  const columns = new ColumnsCache(store);
  mountLoggingRoutes(router, store, columns);
  mountExperimentRoutes(router, store, { allowLocalLocations: guard?.beyondLoopback !== true });
  mountRunRoutes(router, store);
  mountMetricRoutes(router, store);
  mountLoggedModelRoutes(router, store);
  mountTrackerRoutes(router, store, columns, { version, closing });
  return columns;
}

function withoutProxy(open: ArtifactOpener): ArtifactOpener {
  return async uri => {
    if (schemeOf(uri) === 'mlflow-artifacts') {
      throw new FeatureDisabled('mlflow-artifacts', '--no-serve-artifacts');
    }
    return open(uri);
  };
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  const all = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) {
    all.set(name, value);
  }
  return new Response(response.body, { status: response.status, headers: all });
}

/** Another server's API; its web pages are not passed on under this server's address. */
const REMOTE_PATHS =
  /^\/((ajax-)?api\/|v1\/|graphql$|get-artifact$|model-versions\/get-artifact$|version$)/;

/** What only a server with a store has. */
const TRACKING_PATHS =
  /^\/((ajax-)?api\/[\d.]+\/(preview\/)?mlflow\/|get-artifact$|model-versions\/get-artifact$)/;

function isRemote(request: Request): boolean {
  const path = pathOf(request);
  return REMOTE_PATHS.test(path) && !path.startsWith(`${TRACKER_API}/`);
}

function isTracking(request: Request): boolean {
  return TRACKING_PATHS.test(pathOf(request));
}

function pathOf(request: Request): string {
  return new URL(request.url).pathname;
}
