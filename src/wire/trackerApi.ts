import type { StoreStatus } from '../tracking/trackingStore';

/**
 * What our server offers beside MLflow's API, below `/api/2.0/mlflow-tracker`; used by the extension only.
 * - GET `status` → `StatusRecord`
 * - GET `events` → `text/event-stream`; each event `change` carries `StoreChange[]` as JSON, a comment line every 15 s
 * - POST `metrics/sample` `SampleRequest` → binary, see `sampledSeriesCodec.ts`
 * - `runs/search` of MLflow's API takes a further member `projection` (snake_case of `RunProjection`)
 */
export const TRACKER_API = '/api/2.0/mlflow-tracker';

export interface StatusRecord {
  readonly product: 'mlflow-tracker';
  readonly version: string;
  readonly store: StoreStatus;
}

export type XAxis = 'step' | 'time' | 'relative';

export interface SampleRequest {
  readonly series: readonly { readonly run_id: string; readonly metric_key: string }[];
  /** step; wall time in ms since epoch; ms since the run's start. */
  readonly x: XAxis;
  /** Inclusive range of x; absent: everything. */
  readonly from?: number;
  readonly to?: number;
  /** Columns of pixels; at most four points (first, min, max, last) are returned for each, and one beyond each end of the range. */
  readonly columns: number;
  /** Weight of the exponential moving average, 0 (none) to 0.999, as TensorBoard (debiased), over the whole raw history. */
  readonly smoothing: number;
}

/** One drawn series: points in x order, every spike of the raw history kept (min–max per column of pixels). */
export interface SampledSeries {
  readonly runId: string;
  readonly metricKey: string;
  /** Points in the whole history, and in the asked range. */
  readonly total: number;
  readonly inRange: number;
  /** Range of x and of finite values over the whole history; NaN when there is none. */
  readonly xMin: number;
  readonly xMax: number;
  readonly x: Float64Array;
  readonly values: Float64Array;
  /** Empty without smoothing, else as long as `values`. */
  readonly smoothed: Float64Array;
  readonly steps: Float64Array;
  readonly timesMs: Float64Array;
}
