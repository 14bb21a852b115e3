/** Which failed requests are sent again, how often and when. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly retries: number;
  /** Answers that may be another one a moment later. */
  readonly statuses: ReadonlySet<number>;
  /** Whether a request that changes something is sent again when its connection broke: it may then happen twice. */
  readonly repeatsWrites: boolean;
  /** ms to wait before the retry with this number, from 0, unless the server asks for something else. */
  waitMs(attempt: number): number;
  /** ms to wait at most when the server asks for it. */
  readonly longestAskedMs: number;
}

/** For a person who waits: few and quick, and nothing happens twice. */
export const briefRetries: RetryPolicy = {
  retries: 3,
  statuses: new Set([429, 503]),
  repeatsWrites: false,
  waitMs: attempt => 200 * 2 ** attempt * (1 + Math.random() / 2),
  longestAskedMs: 30_000,
};

/**
 * For a script that runs unattended, as MLflow's Python client (`mlflow.utils.request_utils`): everything is sent again,
 * writes too, for about four minutes. Honours `MLFLOW_HTTP_REQUEST_MAX_RETRIES` (7, at most 10),
 * `MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR` (2 s, at most 120) and `MLFLOW_HTTP_REQUEST_BACKOFF_JITTER` (1 s).
 */
export function mlflowRetries(env: NodeJS.ProcessEnv): RetryPolicy {
  const factor = Math.min(120, numberOf(env['MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR'], 2));
  const jitter = numberOf(env['MLFLOW_HTTP_REQUEST_BACKOFF_JITTER'], 1);
  return {
    retries: Math.min(10, numberOf(env['MLFLOW_HTTP_REQUEST_MAX_RETRIES'], 7)),
    statuses: new Set([408, 429, 500, 502, 503, 504]),
    repeatsWrites: true,
    // urllib3 sends the first retry at once and waits two minutes at most.
    waitMs: attempt =>
      attempt === 0 ? 0 : 1000 * Math.min(120, factor * 2 ** attempt + jitter * Math.random()),
    longestAskedMs: 120_000,
  };
}

/** ms that MLflow's clients wait for an answer: `MLFLOW_HTTP_REQUEST_TIMEOUT`, in seconds, default 120. */
export function mlflowTimeoutMs(env: NodeJS.ProcessEnv): number {
  return 1000 * numberOf(env['MLFLOW_HTTP_REQUEST_TIMEOUT'], 120);
}

function numberOf(text: string | undefined, otherwise: number): number {
  const value = Number(text?.trim() || NaN);
  return Number.isFinite(value) && value >= 0 ? value : otherwise;
}
