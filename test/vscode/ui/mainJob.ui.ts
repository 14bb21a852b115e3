import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TemporaryFolder } from '../harness/temporaryFolder';
import { examplesPython, examplesWorkspace } from './examplesWorkspace';
import { themes, Workbench } from './workbench';
import type { Theme } from './workbench';

const everyTheme = Object.keys(themes) as Theme[];
const wide = { width: 1600, height: 950 };
const normal = { width: 1280, height: 800 };
const narrow = { width: 760, height: 900 };
/** Longest time of the example's training, ms. */
const trainingMs = 240_000;

/** The main job as a person does it, in one session of VS Code: each step goes on from what the one before left. */
describe('Tracking a script in VS Code', () => {
  let folder: TemporaryFolder;
  let vscode: Workbench;

  beforeAll(async () => {
    folder = await examplesWorkspace();
    vscode = await Workbench.open(folder.path, {
      size: normal,
      settings: { 'tracker.run.python': examplesPython },
    });
  }, trainingMs);

  afterAll(async () => {
    await vscode[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await vscode.screenshot('failed');
  });

  it('shows the experiments and runs of the folder’s store', async () => {
    await vscode.openView('Experiments');
    await vscode.expandRow('examples');
    await expectRuns(2);
    await vscode.statusBarItem('mlflow.db').waitFor();
    for (const theme of everyTheme) await vscode.screenshot('sidebar', theme);
  });

  it('shows a card with every metric when the pointer rests on a run', async () => {
    for (const theme of everyTheme) {
      await vscode.setTheme(theme);
      const card = await vscode.hoverRow(vscode.run(0));
      await card.getByText('validation/accuracy').waitFor();
      expect(await card.getByText('learning_rate').count()).toBeGreaterThan(0);
      expect(await card.locator('img').count()).toBeGreaterThanOrEqual(4);
      await vscode.screenshot('hover', theme);
    }
  });

  it(
    'tracks the current script: the run shows while it runs, and as finished at its end',
    async () => {
      await vscode.setTheme('dark');
      await vscode.openFile('train_softmax.py');
      await vscode.collapseRow('examples');
      await vscode.openCommand('Track: Run current script');
      await vscode.statusBarItem('1 running').waitFor();
      await vscode.run(0).locator('.codicon-sync').waitFor();
      await expectRuns(3);
      await vscode.screenshot('running');
      await vscode.statusBarItem('1 running').waitFor({ state: 'detached', timeout: trainingMs });
      await vscode.run(0).locator('.codicon-pass').waitFor();
      expect(await vscode.run(0).innerText()).toMatch(/0\.9\d+ · \d+(\.\d+)?s/);
    },
    trainingMs + 60_000,
  );

  it('draws the histories of all selected runs in one panel', async () => {
    await vscode.selectRuns(3);
    await vscode.clickRowAction(vscode.run(0), 'Show metric histories');
    const panel = await vscode.webview('canvas.lines');
    await panel.getByText('validation/accuracy').first().waitFor();
    expect(await panel.locator('canvas.lines').count()).toBe(4);
    await vscode.resize(wide);
    // The curves of the selected run come after its values; the terminal tells its new size for a moment.
    await vscode.row(/^validation\/accuracy.*[▁▂▃▄▅▆▇█]/).waitFor();
    await vscode.page.locator('.terminal-resize-overlay.visible').waitFor({ state: 'detached' });
    await vscode.screenshot('overview', 'dark');
    await vscode.hidePanel();
    await picture('histories');
  });

  it('shows what differs between the selected runs', async () => {
    await vscode.openView('Experiments');
    await vscode.selectRuns(2);
    await vscode.clickRowAction(vscode.run(0), 'Compare runs');
    const panel = await vscode.webview('diff-table, table');
    await panel.getByText('learning_rate').first().waitFor();
    await picture('diff');
  });

  /** Every theme, wide and narrow. */
  async function picture(name: string): Promise<void> {
    for (const [width, size] of Object.entries({ wide, narrow })) {
      await vscode.resize(size);
      for (const theme of everyTheme) await vscode.screenshot(`${name}-${width}`, theme);
    }
    await vscode.resize(normal);
  }

  async function expectRuns(count: number): Promise<void> {
    await vscode.row(new RegExp(`examples.*${count} runs`)).waitFor();
  }
});
