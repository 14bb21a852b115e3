import type { XAxis } from '../../src/protocol/metricHistories';
import type { RunLook } from '../../src/protocol/runColours';
import type { ChartTooltip } from './chartTooltip';
import type { Crosshair } from './crosshair';
import type { SampleQueue } from './sampleQueue';
import type { Zoom } from './viewState';

/** A run that has this metric and is not hidden. */
export interface ChartRun {
  readonly runId: string;
  readonly name: string;
  readonly look: RunLook;
  readonly revision: number;
}

export interface ChartView {
  readonly x: XAxis;
  readonly logY: boolean;
  readonly points: boolean;
  readonly smoothing: number;
}

/** What all charts of the page share. */
export interface ChartContext {
  readonly queue: SampleQueue;
  readonly crosshair: Crosshair;
  readonly tooltip: ChartTooltip;
}

export type ChartRequest =
  | { readonly kind: 'zoom'; readonly zoom: Zoom }
  | { readonly kind: 'back' | 'reset' | 'maximise' | 'png' | 'csv' };
