import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/tracking/entities';
import { countPixels, plotBox, probeChart, type DrawnChart } from './support/chartProbe';
import { openHistoriesPage, type HistoriesPage } from './support/historiesPage';
import { launchBrowser, THEMES } from './support/panelPage';
import { logSampleRun, SPIKE_STEP, SPIKE_VALUE, writeMillionPoints } from './support/sampleRuns';
import { TrackingServer } from './support/trackingServer';

let browser: Browser;
let server: TrackingServer;
let experimentId: string;
let runIds: RunId[];
let open: HistoriesPage | undefined;

beforeAll(async () => {
  server = await TrackingServer.start();
  experimentId = await server.client.createExperiment({ name: 'iris' });
  runIds = [
    await logSampleRun(server, experimentId, {
      name: 'eager-fox-12',
      learningRate: 0.1,
      steps: 300,
      seed: 1,
      running: true,
    }),
    await logSampleRun(server, experimentId, {
      name: 'kind-lynx-11',
      learningRate: 0.03,
      steps: 400,
      seed: 2,
    }),
    await logSampleRun(server, experimentId, {
      name: 'sweep-10/lr=10',
      learningRate: 0.01,
      steps: 250,
      seed: 3,
      failed: true,
    }),
  ];
  browser = await launchBrowser();
});

afterEach(async () => {
  await open?.panel.close();
  open = undefined;
});

afterAll(async () => {
  await browser.close();
  await server.stop();
});

async function openPage(
  ids: readonly RunId[] = runIds,
  options: Parameters<typeof openHistoriesPage>[3] = {},
): Promise<HistoriesPage> {
  open = await openHistoriesPage(browser, server, ids, options);
  await open.panel.settled();
  return open;
}

async function drawn(page: HistoriesPage, metricKey: string): Promise<DrawnChart> {
  const chart = await probeChart(page.panel.page, metricKey);
  if (!chart) {
    throw new Error(`${metricKey} is not drawn.`);
  }
  return chart;
}

/** Drags over shares of the plot's width or height. */
async function drag(
  { panel: { page } }: HistoriesPage,
  metricKey: string,
  from: { x: number; y: number },
  to: { x: number; y: number },
): Promise<void> {
  const box = await plotBox(page, metricKey);
  await page.mouse.move(box.x + box.width * from.x, box.y + box.height * from.y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to.x, box.y + box.height * to.y, { steps: 5 });
  await page.mouse.up();
}

async function colourOf({ panel }: HistoriesPage, runId: RunId): Promise<string> {
  return panel.host.colours.colourOf(await server.client.getRun(runId));
}

const titles = ({ panel }: HistoriesPage) => panel.page.locator('.chart-title').allTextContents();

