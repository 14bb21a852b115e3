import { ERROR_STATUS } from '../wire/errorRecord';
import type { TrackingError } from '../tracking/trackingError';

/** What clients try again because of the status alone, and obey `Retry-After` of. */
const RETRIED = new Set([429, 503]);
const SHORTEST_S = 2;
const LONGEST_S = 60;
/** ms without trouble, after which the next one is a new one. */
const CALM_MS = 150_000;

/**
 * How long clients should wait before they try again: as long again as the trouble has lasted, twice. `Retry-After` takes the
 * place of a client's own growing pauses, of which MLflow's Python client makes seven that last 244 s in all; these grow the
 * same way and last 234 s, so a short trouble costs seconds and nobody gives up earlier than with `mlflow server`.
 */
export class RetryAdvice {
  private sinceMs = 0;
  private latestMs = -Infinity;

  /** @param now ms, from any fixed moment. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The headers to answer an error with: none for one that does not pass. */
  headersFor(error: TrackingError): Readonly<Record<string, string>> {
    if (!RETRIED.has(ERROR_STATUS[error.code])) {
      return {};
    }
    const now = this.now();
    if (now - this.latestMs > CALM_MS) {
      this.sinceMs = now;
    }
    this.latestMs = now;
    const seconds = Math.round((2 * (now - this.sinceMs)) / 1000);
    return { 'retry-after': String(Math.min(LONGEST_S, Math.max(SHORTEST_S, seconds))) };
  }
}
