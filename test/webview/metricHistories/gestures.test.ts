import { describe, expect, it } from 'vitest';
import { plotBox } from '../support/chartProbe';
import { drag, drawn, useHistories } from '../support/historiesFixture';

const histories = useHistories();

describe('metric histories', () => {
  it('ask for the range again on zoom, and go back step by step', async () => {
    const page = await histories().open();
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

  it('move one crosshair over all charts, by pointer and by keyboard', async () => {
    const page = await histories().open();
    const { page: browserPage } = page.panel;
    const box = await plotBox(browserPage, 'val/loss');
    await browserPage.mouse.move(box.x + box.width / 2, box.y + 60);
    const tooltip = browserPage.locator('.chart-tooltip');
    const text = (await tooltip.innerText()).replace(/\s+/g, ' ');
    const step = Number(/step (\d+)/.exec(text)?.[1]);
    const history = await histories().server.client.getMetricColumns(
      histories().runIds[1] ?? '',
      'val/loss',
    );
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

  it('save a picture, and the whole history as exact CSV', async () => {
    const page = await histories().open();
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
      await histories().server.client.getMetricHistory({
        runId: histories().runIds[0] ?? '',
        metricKey: 'val/loss',
      })
    ).items;
    expect(lines[1]).toBe(
      `${histories().runIds[0]},eager-fox-12,val/loss,${point?.step},${point?.timestampMs},${point?.value}`,
    );
  });
});