describe('metric histories', () => {
  it.each(THEMES.flatMap(theme => [500, 1600].map(width => ({ theme, width }))))(
    'are drawn in $theme at $width px without a policy violation or an axe finding',
    async ({ theme, width }) => {
      const { panel } = await openPage(runIds, { theme, width });
      await panel.page.hover('metric-chart .plot', { position: { x: 200, y: 80 } });
      await panel.picture(`metricHistories-${theme}-${width}`);
      expect(await panel.violations()).toEqual([]);
      expect(panel.problems).toEqual([]);
      expect(await panel.accessibilityProblems()).toEqual([]);
    },
  );

  it('put metrics into sections by prefix, system metrics closed', async () => {
    const page = await openPage();
    expect(await titles(page)).toEqual([
      'grad_norm',
      'learning_rate',
      'train/accuracy',
      'train/loss',
      'val/accuracy',
      'val/loss',
    ]);
    await page.panel.page.getByRole('button', { name: 'system/' }).click();
    expect(await titles(page)).toContain('system/cpu_utilization_percentage');
  });

  it('fill the width whatever a closed section holds', async () => {
    const page = await openPage(runIds, { width: 1600 });
    const { page: view } = page.panel;
    const placeOf = async (title: string) =>
      view.locator('metric-chart', { hasText: title }).first().boundingBox();
    const right = async (title: string) => {
      const box = await placeOf(title);
      return Math.round((box?.x ?? 0) + (box?.width ?? 0));
    };
    // The longest open section has two charts, each half of the width; system metrics are more.
    expect(await right('val/loss')).toBeGreaterThan(1500);
  });

  it('draw the logged values of every run in its own colour', async () => {
    const page = await openPage();
    const chart = await drawn(page, 'val/loss');
    expect(chart.lines.map(line => line.length).sort()).toEqual([250, 300, 400]);
    const history = await server.client.getMetricColumns(runIds[1] ?? '', 'val/loss');
    expect(chart.lines).toContainEqual([...history.values]);
    for (const runId of runIds) {
      const pixels = await countPixels(
        page.panel.page,
        'val/loss',
        await colourOf(page, runId),
        0,
        1,
      );
      expect(pixels).toBeGreaterThan(100);
    }
  });

  it('keep the spike among a million points, and show single points after zooming in', async () => {
    const { info } = await server.client.createRun({ experimentId, runName: 'million' });
    await writeMillionPoints(server, experimentId, info.runId, 'loss');
    const page = await openPage([info.runId]);
    const chart = await drawn(page, 'loss');
    const [line = []] = chart.lines;
    expect(line).toContain(SPIKE_VALUE);
    expect(line.length).toBeLessThanOrEqual(20_000);
    expect(Math.max(...chart.y)).toBeGreaterThan(SPIKE_VALUE);
    const spikePixels = await countPixels(
      page.panel.page,
      'loss',
      await colourOf(page, info.runId),
      0.05,
      0.5,
    );
    expect(spikePixels).toBeGreaterThan(20);
    await page.panel.picture('metricHistories-million');

    // The wheel scrolls; only dragging zooms. From a million to about ten thousand points, twice.
    for (const _round of [1, 2]) {
      const before = await drawn(page, 'loss');
      const box = await plotBox(page.panel.page, 'loss');
      const share = (SPIKE_STEP - before.x[0]) / (before.x[1] - before.x[0]);
      const center = (46 + share * (box.width - 56)) / box.width;
      await drag(page, 'loss', { x: center - 0.02, y: 0.5 }, { x: center + 0.02, y: 0.5 });
      await page.panel.settled();
    }
    const zoomed = await drawn(page, 'loss');
    expect(zoomed.x[1] - zoomed.x[0]).toBeLessThan(10_000);
    expect(zoomed.lines[0]).toContain(SPIKE_VALUE);
    expect(zoomed.lines[0]?.length).toBeGreaterThan(zoomed.x[1] - zoomed.x[0] - 3);
  });

  it('ask for the range again on zoom, and go back step by step', async () => {
    const page = await openPage();
    const whole = await drawn(page, 'val/loss');
    await drag(page, 'val/loss', { x: 0.5, y: 0.5 }, { x: 0.8, y: 0.5 });
    await page.panel.settled();
    const inner = await drawn(page, 'val/loss');
    expect(inner.x[0]).toBeGreaterThan(150);
    expect(inner.x[1]).toBeLessThan(350);
    expect(page.queries.at(-1)).toMatchObject({
      metricKey: 'val/loss',
      from: inner.x[0],
      to: inner.x[1],
    });
    expect((await drawn(page, 'val/accuracy')).x).toEqual(whole.x);

    await page.panel.page.keyboard.down('Shift');
    await drag(page, 'val/loss', { x: 0.5, y: 0.3 }, { x: 0.5, y: 0.6 });
    await page.panel.page.keyboard.up('Shift');
    const both = await drawn(page, 'val/loss');
    expect(both.x).toEqual(inner.x);
    expect(both.y[1] - both.y[0]).toBeLessThan((inner.y[1] - inner.y[0]) / 2);

    const box = await plotBox(page.panel.page, 'val/loss');
    await page.panel.page.mouse.dblclick(box.x + 200, box.y + 60);
    expect((await drawn(page, 'val/loss')).y).toEqual(inner.y);
    await page.panel.page.mouse.dblclick(box.x + 200, box.y + 60);
    await page.panel.settled();
    expect((await drawn(page, 'val/loss')).x).toEqual(whole.x);
  });

  it('smooth on the server and keep the raw line', async () => {
    const page = await openPage();
    const before = await drawn(page, 'val/loss');
    await page.panel.page.locator('input[type=range]').fill('0.9');
    await page.panel.settled();
    const after = await drawn(page, 'val/loss');
    expect(page.queries.at(-1)?.smoothing).toBe(0.9);
    expect(after.lines).toHaveLength(6);
    for (const raw of before.lines) {
      expect(after.lines).toContainEqual(raw);
    }
    await page.panel.picture('metricHistories-smoothed');
  });

  it('change the axes', async () => {
    const page = await openPage();
    const { page: browserPage } = page.panel;
    await browserPage.locator('vscode-single-select.axis').click();
    await browserPage.getByRole('option', { name: 'Relative time' }).click();
    await page.panel.settled();
    expect(page.queries.at(-1)?.x).toBe('relative');
    expect((await drawn(page, 'val/loss')).x).toEqual([0, 399 * 700]);
    await browserPage.locator('vscode-single-select.scale').click();
    await browserPage.getByRole('option', { name: 'Log' }).click();
    await page.panel.settled();
    expect((await drawn(page, 'val/loss')).yType).toBe('logarithmic');
    await page.panel.picture('metricHistories-relative-log');
  });

  it('filter metrics by a regular expression and say when it is none', async () => {
    const page = await openPage();
    const box = page.panel.page.locator('vscode-textfield input');
    await box.fill('LOSS$');
    expect(await titles(page)).toEqual(['train/loss', 'val/loss']);
    await box.fill('cpu');
    expect(await titles(page)).toEqual(['system/cpu_utilization_percentage']);
    await box.fill('val(');
    expect(await page.panel.page.locator('.filter-problem').textContent()).toMatch(/Not a regular/);
    await box.fill('nothing like it');
    await page.panel.picture('metricHistories-no-match');
    await page.panel.page.getByText('Clear filter').click();
    expect(await titles(page)).toHaveLength(6);
  });

  it('tell the status of every run in the legend', async () => {
    const { panel } = await openPage();
    const icons = panel.page.locator('.run-chip [role=img][title]');
    const labels = await icons.evaluateAll(all => all.map(icon => icon.getAttribute('title')));
    expect(labels).toEqual(['Running', 'Finished', 'Failed']);
  });

  it('highlight, hide, remove and add runs in the legend', async () => {
    const page = await openPage();
    const { page: browserPage } = page.panel;
    const color = await colourOf(page, runIds[1] ?? '');
    const full = await countPixels(browserPage, 'val/loss', color, 0, 1);
    await browserPage.getByRole('button', { name: /^eager-fox-12/ }).hover();
    await page.panel.settled();
    expect(await countPixels(browserPage, 'val/loss', color, 0, 1)).toBeLessThan(full / 2);
    await page.panel.picture('metricHistories-highlighted');

    await browserPage.getByRole('button', { name: /^eager-fox-12/ }).click();
    await page.panel.settled();
    expect((await drawn(page, 'val/loss')).lines).toHaveLength(2);
    await browserPage.getByRole('button', { name: 'Remove kind-lynx-11 from this panel' }).click();
    await page.panel.settled();
    expect((await drawn(page, 'val/loss')).lines).toHaveLength(1);
    page.picks = [runIds[1] ?? ''];
    await browserPage.getByText('Add run').click();
    await page.panel.settled();
    expect((await drawn(page, 'val/loss')).lines).toHaveLength(2);
  });

  it('move one crosshair over all charts, by pointer and by keyboard', async () => {
    const page = await openPage();
    const { page: browserPage } = page.panel;
    const box = await plotBox(browserPage, 'val/loss');
    await browserPage.mouse.move(box.x + box.width / 2, box.y + 60);
    const tooltip = browserPage.locator('.chart-tooltip');
    const text = (await tooltip.innerText()).replace(/\s+/g, ' ');
    const step = Number(/step (\d+)/.exec(text)?.[1]);
    const history = await server.client.getMetricColumns(runIds[1] ?? '', 'val/loss');
    expect(text).toContain(`kind-lynx-11 ${history.values[step]?.toPrecision(4)}`);

    const plot = browserPage.getByRole('slider', { name: /^val\/accuracy/ });
    await plot.focus();
    await browserPage.keyboard.press('Home');
    expect(await plot.getAttribute('aria-valuetext')).toMatch(/^step 0: .*eager-fox-12/);
    await browserPage.keyboard.press('ArrowRight');
    expect(await plot.getAttribute('aria-valuetext')).toMatch(/^step 1: /);
    await browserPage.keyboard.press('Shift+ArrowRight');
    expect(await plot.getAttribute('aria-valuetext')).toMatch(/^step 11: /);
    await browserPage.keyboard.press('+');
    await page.panel.settled();
    expect((await drawn(page, 'val/accuracy')).x[1]).toBeLessThan(250);
    await browserPage.keyboard.press('0');
    await page.panel.settled();
    expect((await drawn(page, 'val/accuracy')).x[1]).toBe(399);
    await browserPage.keyboard.press('Enter');
    await page.panel.settled();
    expect((await plotBox(browserPage, 'val/accuracy')).height).toBeGreaterThan(600);
    await page.panel.picture('metricHistories-maximised');
    await browserPage.keyboard.press('Escape');
    await page.panel.settled();
    expect((await plotBox(browserPage, 'val/accuracy')).height).toBeLessThan(300);
  });

  it('leave the wheel to the page and draw only what is on screen', async () => {
    const page = await openPage(runIds, { height: 420 });
    expect(await probeChart(page.panel.page, 'val/loss')).toBeUndefined();
    const box = await plotBox(page.panel.page, 'grad_norm');
    await page.panel.page.mouse.move(box.x + 100, box.y + 50);
    await page.panel.page.mouse.wheel(0, 900);
    await page.panel.settled();
    expect((await drawn(page, 'val/loss')).lines).toHaveLength(3);
    expect(await probeChart(page.panel.page, 'grad_norm')).toBeUndefined();
  });

  it('grow while a run logs, without losing zoom, filter, scroll or hidden runs', async () => {
    const live = await logSampleRun(server, experimentId, {
      name: 'live',
      learningRate: 0.2,
      steps: 100,
      seed: 9,
      running: true,
    });
    const page = await openPage([live, runIds[1] ?? ''], { height: 480 });
    const { page: browserPage } = page.panel;
    await browserPage.locator('vscode-textfield input').fill('train|val');
    await browserPage.getByRole('button', { name: 'kind-lynx-11 Finished', exact: true }).click();
    await browserPage.locator('.charts').evaluate(element => element.scrollTo(0, 60));
    await page.panel.settled();
    await drag(page, 'train/loss', { x: 0.6, y: 0.5 }, { x: 0.9, y: 0.5 });
    await page.panel.settled();
    const zoom = (await drawn(page, 'train/loss')).x;
    const timestampMs = Date.now();
    await server.client.logBatch(live, {
      metrics: Array.from({ length: 60 }, (_, index) => ({
        key: 'train/accuracy',
        value: 2,
        step: 100 + index,
        timestampMs,
      })),
    });
    await page.panel.until('the new points', async () => {
      const chart = await probeChart(browserPage, 'train/accuracy');
      return chart?.lines[0]?.length === 160;
    });
    expect((await drawn(page, 'train/loss')).x).toEqual(zoom);
    expect((await drawn(page, 'train/accuracy')).lines).toHaveLength(1);
    expect(await browserPage.locator('.charts').evaluate(element => element.scrollTop)).toBe(60);
    expect(await titles(page)).not.toContain('grad_norm');
  });

  it('come back after a reload as they were left', async () => {
    const page = await openPage();
    const { page: browserPage } = page.panel;
    await browserPage.locator('vscode-textfield input').fill('val');
    await browserPage.locator('input[type=range]').fill('0.5');
    await drag(page, 'val/loss', { x: 0.5, y: 0.5 }, { x: 0.8, y: 0.5 });
    await page.panel.settled();
    const before = await drawn(page, 'val/loss');
    await browserPage.waitForTimeout(300);
    await browserPage.reload();
    await page.panel.settled();
    expect(await drawn(page, 'val/loss')).toEqual(before);
    expect(await titles(page)).toEqual(['val/accuracy', 'val/loss']);
  });

  it('follow a change of theme without a reload', async () => {
    const page = await openPage();
    await page.panel.setTheme('light');
    await page.panel.settled();
    const background = await page.panel.page.evaluate(
      () => getComputedStyle(document.body).backgroundColor,
    );
    expect(background).toBe('rgb(255, 255, 255)');
    await page.panel.picture('metricHistories-theme-switched');
  });

  it('save a picture, and the whole history as exact CSV', async () => {
    const page = await openPage();
    const card = page.panel.page.locator('metric-chart', { hasText: 'val/loss' });
    await card.hover();
    await card.getByRole('button', { name: 'Save as picture: val/loss' }).click();
    await page.panel.until('the picture', () => page.saved.length === 1);
    expect(page.saved[0]?.name).toBe('val-loss.png');
    expect(Buffer.from(page.saved[0]?.bytes.subarray(1, 4) ?? []).toString()).toBe('PNG');
    await card.getByRole('button', { name: 'Save whole history as CSV: val/loss' }).click();
    await page.panel.until('the table', () => page.saved.length === 2);
    const lines = Buffer.from(page.saved[1]?.bytes ?? [])
      .toString()
      .trim()
      .split('\n');
    expect(lines).toHaveLength(1 + 300 + 400 + 250);
    const [point] = (
      await server.client.getMetricHistory({ runId: runIds[0] ?? '', metricKey: 'val/loss' })
    ).items;
    expect(lines[1]).toBe(
      `${runIds[0]},eager-fox-12,val/loss,${point?.step},${point?.timestampMs},${point?.value}`,
    );
  });

  it('say so when there is nothing to draw', async () => {
    const { info } = await server.client.createRun({ experimentId, runName: 'empty' });
    open = await openHistoriesPage(browser, server, [info.runId]);
    await open.panel.page.getByText('No metrics yet').waitFor();
    await server.client.updateRun(info.runId, { status: 'FINISHED', endTimeMs: Date.now() });
    open.panel.host.change.fire([{ kind: 'everything' }]);
    await open.panel.page.getByText('ended without logging').waitFor();
    await open.panel.close();
    open = await openHistoriesPage(browser, server, ['0'.repeat(32)]);
    await open.panel.page.getByText('No runs to show').waitFor();
    await open.panel.close();
    open = await openHistoriesPage(browser, server, [runIds[0] ?? '', '0'.repeat(32)]);
    await open.panel.page.getByText(/cannot be shown/).waitFor();
    await open.panel.page.getByRole('button', { name: 'Remove', exact: true }).click();
    await open.panel.page.getByText(/cannot be shown/).waitFor({ state: 'detached' });
  });

  it('keep what is drawn when the store goes away, and say so', async () => {
    const other = await TrackingServer.start();
    const experiment = await other.client.createExperiment({ name: 'gone' });
    const runId = await logSampleRun(other, experiment, {
      name: 'left-alone',
      learningRate: 0.1,
      steps: 50,
      seed: 5,
    });
    open = await openHistoriesPage(browser, other, [runId]);
    const { panel } = open;
    await panel.settled();
    await other.stop();
    panel.host.change.fire([{ kind: 'everything' }]);
    await panel.page.getByRole('alert').first().waitFor();
    expect((await drawn(open, 'val/loss')).lines[0]).toHaveLength(50);
    await panel.picture('metricHistories-store-gone');
    await panel.page.reload();
    await panel.page.getByText('The runs could not be loaded').waitFor();
    await panel.page.getByRole('button', { name: 'Retry' }).waitFor();
    await panel.picture('metricHistories-unreachable');
  });

  it('keep each bundle within its budget', async () => {
    const folder = path.resolve(import.meta.dirname, '../../dist/webview');
    const scripts = (await readdir(folder)).filter(name => name.endsWith('.js'));
    expect(scripts.length).toBeGreaterThanOrEqual(2);
    for (const script of scripts) {
      expect((await readFile(path.join(folder, script))).length).toBeLessThanOrEqual(350_000);
    }
  });
});
