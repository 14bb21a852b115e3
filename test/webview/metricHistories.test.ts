import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/tracking/entities';
import { openHistoriesPage } from './support/historiesPage';
import { launchBrowser, THEMES } from './support/panelPage';
import { logSampleRun } from './support/sampleRuns';
import { TrackingServer } from './support/trackingServer';

let browser: Browser;
let server: TrackingServer;
let runIds: RunId[];

beforeAll(async () => {
  server = await TrackingServer.start();
  const experimentId = await server.client.createExperiment({ name: 'iris' });
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

afterAll(async () => {
  await browser.close();
  await server.stop();
});

describe('metric histories', () => {
  it.each(THEMES.flatMap(theme => [500, 1600].map(width => ({ theme, width }))))(
    'is drawn in $theme at $width px without a policy violation or an axe finding',
    async ({ theme, width }) => {
      const { panel } = await openHistoriesPage(browser, server, runIds, { theme, width });
      await panel.settled();
      await panel.page.hover('metric-chart .plot', { position: { x: 200, y: 80 } });
      await panel.picture(`metricHistories-${theme}-${width}`);
      expect(await panel.violations()).toEqual([]);
      expect(panel.problems).toEqual([]);
      expect(await panel.accessibilityProblems()).toEqual([]);
      await panel.close();
    },
  );
});
