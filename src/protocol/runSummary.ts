/** A run as the panels need it: JSON values, and numbers that may be NaN or infinite in typed arrays. */
export interface RunSummary {
  readonly runId: string;
  readonly name: string;
  readonly experimentId: string;
  readonly status: string;
  readonly deleted: boolean;
  /** Grows when the store says that something was logged to the run. */
  readonly revision: number;
  /** ms since epoch. */
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  /** `#rrggbb`, the run's one colour in the window. */
  readonly color: string;
  /** Sorted. The arrays below are as long: the latest point of each metric. */
  readonly metricKeys: readonly string[];
  readonly latestValues: Float64Array;
  readonly latestSteps: Float64Array;
  /** ms since epoch. */
  readonly latestTimesMs: Float64Array;
}

/** A run that was asked for and cannot be shown. */
export interface MissingRun {
  readonly runId: string;
  /** One sentence. */
  readonly message: string;
}

/** At most this many runs are shown side by side. */
export const MAX_PANEL_RUNS = 20;
