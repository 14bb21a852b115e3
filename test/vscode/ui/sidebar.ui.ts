import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemporaryFolder } from '../harness/temporaryFolder';
import { OtherProcess } from '../suite/support/otherProcess';
import { Workbench, themes, type Theme } from './workbench';

const EVERY_THEME = Object.keys(themes) as Theme[];

/** Two experiments as people have them: ended, failed and killed runs, a sweep with children, one that is going on. */
async function fill({ store }: OtherProcess): Promise<void> {
  const experimentId = await store.createExperiment({ name: 'iris' });
  const now = Date.now();
  const source = [
    { key: 'mlflow.source.name', value: 'train_softmax.py' },
    { key: 'mlflow.source.git.commit', value: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334' },
    { key: 'mlflow.source.git.branch', value: 'main' },
    { key: 'mlflow.source.git.dirty', value: 'true' },
    { key: 'team', value: 'vision' },
  ];
  const run = async (runName: string, agoMs: number, quality: number, parentRunId?: string) => {
    const tags = parentRunId
      ? [...source, { key: 'mlflow.parentRunId', value: parentRunId }]
      : source;
    const startTimeMs = now - agoMs;
    const { info } = await store.createRun({ experimentId, runName, startTimeMs, tags });
    const curve = (key: string, at: (x: number) => number) =>
      Array.from({ length: 40 }, (_, step) => ({
        key,
        value: at(step / 10),
        step,
        timestampMs: startTimeMs + step * 100,
      }));
    await store.logBatch(info.runId, {
      metrics: [
        ...curve('val_acc', x => quality * (1 - Math.exp(-x))),
        ...curve('val_loss', x => 2 * Math.exp(-x) + 1 - quality),
      ],
      params: [
        { key: 'lr', value: '0.01' },
        { key: 'batch_size', value: '32' },
      ],
    });
    return info.runId;
  };
  const end = async (runId: string, status: 'FINISHED' | 'FAILED' | 'KILLED', agoMs: number) =>
    store.updateRun(runId, { status, endTimeMs: now - agoMs });
  const crowded = await run('kind-lynx-11', 7_200_000, 0.94);
  await end(crowded, 'FINISHED', 7_066_000);
  await store.logBatch(crowded, {
    params: Array.from({ length: 14 }, (_, index) => ({
      key: `optimizer.schedule.warmup_${index}`,
      value: index === 0 ? 'linear '.repeat(30) : '0.0001',
    })),
    metrics: Array.from({ length: 20 }, (_, index) => ({
      key: `validation/segmentation/class_${index}/intersection_over_union`,
      value: index / 21,
      step: 120_000,
      timestampMs: now,
    })),
  });
  await end(await run('bold-crow-7', 5_400_000, 0.71), 'FAILED', 5_390_000);
  await end(await run('calm-hare-3', 4_000_000, 0.8), 'KILLED', 3_900_000);
  const sweep = await run('sweep-10', 3_600_000, 0.5);
  for (const [index, lr] of ['0.1', '0.01', '0.001'].entries()) {
    const child = await run(`lr=${lr}`, 3_500_000 - index * 1000, 0.9 - index / 10, sweep);
    await end(child, 'FINISHED', 3_400_000);
  }
  await end(sweep, 'FINISHED', 3_300_000);
  await run('eager-fox-12', 12_000, 0.97);
}

describe('The sidebar', () => {
  let folder: TemporaryFolder;
  let workbench: Workbench;

  beforeAll(async () => {
    folder = await TemporaryFolder.create();
    await using script = await OtherProcess.on(
      `sqlite:///${path.join(folder.path, 'mlflow.db')}`,
      folder.path,
    );
    await fill(script);
    workbench = await Workbench.open(folder.path);
    await workbench.openView('Experiments');
    // Open at first, for it is the only experiment with runs.
    await workbench.row('kind-lynx-11').waitFor();
  });

  afterAll(async () => {
    await workbench[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('shows runs with status, value, curve and age, and the selected run below', async () => {
    await workbench.expandRow('sweep-10');
    await workbench.row('lr=0.01').waitFor();
    await workbench.row(/eager-fox-12\s*0\.\d+ [▁-█]{4}/).click();
    await workbench.page.locator('.pane-header', { hasText: 'eager-fox-12' }).waitFor();
    await workbench.row(/val_acc\s*0\.\d+ @39 [▁-█]{4}/).waitFor();
    await workbench.statusBarItem(/mlflow\.db.*1 running/).waitFor();
    await workbench.page.mouse.move(700, 500);
    for (const theme of EVERY_THEME) {
      await workbench.screenshot('sidebar', theme);
    }
  });

  it('shows a card over a run, with curves in the colours of the theme', async () => {
    for (const theme of EVERY_THEME) {
      await workbench.setTheme(theme);
      // The rows are drawn anew in the colours of the theme, which takes a card away.
      await workbench.page.waitForTimeout(1500);
      const card = await workbench.hoverRow('kind-lynx-11');
      await card.getByText('a1b2c3d on main').waitFor();
      await card.locator('img[src^="data:image/svg+xml"]').first().waitFor();
      expect(await card.locator('table tbody tr').count()).toBe(12);
      expect((await card.boundingBox())?.width ?? 0).toBeLessThanOrEqual(480);
      await workbench.screenshot('hover', theme);
    }
    await workbench.setTheme('dark');
  });

  it('says under the box what is wrong with a filter, and keeps a right one over a reload', async () => {
    await workbench.openCommand('Track: Filter runs');
    await workbench.quickInput.fill('metrics.val_acc >> 3');
    await workbench.page.locator('.quick-input-widget', { hasText: 'at offset 17' }).waitFor();
    await workbench.screenshot('filter-error');
    await workbench.quickInput.fill('metrics.val_acc > 0.85');
    await workbench.page.keyboard.press('Enter');
    await workbench.row('metrics.val_acc > 0.85').waitFor();
    await workbench.row('calm-hare-3').waitFor({ state: 'detached' });
    await workbench.row('kind-lynx-11').waitFor();
    await workbench.screenshot('filtered');
    await workbench.reload();
    await workbench.row('metrics.val_acc > 0.85').waitFor();
    // The experiment is still open.
    await workbench.row('kind-lynx-11').waitFor();
    await workbench.clickRowAction('metrics.val_acc > 0.85', 'Clear filter');
    await workbench.row('calm-hare-3').waitFor();
  });

  it('deletes with one question by the Delete key, and undoes it', async () => {
    await workbench.row(/^iris\s*8 runs/).waitFor();
    await workbench.row('calm-hare-3').click();
    // It is selected when the view below shows it.
    await workbench.page.locator('.pane-header', { hasText: 'calm-hare-3' }).waitFor();
    await workbench.page.keyboard.press('Delete');
    await workbench.dialog.getByText('Delete run "calm-hare-3"?').waitFor();
    await workbench.screenshot('delete');
    await workbench.dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await workbench.row('calm-hare-3').waitFor({ state: 'detached' });
    await (await workbench.notice('Undo')).getByText('Undo').click();
    await workbench.row('calm-hare-3').waitFor();
  });

  it('renames with F2', async () => {
    await workbench.row('bold-crow-7').click();
    // The click draws charts as well; a key pressed meanwhile may go to nobody.
    await expect
      .poll(
        async () => {
          await workbench.page.keyboard.press('F2');
          return workbench.quickInput.isVisible();
        },
        { timeout: 20_000, interval: 2000 },
      )
      .toBe(true);
    await workbench.quickInput.fill('bold-crow-renamed');
    await workbench.page.keyboard.press('Enter');
    await workbench.row('bold-crow-renamed').waitFor();
  });

  it('says why a tracking server cannot be used, and keeps the store that works', async () => {
    await workbench.openCommand('Track: Set tracking URI');
    await workbench.quickPicks.filter({ hasText: 'sqlite:///mlflow.db' }).waitFor();
    await workbench.quickInput.fill('localhost:47');
    await workbench.quickPicks.filter({ hasText: 'Use http://localhost:47' }).waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.quickPicks.filter({ hasText: 'Cannot open http://localhost:47' }).waitFor();
    await workbench.screenshot('uri-failed');
    await workbench.page.keyboard.press('Escape');
    await workbench.row('kind-lynx-11').waitFor();
  });
});

describe('The sidebar without runs', () => {
  it('offers the next step in an empty folder, and writes nothing into it', async () => {
    await using folder = await TemporaryFolder.create();
    await using workbench = await Workbench.open(folder.path);
    await workbench.openView('Experiments');
    await workbench.page.getByRole('button', { name: 'Track: Run current script' }).waitFor();
    for (const theme of EVERY_THEME) {
      await workbench.screenshot('welcome', theme);
    }
    expect(existsSync(path.join(folder.path, 'mlflow.db'))).toBe(false);
    expect(existsSync(path.join(folder.path, 'mlruns'))).toBe(false);
  });

  it('says what to do when the server does not answer', async () => {
    await using folder = await TemporaryFolder.create();
    await using workbench = await Workbench.open(folder.path, {
      settings: { 'tracker.trackingUri': 'http://127.0.0.1:47' },
    });
    await workbench.openView('Experiments');
    await workbench.page.getByRole('button', { name: 'Try again' }).waitFor();
    await workbench.screenshot('welcome-failed');
  });

  it('looks but does not run in a folder that is not trusted', async () => {
    await using folder = await TemporaryFolder.create();
    await using workbench = await Workbench.open(folder.path, { askForTrust: true });
    await workbench.openView('Experiments');
    await workbench.page.getByRole('button', { name: 'Manage workspace trust' }).waitFor();
    await workbench.screenshot('welcome-untrusted');
  });
});
