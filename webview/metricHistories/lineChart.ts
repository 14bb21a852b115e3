import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type ChartDataset,
  type Point,
} from 'chart.js';
import type { XAxis } from '../../src/protocol/metricHistories';
import { formatNumber } from '../../src/base/formatNumber';
import { withOpacity, type Theme } from '../shared/theme';
import { timeTicks, xTickText } from './axisTicks';
import { mainValues, type DrawnSeries } from './drawnSeries';
import { drawMarks } from './seriesMarks';
import type { Range } from './viewState';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

export interface LineChartOptions {
  readonly xAxis: XAxis;
  readonly logY: boolean;
  readonly points: boolean;
  readonly xRange: Range | null;
  readonly yRange: Range | null;
  /** The run that stands out; the others fade. */
  readonly highlighted: string | null;
  readonly theme: Theme;
}

type LineDataset = ChartDataset<'line', Point[]>;

const FADED = 0.14;
const RAW_BEHIND_SMOOTHED = 0.26;

/** One chart: chart.js draws what the server sampled; it computes and keeps nothing of its own. */
export class LineChart {
  private readonly chart: Chart<'line', Point[]>;
  private series: readonly DrawnSeries[] = [];
  private options: LineChartOptions;

  constructor(canvas: HTMLCanvasElement, options: LineChartOptions) {
    this.options = options;
    this.chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: {
        parsing: false,
        normalized: true,
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 6, right: 10, bottom: 0, left: 0 } },
        elements: { point: { radius: 0 }, line: { tension: 0, borderJoinStyle: 'round' } },
      },
      plugins: [
        {
          id: 'marks',
          afterDatasetsDraw: chart => drawMarks(chart, this.series, this.options.highlighted),
        },
      ],
    });
  }

  get canvas(): HTMLCanvasElement {
    return this.chart.canvas;
  }

  /** Where lines are drawn, in CSS px of the canvas. */
  get area(): { left: number; right: number; top: number; bottom: number } {
    return this.chart.chartArea;
  }

  draw(series: readonly DrawnSeries[], options: LineChartOptions): void {
    this.series = series;
    this.options = options;
    this.chart.data.datasets = series.flatMap(item => datasetsOf(item, options));
    this.chart.options.scales = { x: this.xScale(), y: this.yScale() };
    this.chart.update('none');
  }

  /** NaN outside the data's own finite range, for instance on an empty chart. */
  xAt(pixel: number): number {
    return this.chart.scales['x']?.getValueForPixel(pixel) ?? Number.NaN;
  }

  yAt(pixel: number): number {
    return this.chart.scales['y']?.getValueForPixel(pixel) ?? Number.NaN;
  }

  pixelAt(x: number, y: number): { x: number; y: number } {
    const { x: xScale, y: yScale } = this.chart.scales;
    return { x: xScale?.getPixelForValue(x) ?? 0, y: yScale?.getPixelForValue(y) ?? 0 };
  }

  destroy(): void {
    this.chart.destroy();
  }

  private xScale() {
    const { xAxis, xRange } = this.options;
    const range = xRange ?? this.dataRange();
    const isTime = xAxis !== 'step';
    return {
      type: 'linear' as const,
      min: range.from,
      max: range.to,
      ...this.look(),
      ticks: {
        ...this.tickLook(),
        maxRotation: 0,
        autoSkip: true,
        includeBounds: false,
        ...(isTime ? {} : { precision: 0 }),
        callback: (value: string | number) =>
          xTickText(xAxis, Number(value), range.to - range.from),
      },
      ...(isTime
        ? {
            afterBuildTicks: (axis: { width: number; ticks: { value: number }[] }) => {
              const count = Math.max(2, Math.floor(axis.width / 90));
              axis.ticks = timeTicks(range.from, range.to, count, xAxis === 'time').map(value => ({
                value,
              }));
            },
          }
        : {}),
    };
  }

  private yScale() {
    const { logY } = this.options;
    return {
      type: logY ? ('logarithmic' as const) : ('linear' as const),
      ...this.yBounds(),
      ...this.look(),
      ticks: {
        ...this.tickLook(),
        maxTicksLimit: 6,
        includeBounds: false,
        callback: (value: string | number) =>
          logY && !isRoundOnLog(Number(value)) ? '' : tickText(Number(value)),
      },
      // A gutter of one width keeps the charts of a column in line.
      afterFit: (axis: { width: number }) => {
        axis.width = Math.max(axis.width, 46);
      },
    };
  }

  /** The lines fill the height; an axis of positive values does not reach below zero. */
  private yBounds(): { min?: number; max?: number } {
    const { logY, yRange } = this.options;
    if (yRange) {
      return { min: yRange.from, max: yRange.to };
    }
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const { data } of this.series) {
      for (const value of data.values) {
        if (Number.isFinite(value) && (!logY || value > 0)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
    }
    if (low > high) {
      return {};
    }
    if (logY) {
      return { min: low / 1.1, max: high * 1.1 };
    }
    const pad = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
    return { min: low >= 0 && low - pad < 0 ? 0 : low - pad, max: high + pad };
  }

  private look() {
    const { theme } = this.options;
    return {
      grid: { color: theme.gridLine, drawTicks: false, lineWidth: theme.isHighContrast ? 0.3 : 1 },
      border: { display: false },
    };
  }

  private tickLook() {
    const { theme } = this.options;
    return {
      color: theme.faintForeground,
      font: { family: theme.fontFamily, size: 11 },
      padding: 6,
    };
  }

  private dataRange(): Range {
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (const { data } of this.series) {
      from = Math.min(from, data.x[0] ?? from);
      to = Math.max(to, data.x.at(-1) ?? to);
    }
    if (from > to) {
      return { from: 0, to: 1 };
    }
    const pad = from === to ? (this.options.xAxis === 'step' ? 1 : 1000) : 0;
    return { from: from - pad, to: to + pad };
  }
}

