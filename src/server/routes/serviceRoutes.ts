import type { StoreStatus, TrackingStore } from '../../tracking/trackingStore';
import { jsonAnswer, textAnswer } from '../answers';
import type { Router } from '../router';

/**
 * The MLflow whose tracking API is served here, below those of spans over OTLP being refused with 404: clients then keep
 * traces as artifacts.
 */
export const MLFLOW_API_VERSION = '3.17.2';

/**
 * `OK`, as MLflow. A caller who may see the store is told below it what of the store cannot be read or written, and why;
 * with `Accept: application/json` as `{status, writable, reason?, problems}`. The status stays 200 while the server serves.
 */
export function mountHealthRoute(
  router: Router,
  store: TrackingStore | undefined,
  isTrusted: (request: Request) => boolean,
): void {
  router.raw(['GET'], '/health', async ({ req: { raw: request } }) => {
    if (store === undefined || !isTrusted(request)) {
      return textAnswer('OK');
    }
    const status = await statusOf(store, request.signal);
    return /\bapplication\/json\b/.test(request.headers.get('accept') ?? '')
      ? jsonAnswer(healthRecord(status))
      : textAnswer(['OK', ...linesOf(status)].join('\n'));
  });
}

type Health = Pick<StoreStatus, 'writable' | 'readOnlyReason' | 'problems'>;

/** A store that cannot even be asked is a problem too, not the end of the server. */
async function statusOf(store: TrackingStore, signal: AbortSignal): Promise<Health> {
  try {
    const status = await store.getStatus({ signal });
    return { ...status, problems: status.problems.filter(problem => problem.harmless !== true) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { writable: false, readOnlyReason: message, problems: [] };
  }
}

function healthRecord({ writable, readOnlyReason, problems }: Health) {
  return {
    status: 'OK',
    writable,
    reason: readOnlyReason,
    problems: problems.map(({ where, message }) => ({ where, message })),
  };
}

function linesOf({ writable, readOnlyReason, problems }: Health): readonly string[] {
  return [
    ...(writable ? [] : [`read-only: ${readOnlyReason ?? 'this store cannot be written.'}`]),
    ...problems.map(({ where, message }) => `${where}: ${message}`),
  ];
}

export function mountVersionRoute(router: Router): void {
  router.raw(['GET'], '/version', () => textAnswer(MLFLOW_API_VERSION));
}

const STORE_TYPES: Partial<Readonly<Record<StoreStatus['kind'], string>>> = {
  file: 'FileStore',
  sqlite: 'SqlStore',
  postgresql: 'SqlStore',
  mysql: 'SqlStore',
  mssql: 'SqlStore',
};

/** What MLflow's clients since 3.10 ask before they use a feature. */
export function mountServerInfoRoute(router: Router, store: TrackingStore): void {
  for (const family of ['/api', '/ajax-api']) {
    router.raw(['GET'], `${family}/3.0/mlflow/server-info`, async ({ req: { raw } }) => {
      const { kind } = await store.getStatus({ signal: raw.signal });
      return jsonAnswer({
        store_type: STORE_TYPES[kind] ?? null,
        workspaces_enabled: false,
        trace_archival_enabled: false,
        multipart_uploads_enabled: false,
        multipart_downloads_enabled: false,
        presigned_upload_run_id_supported: true,
        presigned_upload_model_id_supported: true,
        features_enabled: { gateway: false },
      });
    });
  }
}
