import { aListOf, aNothing, aNumber, anObject, aString, oneOf, orNull, someBytes } from './payload';
import type { RpcParsers } from './rpc';
import { MAX_PANEL_RUNS, type MissingRun, type RunSummary } from './runSummary';

/** step; wall time in ms since epoch; ms since the run's start. */
export const X_AXES = ['step', 'time', 'relative'] as const;
export type XAxis = (typeof X_AXES)[number];

export interface HistoriesSnapshot {
  readonly runs: readonly RunSummary[];
  readonly missing: readonly MissingRun[];
  /** Runs that were asked for beyond `MAX_PANEL_RUNS`. */
  readonly leftOut: number;
  /** Set while the store cannot be reached: one sentence. The runs are then the last ones known. */
  readonly problem: string | null;
}

/** One chart's data: one metric of several runs. */
export interface SampleQuery {
  readonly runIds: readonly string[];
  readonly metricKey: string;
  readonly x: XAxis;
  /** Inclusive range of x; null is open. */
  readonly from: number | null;
  readonly to: number | null;
  /** Columns of pixels to keep the extremes of. */
  readonly columns: number;
  /** Weight of the moving average, 0 to 0.999. */
  readonly smoothing: number;
}

/** One drawn line, in x order, spikes kept. Columns of equal length. */
export interface SeriesColumns {
  readonly runId: string;
  readonly metricKey: string;
  /** Points in the whole history, and in the asked range. */
  readonly total: number;
  readonly inRange: number;
  readonly x: Float64Array;
  readonly values: Float64Array;
  /** Empty without smoothing. */
  readonly smoothed: Float64Array;
  readonly steps: Float64Array;
  readonly timesMs: Float64Array;
}

export interface SaveHistoryRequest {
  readonly name: string;
  readonly runIds: readonly string[];
  readonly metricKey: string;
}

export interface SaveFileRequest {
  /** Suggested name with its extension. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the webview asks of the host. */
export interface MetricHistoriesHost {
  load(nothing: null): HistoriesSnapshot;
  /** Shows exactly these runs from now on. */
  setRuns(runIds: readonly string[]): HistoriesSnapshot;
  /** Lets the person choose runs to add; null when dismissed. */
  pickRuns(nothing: null): HistoriesSnapshot | null;
  sample(query: SampleQuery): readonly SeriesColumns[];
  /** False when dismissed. */
  savePicture(request: SaveFileRequest): boolean;
  /** Saves the whole history as CSV, exact values, steps and times. False when dismissed. */
  saveHistory(request: SaveHistoryRequest): boolean;
}

/** What the host tells the webview. */
export interface MetricHistoriesEvents {
  /** Something was logged to a shown run, or its status, name or colour changed. */
  runsChanged(snapshot: HistoriesSnapshot): void;
}

export const runIdsParser = aListOf(aString, MAX_PANEL_RUNS);

export const metricHistoriesParsers: RpcParsers<MetricHistoriesHost> = {
  load: aNothing,
  setRuns: runIdsParser,
  pickRuns: aNothing,
  sample: anObject<SampleQuery>({
    runIds: runIdsParser,
    metricKey: aString,
    x: oneOf(...X_AXES),
    from: orNull(aNumber),
    to: orNull(aNumber),
    columns: aNumber,
    smoothing: aNumber,
  }),
  savePicture: anObject<SaveFileRequest>({ name: aString, bytes: someBytes }),
  saveHistory: anObject<SaveHistoryRequest>({
    name: aString,
    runIds: runIdsParser,
    metricKey: aString,
  }),
};

/** What `setState` keeps and the serializer reads after a reload of the window: the runs; the rest is the webview's own. */
export const panelStateParser = anObject<{ readonly runIds: readonly string[] }>({
  runIds: runIdsParser,
});
