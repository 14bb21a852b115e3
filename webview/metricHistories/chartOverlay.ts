import { drawPoint } from 'chart.js/helpers';
import { formatNumber } from '../../src/base/formatNumber';
import type { Theme } from '../shared/theme';
import type { Reading } from './crosshairReading';
import type { LineChart } from './lineChart';

/** In CSS px of the chart. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface OverlayContent {
  readonly x: number | null;
  readonly readings: readonly Reading[];
  /** Values beside the line, for charts that the pointer is not on; that one has a tooltip. */
  readonly withValues: boolean;
  readonly selection: Box | null;
}

const LINE_HEIGHT = 15;
const MAX_VALUES = 8;

/** A second canvas above the chart, so that moving the crosshair never draws the lines again. */
export class ChartOverlay {
  private readonly ctx: CanvasRenderingContext2D | null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly chart: LineChart,
  ) {
    this.ctx = canvas.getContext('2d');
  }

  draw({ x, readings, withValues, selection }: OverlayContent, theme: Theme): void {
    const ctx = this.ctx;
    if (!ctx) {
      return;
    }
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = window.devicePixelRatio;
    if (
      this.canvas.width !== Math.round(width * ratio) ||
      this.canvas.height !== Math.round(height * ratio)
    ) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    if (selection) {
      drawSelection(ctx, selection, theme);
    }
    if (x === null) {
      return;
    }
    const { left, right, top, bottom } = this.chart.area;
    const lineX = Math.round(this.chart.pixelAt(x, 0).x) + 0.5;
    if (lineX < left - 1 || lineX > right + 1) {
      return;
    }
    ctx.strokeStyle = theme.faintForeground;
    ctx.lineWidth = 1;
    ctx.setLineDash([2, 2]);
    ctx.beginPath();
    ctx.moveTo(lineX, top);
    ctx.lineTo(lineX, bottom);
    ctx.stroke();
    ctx.setLineDash([]);
    for (const reading of readings) {
      const { look } = reading.series;
      const at = this.chart.pixelAt(reading.x, reading.value);
      if (Number.isFinite(at.y) && at.y >= top - 2 && at.y <= bottom + 2) {
        ctx.fillStyle = look.color;
        ctx.strokeStyle = theme.background;
        ctx.lineWidth = 1.5;
        ctx.beginPath();
        ctx.arc(at.x, at.y, 4, 0, 2 * Math.PI);
        ctx.fill();
        ctx.stroke();
      }
    }
    if (withValues && readings.length > 0) {
      drawValues(ctx, readings, lineX, this.chart.area, theme);
    }
  }
}

function drawSelection(ctx: CanvasRenderingContext2D, box: Box, theme: Theme): void {
  ctx.fillStyle = theme.selection;
  ctx.globalAlpha = 0.45;
  ctx.fillRect(box.left, box.top, box.width, box.height);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = theme.focus;
  ctx.lineWidth = 1;
  ctx.strokeRect(box.left + 0.5, box.top + 0.5, box.width, box.height);
}

/** A small list of values beside the crosshair, on the side where there is room. */
function drawValues(
  ctx: CanvasRenderingContext2D,
  readings: readonly Reading[],
  lineX: number,
  area: { left: number; right: number; top: number; bottom: number },
  theme: Theme,
): void {
  const room = Math.max(
    1,
    Math.min(MAX_VALUES, Math.floor((area.bottom - area.top - 8) / LINE_HEIGHT)),
  );
  const shown = readings.slice(0, readings.length > room ? room - 1 : room);
  const more = readings.length - shown.length;
  ctx.font = `11px ${theme.fontFamily}`;
  ctx.textBaseline = 'middle';
  const texts = shown.map(reading => formatNumber(reading.value));
  const width = Math.max(...texts.map(text => ctx.measureText(text).width), more > 0 ? 40 : 0) + 26;
  const height = (shown.length + (more > 0 ? 1 : 0)) * LINE_HEIGHT + 6;
  const left = lineX + 8 + width > area.right ? lineX - 8 - width : lineX + 8;
  const top = area.top + 2;
  ctx.fillStyle = theme.widgetBackground;
  ctx.strokeStyle = theme.widgetBorder;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(Math.round(left) + 0.5, top + 0.5, Math.round(width), height, 3);
  ctx.fill();
  ctx.stroke();
  shown.forEach((reading, row) => {
    const y = top + 3 + LINE_HEIGHT * (row + 0.5);
    const { color, marker } = reading.series.look;
    ctx.fillStyle = color;
    ctx.strokeStyle = color;
    drawPoint(ctx, { pointStyle: marker, radius: 3.5, borderWidth: 1.5 }, left + 10, y);
    ctx.fillStyle = theme.foreground;
    ctx.fillText(texts[row] ?? '', left + 19, y + 0.5);
  });
  if (more > 0) {
    ctx.fillStyle = theme.faintForeground;
    ctx.fillText(`+${more} more`, left + 8, top + 3 + LINE_HEIGHT * (shown.length + 0.5));
  }
}
