import type { ChartRequest } from './chartContract';
import { zoomAround } from './chartZoom';
import { snapX, stepX } from './crosshairReading';
import type { DrawnSeries } from './drawnSeries';
import type { LineChart } from './lineChart';
import type { Zoom } from './viewState';

/** What the keys of a plot work on. */
export interface PlotInView {
  readonly chart: LineChart;
  readonly series: readonly DrawnSeries[];
  /** Where the crosshair is, if anywhere. */
  readonly crosshairX: number | null;
  readonly zoom: Zoom;
  readonly maximised: boolean;
}

/** What a key does. A key of the plot that has nothing to do now has neither. */
export interface PlotKeyAction {
  readonly crosshairX?: number | undefined;
  readonly request?: ChartRequest | undefined;
}

/** Arrows, Home and End move the crosshair; + - 0 zoom; Enter maximises. Undefined: no key of the plot. */
export function plotKeyAction(event: KeyboardEvent, plot: PlotInView): PlotKeyAction | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return undefined;
  }
  const { chart, series, zoom } = plot;
  const { left, right } = chart.area;
  const current = plot.crosshairX ?? snapX(series, chart.xAt(right)) ?? 0;
  const count = event.shiftKey ? 10 : 1;
  switch (event.key) {
    case 'ArrowLeft':
      return { crosshairX: stepX(series, current, -1, count) };
    case 'ArrowRight':
      return { crosshairX: stepX(series, current, 1, count) };
    case 'Home':
      return { crosshairX: snapX(series, chart.xAt(left)) };
    case 'End':
      return { crosshairX: snapX(series, chart.xAt(right)) };
    case '+':
    case '=':
      return { request: zoomRequest(zoomAround(chart, zoom, current, 0.5)) };
    case '-':
      return { request: zoomRequest(zoomAround(chart, zoom, current, 2)) };
    case '0':
      return { request: { kind: 'reset' } };
    case 'Enter':
      return { request: { kind: 'maximise' } };
    case 'Escape':
      return plot.maximised ? { request: { kind: 'maximise' } } : undefined;
    default:
      return undefined;
  }
}

function zoomRequest(zoom: Zoom | undefined): ChartRequest | undefined {
  return zoom && { kind: 'zoom', zoom };
}
