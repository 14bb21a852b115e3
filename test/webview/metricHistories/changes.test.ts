import { describe, expect, it } from 'vitest';
import { probeChart } from '../support/chartProbe';
import { chartTitles, drag, drawn, useHistories } from '../support/historiesFixture';
import { logSampleRun } from '../support/sampleRuns';
import { TrackingServer } from '../support/trackingServer';

const histories = useHistories();

describe('metric histories', () => {
  it('grow while a run logs, without losing zoom, filter, scroll or hidden runs', async () => {
    const live = await logSampleRun(histories().server, histories().experimentId, {
      name: 'live',
      learningRate: 0.2,
      steps: 100,
      seed: 9,
      running: true,
    });
    const page = await histories().open([live, histories().runIds[1] ?? ''], { height: 480 });
    const { page: browserPage } = page.panel;
    await browserPage.locator('vscode-textfield input').fill('train|val');
    await browserPage.getByRole('button', { name: 'kind-lynx-11 Finished', exact: true }).click();
    await browserPage.locator('.charts').evaluate(element => element.scrollTo(0, 60));
    await page.panel.settled();
    await drag(page, 'train/loss', { x: 0.6, y: 0.5 }, { x: 0.9, y: 0.5 });
    await page.panel.settled();
    const zoom = (await drawn(page, 'train/loss')).x;
    const timestampMs = Date.now();
    await histories().server.client.logBatch(live, {
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
    expect(await chartTitles(page)).not.toContain('grad_norm');
  });

  it('come back after a reload as they were left', async () => {
    const page = await histories().open();
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
    expect(await chartTitles(page)).toEqual(['val/accuracy', 'val/loss']);
  });

  it('say so when there is nothing to draw', async () => {
    const { info } = await histories().server.client.createRun({
      experimentId: histories().experimentId,
      runName: 'empty',
    });
    let page = await histories().load([info.runId]);
    await page.panel.page.getByText('No metrics yet').waitFor();
    await histories().server.client.updateRun(info.runId, {
      status: 'FINISHED',
      endTimeMs: Date.now(),
    });
    page.panel.host.change.fire([{ kind: 'everything' }]);
    await page.panel.page.getByText('ended without logging').waitFor();
    page = await histories().load(['0'.repeat(32)]);
    await page.panel.page.getByText('No runs to show').waitFor();
    page = await histories().load([histories().runIds[0] ?? '', '0'.repeat(32)]);
    await page.panel.page.getByText(/cannot be shown/).waitFor();
    await page.panel.page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.panel.page.getByText(/cannot be shown/).waitFor({ state: 'detached' });
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
    const page = await histories().load([runId], other);
    const { panel } = page;
    await panel.settled();
    await other.stop();
    panel.host.change.fire([{ kind: 'everything' }]);
    await panel.page.getByRole('alert').first().waitFor();
    expect((await drawn(page, 'val/loss')).lines[0]).toHaveLength(50);
    await panel.picture('metricHistories-store-gone');
    await panel.page.reload();
    await panel.page.getByText('The runs could not be loaded').waitFor();
    await panel.page.getByRole('button', { name: 'Retry' }).waitFor();
    await panel.picture('metricHistories-unreachable');
  });
});
