import type { LineChart } from './lineChart';
import type { Zoom } from './viewState';

/** The zoom after a drag over pixels of an axis; undefined when that selects no range. */
export function zoomTo(
  chart: LineChart,
  zoom: Zoom,
  axis: 'x' | 'y',
  fromPixel: number,
  toPixel: number,
): Zoom | undefined {
  if (toPixel - fromPixel < 2) {
    return undefined;
  }
  const range =
    axis === 'x'
      ? { from: chart.xAt(fromPixel), to: chart.xAt(toPixel) }
      : { from: chart.yAt(toPixel), to: chart.yAt(fromPixel) };
  return Number.isFinite(range.from) && Number.isFinite(range.to) && range.from < range.to
    ? { ...zoom, [axis]: range }
    : undefined;
}

/** The zoom that shows `factor` times as much of the x axis around x; undefined when there is no more to show. */
export function zoomAround(
  chart: LineChart,
  zoom: Zoom,
  x: number,
  factor: number,
): Zoom | undefined {
  if (factor > 1 && zoom.x === null) {
    return undefined;
  }
  const { left, right } = chart.area;
  const from = chart.xAt(left);
  const to = chart.xAt(right);
  const range = { from: x - (x - from) * factor, to: x + (to - x) * factor };
  return range.to > range.from ? { ...zoom, x: range } : undefined;
}
