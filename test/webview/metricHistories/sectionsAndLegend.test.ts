import { describe, expect, it } from 'vitest';
import { countPixels } from '../support/chartProbe';
import { chartTitles, drawn, useHistories } from '../support/historiesFixture';

const histories = useHistories();

describe('metric histories', () => {
  it('put metrics into sections by prefix, system metrics closed', async () => {
    const page = await histories().open();
    expect(await chartTitles(page)).toEqual([
      'grad_norm',
      'learning_rate',
      'train/accuracy',
      'train/loss',
      'val/accuracy',
      'val/loss',
    ]);
    await page.panel.page.getByRole('button', { name: 'system/' }).click();
    expect(await chartTitles(page)).toContain('system/cpu_utilization_percentage');
  });

  it('fill the width whatever a closed section holds', async () => {
    const page = await histories().open(histories().runIds, { width: 1600 });
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

  it('filter metrics by a regular expression and say when it is none', async () => {
    const page = await histories().open();
    const box = page.panel.page.locator('vscode-textfield input');
    await box.fill('LOSS$');
    expect(await chartTitles(page)).toEqual(['train/loss', 'val/loss']);
    await box.fill('cpu');
    expect(await chartTitles(page)).toEqual(['system/cpu_utilization_percentage']);
    await box.fill('val(');
    expect(await page.panel.page.locator('.filter-problem').textContent()).toMatch(/Not a regular/);
    await box.fill('nothing like it');
    await page.panel.picture('metricHistories-no-match');
    await page.panel.page.getByText('Clear filter').click();
    expect(await chartTitles(page)).toHaveLength(6);
  });

  it('tell the status of every run in the legend', async () => {
    const { panel } = await histories().open();
    const icons = panel.page.locator('.run-chip [role=img][title]');
    const labels = await icons.evaluateAll(all => all.map(icon => icon.getAttribute('title')));
    expect(labels).toEqual(['Running', 'Finished', 'Failed']);
  });

  it('highlight, hide, remove and add runs in the legend', async () => {
    const page = await histories().open();
    const { page: browserPage } = page.panel;
    const color = await histories().colourOf(page, histories().runIds[1] ?? '');
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
    page.picks = [histories().runIds[1] ?? ''];
    await browserPage.getByText('Add run').click();
    await page.panel.settled();
    expect((await drawn(page, 'val/loss')).lines).toHaveLength(2);
  });
});
