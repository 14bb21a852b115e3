import { setTimeout as delay } from 'node:timers/promises';
import { Refused, type Api } from './api';

/** Of a server that stays away for longer, ms. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 100;

export interface PatientApi extends Api {
  /** Answers that asked to try again. */
  readonly refusals: Refused[];
}

/**
 * Repeats what the server asks to repeat, as MLflow's clients do, only sooner.
 * @param beforeRepeat is told the path of a call that may have been stored although it was refused
 */
export function patient(api: Api, beforeRepeat: (path: string) => void): PatientApi {
  const refusals: Refused[] = [];
  return {
    ...api,
    refusals,
    async call<T>(method: string, path: string, body?: unknown) {
      const deadline = Date.now() + PATIENCE_MS;
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await api.call<T>(method, path, body);
        } catch (error) {
          if (attempt > 0 && error instanceof Refused && isDoneAlready(path, error)) {
            return {} as T;
          }
          if (!(error instanceof Refused) || error.retryAfter === null || Date.now() > deadline) {
            throw error;
          }
          refusals.push(error);
          beforeRepeat(path);
          await delay(PAUSE_MS);
        }
      }
    },
  };
}

/** The first attempt was stored after all. */
function isDoneAlready(path: string, { status }: Refused): boolean {
  return path === 'mlflow/runs/delete-tag' && status === 404;
}
