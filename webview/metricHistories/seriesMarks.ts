import { drawPoint } from 'chart.js/helpers';
import type { Chart } from 'chart.js';
import { withOpacity } from '../shared/theme';
import { mainValues, type DrawnSeries } from './drawnSeries';

/** Marks along a line, so that colour is never the only key. */
const MARKS_PER_LINE = 5;
const MARK_RADIUS = 3.5;

/** Draws each run's own mark here and there on its line and at its end, and shows where values are not finite. */
export function drawMarks(
  chart: Chart,
  series: readonly DrawnSeries[],
  highlighted: string | null,
): void {
  const { ctx, chartArea, scales } = chart;
  const xScale = scales['x'];
  const yScale = scales['y'];
  if (!xScale || !yScale) {
    return;
  }
  const inside = (x: number, y: number) =>
    x >= chartArea.left - 1 &&
    x <= chartArea.right + 1 &&
    y >= chartArea.top - 1 &&
    y <= chartArea.bottom + 1;
  ctx.save();
  series.forEach(({ runId, look, data }, rank) => {
    const faded = highlighted !== null && highlighted !== runId;
    const shade = faded ? withOpacity(look.color, 0.2) : look.color;
    ctx.strokeStyle = shade;
    ctx.fillStyle = shade;
    ctx.lineWidth = 1.5;
    const values = mainValues(data);
    const wanted = series.length > 1 ? marksOf(values.length, rank, series.length) : [];
    for (const index of wanted) {
      const x = xScale.getPixelForValue(data.x[index] ?? Number.NaN);
      const y = yScale.getPixelForValue(values[index] ?? Number.NaN);
      if (Number.isFinite(y) && inside(x, y)) {
        drawPoint(ctx, { pointStyle: look.marker, radius: MARK_RADIUS, borderWidth: 1.5 }, x, y);
      }
    }
    drawNotFinite(
      ctx,
      data.values,
      index => xScale.getPixelForValue(data.x[index] ?? Number.NaN),
      chartArea,
    );
  });
  ctx.restore();
}

/** Positions of marks: shifted from run to run so that they do not lie on each other; always the end. */
function marksOf(length: number, rank: number, lines: number): number[] {
  if (length < 2) {
    return [];
  }
  const spacing = length / MARKS_PER_LINE;
  const shift = (spacing * (rank + 0.5)) / lines;
  const marks = Array.from({ length: MARKS_PER_LINE }, (_, index) =>
    Math.floor(index * spacing + shift),
  );
  return [...marks, length - 1];
}

/** NaN as a cross on the bottom edge, +∞ as an arrow at the top, −∞ at the bottom; at most one a pixel column. */
function drawNotFinite(
  ctx: CanvasRenderingContext2D,
  values: Float64Array,
  pixelOf: (index: number) => number,
  area: { left: number; right: number; top: number; bottom: number },
): void {
  let lastX = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (Number.isFinite(value)) {
      continue;
    }
    const x = pixelOf(index);
    if (x < area.left || x > area.right || x - lastX < 4) {
      continue;
    }
    lastX = x;
    const up = value === Number.POSITIVE_INFINITY;
    const y = up ? area.top + 4 : area.bottom - 4;
    if (Number.isNaN(value)) {
      drawPoint(ctx, { pointStyle: 'crossRot', radius: 3.5, borderWidth: 1.5 }, x, y);
    } else {
      drawPoint(
        ctx,
        { pointStyle: 'triangle', radius: 4, borderWidth: 1, rotation: up ? 0 : 180 },
        x,
        y,
      );
    }
  }
}
