import type { Page } from 'playwright-core';

export interface DrawnChart {
  readonly metricKey: string;
  /** One list of values for each line, raw lines and smoothed ones. */
  readonly lines: readonly (readonly number[])[];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly yType: string;
}

/** The parts of `ChartCard`, `LineChart` and chart.js that tell what was drawn. */
interface ProbedCard extends HTMLElement {
  readonly metricKey: string;
  readonly chart: { readonly chart: ProbedDrawing } | null;
}

interface ProbedDrawing {
  readonly data: {
    readonly datasets: readonly { readonly data: readonly { readonly y: number }[] }[];
  };
  readonly scales: Readonly<
    Record<string, { readonly min: number; readonly max: number; readonly type: string }>
  >;
}

/** What the chart of a metric has drawn, read from chart.js itself. Undefined when it is not drawn. */
export async function probeChart(page: Page, metricKey: string): Promise<DrawnChart | undefined> {
  const text = await page.evaluate(key => {
    const card = [...document.querySelectorAll<ProbedCard>('metric-chart')].find(
      item => item.metricKey === key,
    );
    const chart = card?.chart?.chart;
    const x = chart?.scales['x'];
    const y = chart?.scales['y'];
    if (!chart || !x || !y) {
      return undefined;
    }
    return JSON.stringify({
      metricKey: key,
      lines: chart.data.datasets.map(dataset => dataset.data.map(point => point.y)),
      x: [x.min, x.max],
      y: [y.min, y.max],
      yType: y.type,
    });
  }, metricKey);
  return text === undefined ? undefined : (JSON.parse(text) as DrawnChart);
}

/** Where the lines of a chart are in the window, px. */
export async function plotBox(
  page: Page,
  metricKey: string,
): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page
    .locator('metric-chart', { has: page.getByRole('heading', { name: metricKey, exact: true }) })
    .locator('.plot')
    .boundingBox();
  if (!box) {
    throw new Error(`The chart of ${metricKey} is not on the page.`);
  }
  return box;
}

/** How many pixels of a chart's canvas are near a `#rrggbb` colour, within a band of rows (shares of the height). */
export function countPixels(
  page: Page,
  metricKey: string,
  color: string,
  from: number,
  to: number,
): Promise<number> {
  return page.evaluate(
    ([key, hex, top, bottom]) => {
      const card = [...document.querySelectorAll<ProbedCard>('metric-chart')].find(
        item => item.metricKey === key,
      );
      const canvas = card?.querySelector('canvas');
      const ctx = canvas?.getContext('2d');
      if (!canvas || !ctx) {
        return -1;
      }
      const first = Math.floor(canvas.height * top);
      const { data } = ctx.getImageData(
        0,
        first,
        canvas.width,
        Math.ceil(canvas.height * bottom) - first,
      );
      const want = [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16));
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        const near = want.every(
          (channel, index) => Math.abs(channel - (data[at + index] ?? 0)) < 40,
        );
        if (near && (data[at + 3] ?? 0) > 100) {
          count++;
        }
      }
      return count;
    },
    [metricKey, color, from, to] as const,
  );
}
