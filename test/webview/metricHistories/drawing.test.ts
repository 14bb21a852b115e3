import { describe, expect, it } from 'vitest';
import { countPixels, plotBox, probeChart } from '../support/chartProbe';
import { drag, drawn, useHistories } from '../support/historiesFixture';
import { THEMES } from '../support/panelPage';
import { SPIKE_STEP, SPIKE_VALUE, writeMillionPoints } from '../support/sampleRuns';

const histories = useHistories();

describe('metric histories', () => {
  it.each(THEMES.flatMap(theme => [500, 1600].map(width => ({ theme, width }))))(
    'are drawn in $theme at $width px without a policy violation or an axe finding',
    async ({ theme, width }) => {
      const { panel } = await histories().open(histories().runIds, { theme, width });
      await panel.page.hover('metric-chart .plot', { position: { x: 200, y: 80 } });
      await panel.picture(`metricHistories-${theme}-${width}`);
      expect(await panel.violations()).toEqual([]);
      expect(panel.problems).toEqual([]);
      expect(await panel.accessibilityProblems()).toEqual([]);
    },
  );

  it('draw the logged values of every run in its own colour', async () => {
    const page = await histories().open();
    const chart = await drawn(page, 'val/loss');
    expect(chart.lines.map(line => line.length).sort()).toEqual([250, 300, 400]);
    const history = await histories().server.client.getMetricColumns(
      histories().runIds[1] ?? '',
      'val/loss',
    );
    expect(chart.lines).toContainEqual([...history.values]);
    for (const runId of histories().runIds) {
      const pixels = await countPixels(
        page.panel.page,
        'val/loss',
        await histories().colourOf(page, runId),
        0,
        1,
      );
      expect(pixels).toBeGreaterThan(100);
    }
  });

  it('keep the spike among a million points, and show single points after zooming in', async () => {
    const { info } = await histories().server.client.createRun({
      experimentId: histories().experimentId,
      runName: 'million',
    });
    await writeMillionPoints(histories().server, histories().experimentId, info.runId, 'loss');
    const page = await histories().open([info.runId]);
    const chart = await drawn(page, 'loss');
    const [line = []] = chart.lines;
    expect(line).toContain(SPIKE_VALUE);
    expect(line.length).toBeLessThanOrEqual(20_000);
    expect(Math.max(...chart.y)).toBeGreaterThan(SPIKE_VALUE);
    const spikePixels = await countPixels(
      page.panel.page,
      'loss',
      await histories().colourOf(page, info.runId),
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

  it('smooth on the server and keep the raw line', async () => {
    const page = await histories().open();
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
    const page = await histories().open();
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

  it('leave the wheel to the page and draw only what is on screen', async () => {
    const page = await histories().open(histories().runIds, { height: 420 });
    expect(await probeChart(page.panel.page, 'val/loss')).toBeUndefined();
    const box = await plotBox(page.panel.page, 'grad_norm');
    await page.panel.page.mouse.move(box.x + 100, box.y + 50);
    await page.panel.page.mouse.wheel(0, 900);
    await page.panel.settled();
    expect((await drawn(page, 'val/loss')).lines).toHaveLength(3);
    expect(await probeChart(page.panel.page, 'grad_norm')).toBeUndefined();
  });

  it('follow a change of theme without a reload', async () => {
    const page = await histories().open();
    await page.panel.setTheme('light');
    await page.panel.settled();
    const background = await page.panel.page.evaluate(
      () => getComputedStyle(document.body).backgroundColor,
    );
    expect(background).toBe('rgb(255, 255, 255)');
    await page.panel.picture('metricHistories-theme-switched');
  });
});
