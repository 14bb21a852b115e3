import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/tracking/entities';
import { openDiffPage } from './support/diffPage';
import { launchBrowser, THEMES } from './support/panelPage';
import { logSampleRun } from './support/sampleRuns';
import { TrackingServer } from './support/trackingServer';

let browser: Browser;
let server: TrackingServer;
let experimentId: string;
let runIds: RunId[];

beforeAll(async () => {
  server = await TrackingServer.start();
  experimentId = await server.client.createExperiment({ name: 'iris' });
  runIds = [
    await logSampleRun(server, experimentId, {
      name: 'kind-lynx-11',
      learningRate: 0.01,
      steps: 40,
      seed: 2,
    }),
    await logSampleRun(server, experimentId, {
      name: 'eager-fox-12',
      learningRate: 0.1,
      steps: 30,
      seed: 1,
      running: true,
    }),
    await logSampleRun(server, experimentId, {
      name: 'sweep-10/lr=0.01',
      learningRate: 0.01,
      steps: 25,
      seed: 4,
      failed: true,
      commit: '99f00aa000000000000000000000000000000000',
      params: { note: 'x'.repeat(400) },
    }),
  ];
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  await server.stop();
});

describe('run diff', () => {
  it.each(THEMES.flatMap(theme => [500, 1600].map(width => ({ theme, width }))))(
    'is drawn in $theme at $width px without a policy violation or an axe finding',
    async ({ theme, width }) => {
      const { panel, directions } = await openDiffPage(browser, server, runIds, { theme, width });
      directions['val/accuracy'] = 'higher';
      await panel.page.reload();
      await panel.page.waitForSelector('.diff-table');
      await panel.page.hover('tbody th:has-text("train/loss")');
      await panel.picture(`runDiff-${theme}-${width}`);
      expect(await panel.violations()).toEqual([]);
      expect(panel.problems).toEqual([]);
      expect(await panel.accessibilityProblems()).toEqual([]);
      await panel.close();
    },
  );
});