/** chart.js also labels the ends of a log axis, wherever they are. */
function isRoundOnLog(value: number): boolean {
  const mantissa = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return Math.abs(mantissa - Math.round(mantissa)) < 1e-6;
}

/** Ticks are round numbers: no zeros behind them. */
function tickText(value: number): string {
  return formatNumber(Number(value.toPrecision(12)))
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

function datasetsOf({ runId, look, data }: DrawnSeries, options: LineChartOptions): LineDataset[] {
  const faded = options.highlighted !== null && options.highlighted !== runId;
  const isSmoothed = data.smoothed.length > 0;
  const base = {
    parsing: false as const,
    normalized: true,
    pointRadius: options.points ? 2 : 0,
    pointStyle: look.marker,
    pointBorderWidth: 1,
    borderDash: [...look.dash],
    spanGaps: false,
  };
  const raw: LineDataset = {
    ...base,
    ...coloured(
      look.color,
      faded ? FADED / (isSmoothed ? 2 : 1) : isSmoothed ? RAW_BEHIND_SMOOTHED : 1,
    ),
    data: pointsOf(data.x, data.values, options.logY),
    borderWidth: isSmoothed ? 1 : 1.5,
    order: isSmoothed ? 2 : 1,
  };
  if (options.points || !isSmoothed) {
    showLonePoints(raw, data.values, options.points);
  }
  if (!isSmoothed) {
    return [raw];
  }
  return [
    {
      ...base,
      ...coloured(look.color, faded ? FADED : 1),
      data: pointsOf(data.x, mainValues(data), options.logY),
      borderWidth: 2,
      pointRadius: 0,
      order: faded ? 1 : 0,
    },
    raw,
  ];
}

function coloured(color: string, opacity: number) {
  const shade = opacity === 1 ? color : withOpacity(color, opacity);
  return { borderColor: shade, backgroundColor: shade, pointBackgroundColor: shade };
}

/** Not finite, or not above zero on a log axis: a gap in the line. */
function pointsOf(x: Float64Array, y: Float64Array, logY: boolean): Point[] {
  const points = new Array<Point>(x.length);
  for (let index = 0; index < x.length; index++) {
    const value = y[index] ?? Number.NaN;
    const drawable = Number.isFinite(value) && (!logY || value > 0);
    points[index] = { x: x[index] ?? 0, y: drawable ? value : Number.NaN };
  }
  return points;
}

/** A point without a neighbour to draw a line to would not be seen. */
function showLonePoints(dataset: LineDataset, values: Float64Array, allPoints: boolean): void {
  const isGap = (index: number) => !Number.isFinite(values[index] ?? Number.NaN);
  const lone: number[] = [];
  for (let index = 0; index < values.length; index++) {
    if (!isGap(index) && isGap(index - 1) && isGap(index + 1)) {
      lone.push(index);
    }
  }
  if (lone.length > 0) {
    const radii = new Array<number>(values.length).fill(allPoints ? 2 : 0);
    for (const index of lone) {
      radii[index] = 3;
    }
    dataset.pointRadius = radii;
  }
}
