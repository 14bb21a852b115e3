import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { RunId } from '../../../src/tracking/entities';
import { plotBox, probeChart, type DrawnChart } from './chartProbe';
import { openHistoriesPage, type HistoriesPage } from './historiesPage';
import { launchBrowser } from './panelPage';
import { logSampleRun } from './sampleRuns';
import { TrackingServer } from './trackingServer';

type PageOptions = Parameters<typeof openHistoriesPage>[3];

/** A server with three runs, of which one is running and one failed, and a browser: one of each for a test file. */
export class HistoriesFixture {
  private page: HistoriesPage | undefined;

  private constructor(
    readonly server: TrackingServer,
    readonly experimentId: string,
    /** `eager-fox-12` with 300 steps, `kind-lynx-11` with 400 and `sweep-10/lr=10` with 250. */
    readonly runIds: readonly RunId[],
    private readonly browser: Browser,
  ) {}

  static async start(): Promise<HistoriesFixture> {
    const server = await TrackingServer.start();
    const experimentId = await server.client.createExperiment({ name: 'iris' });
    const runIds = [
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
    return new HistoriesFixture(server, experimentId, runIds, await launchBrowser());
  }

  /** The page in place of the one before, with its charts drawn. */
  async open(
    runIds: readonly RunId[] = this.runIds,
    options: PageOptions = {},
  ): Promise<HistoriesPage> {
    const page = await this.load(runIds, this.server, options);
    await page.panel.settled();
    return page;
  }

  /** The page in place of the one before, whatever it shows. */
  async load(
    runIds: readonly RunId[],
    server = this.server,
    options: PageOptions = {},
  ): Promise<HistoriesPage> {
    await this.closePage();
    this.page = await openHistoriesPage(this.browser, server, runIds, options);
    return this.page;
  }

  async colourOf({ panel }: HistoriesPage, runId: RunId): Promise<string> {
    return panel.host.colours.colourOf(await this.server.client.getRun(runId));
  }

  async closePage(): Promise<void> {
    await this.page?.panel.close();
    this.page = undefined;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }
}

/** Has a test file's fixture made before its tests and stopped after them. @returns the fixture, for use within tests */
export function useHistories(): () => HistoriesFixture {
  let fixture: HistoriesFixture | undefined;
  beforeAll(async () => (fixture = await HistoriesFixture.start()));
  afterEach(() => fixture?.closePage());
  afterAll(() => fixture?.stop());
  return () => {
    if (!fixture) {
      throw new Error('The fixture is made before the tests, not before their file is read.');
    }
    return fixture;
  };
}

export async function drawn({ panel }: HistoriesPage, metricKey: string): Promise<DrawnChart> {
  const chart = await probeChart(panel.page, metricKey);
  if (!chart) {
    throw new Error(`${metricKey} is not drawn.`);
  }
  return chart;
}

/** Drags over shares of the plot's width or height. */
export async function drag(
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

export function chartTitles({ panel }: HistoriesPage): Promise<string[]> {
  return panel.page.locator('.chart-title').allTextContents();
}
