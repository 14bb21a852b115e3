import { setTimeout as delay } from 'node:timers/promises';
import { TrackingError } from '../../tracking/trackingError';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
/** As long as MLflow's own `busy_timeout`. */
const PATIENCE_MS = 20_000;
const LONGEST_WAIT_MS = 50;

/** SQLite's primary result code, or `undefined` for any other error. */
export function sqliteErrorCode(error: unknown): number | undefined {
  if (error instanceof Error && 'errcode' in error && typeof error.errcode === 'number') {
    return error.errcode & 0xff;
  }
  return undefined;
}

export function isBusy(error: unknown): boolean {
  const code = sqliteErrorCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

/**
 * Repeats what fails because another process holds the file, without blocking the event loop between attempts. Gives up
 * with TEMPORARILY_UNAVAILABLE.
 */
export async function retryWhileBusy<T>(
  attempt: () => Promise<T>,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly patienceMs?: number | undefined;
  } = {},
): Promise<T> {
  const { signal, patienceMs = PATIENCE_MS } = options;
  const deadline = Date.now() + patienceMs;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error)) {
        throw error;
      }
      if (Date.now() >= deadline) {
        throw new TrackingError(
          'TEMPORARILY_UNAVAILABLE',
          `Another process has kept the database locked for ${(patienceMs / 1000).toLocaleString('en')} seconds; try again when it is done.`,
          { cause: error },
        );
      }
      // Jitter keeps two waiting processes from asking in step.
      await delay(waitMs * (0.5 + Math.random()));
      signal?.throwIfAborted();
    }
  }
}
