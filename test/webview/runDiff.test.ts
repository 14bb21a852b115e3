import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/tracking/entities';
import { TrackingError } from '../../src/tracking/trackingError';
import { openDiffPage, type DiffPage } from './support/diffPage';
import { launchBrowser, THEMES } from './support/panelPage';
import { logSampleRun } from './support/sampleRuns';
import { TrackingServer } from './support/trackingServer';

let browser: Browser;
let server: TrackingServer;
let experimentId: string;
let runIds: RunId[];
let open: DiffPage | undefined;

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
  const [first = '', second = '', third = ''] = runIds;
  const { client } = server;
  const point = (key: string, value: number) => ({ key, value, step: 0, timestampMs: 1 });
  await client.logBatch(first, { metrics: [point('score', 0.5), point('zero', 0)] });
  await client.logBatch(second, {
    metrics: [point('score', 0.75), point('zero', 2)],
    params: [{ key: 'odd_key', value: 'a "quoted", <b>' }],
  });
  await client.logBatch(third, { metrics: [point('zero', Number.NaN)] });
  await client.logInputs(first, {
    datasets: [
      {
        dataset: { name: 'iris', digest: 'abc123', sourceType: 'local', source: '{}' },
        tags: [{ key: 'mlflow.data.context', value: 'train' }],
      },
    ],
  });
  const { info } = await client.getRun(first);
  const plots = path.join(info.artifactUri.replace(/^file:\/\//, ''), 'plots');
  await mkdir(plots, { recursive: true });
  await writeFile(path.join(plots, 'confusion.csv'), 'a,b,c\n1,2,3\n');
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
  options: Parameters<typeof openDiffPage>[3] = {},
): Promise<DiffPage> {
  open = await openDiffPage(browser, server, ids, options);
  await open.panel.page.waitForSelector('.diff-table');
  return open;
}

/** The cells of a row as text, without the key. */
async function row({ panel: { page } }: DiffPage, key: string): Promise<string[]> {
  const cells = await page
    .locator('tbody tr', { has: page.locator(`th[title="${key}"]`) })
    .locator('td')
    .allInnerTexts();
  return cells.map(cell => cell.replace(/\s+/g, ' ').trim());
}

describe('run diff', () => {
  it.each(THEMES.flatMap(theme => [500, 1600].map(width => ({ theme, width }))))(
    'is drawn in $theme at $width px without a policy violation or an axe finding',
    async ({ theme, width }) => {
      open = await openDiffPage(browser, server, runIds, { theme, width });
      const { panel, directions } = open;
      directions['val/accuracy'] = 'higher';
      await panel.page.reload();
      await panel.page.waitForSelector('.diff-table');
      await panel.page.hover('tbody th:has-text("train/loss")');
      await panel.picture(`runDiff-${theme}-${width}`);
      expect(await panel.violations()).toEqual([]);
      expect(panel.problems).toEqual([]);
      expect(await panel.accessibilityProblems()).toEqual([]);
    },
  );

  it('shows metrics with their difference to the baseline, absolute and in percent', async () => {
    const page = await openPage();
    expect(await row(page, 'score')).toEqual(['0.5000', '0.7500 +0.2500 +50.0%', '–']);
    expect(await row(page, 'zero')).toEqual(['0', '2 +2', 'NaN']);
    await page.panel.page.getByRole('button', { name: 'Make eager-fox-12 the baseline' }).click();
    expect(await row(page, 'score')).toEqual(['0.5000 −0.2500 −33.3%', '0.7500', '–']);
  });

  it('keeps the load of the machine in a section of its own, closed', async () => {
    const page = await openPage();
    const key = 'system/cpu_utilization_percentage';
    expect(await row(page, key)).toEqual([]);
    await page.panel.page.getByRole('button', { name: /^System metrics/ }).click();
    expect(await row(page, key)).toHaveLength(runIds.length);
  });

  it('keeps the runs beside each other where there is more room than they need', async () => {
    const { page } = (await openPage(runIds.slice(0, 2))).panel;
    const boxes = await Promise.all(
      [0, 1].map(column => page.locator('.run-header .run-name').nth(column).boundingBox()),
    );
    const [first, second] = boxes;
    expect((second?.x ?? 0) - (first?.x ?? 0)).toBeGreaterThanOrEqual(160);
    expect((second?.x ?? 0) - (first?.x ?? 0)).toBeLessThanOrEqual(360);
    const table = await page.locator('.diff-table').boundingBox();
    expect(table?.width).toBe(1600);
  });

  it('shows params, source, details, tags and datasets', async () => {
    const page = await openPage();
    expect(await row(page, 'learning_rate')).toContain('0.01');
    expect(await row(page, 'note')).toEqual(['–', '–', 'x'.repeat(400)]);
    expect(await row(page, 'commit')).toEqual(['a1b2c3d', 'a1b2c3d diff', '99f00aa diff']);
    expect(await row(page, 'status')).toEqual(['Finished', 'Running', 'Failed']);
    expect(await row(page, 'experiment')).toEqual(['iris', 'iris', 'iris']);
    expect(await row(page, 'team')).toEqual(['vision', 'text', 'vision']);
    expect(await row(page, 'iris (train)')).toEqual(['abc123 · local', '–', '–']);
  });

  it('leaves only differences, and only what the filter finds in keys or values', async () => {
    const page = await openPage();
    const { page: browserPage } = page.panel;
    expect(await row(page, 'batch_size')).toEqual(['32', '32', '32']);
    await browserPage.getByText('Differences only').click();
    expect(await row(page, 'batch_size')).toEqual([]);
    expect(await row(page, 'seed')).toEqual(['2', '1', '4']);
    await browserPage.locator('vscode-textfield input').fill('99f00');
    expect(await row(page, 'seed')).toEqual([]);
    expect(await row(page, 'commit')).toHaveLength(3);
    await browserPage.locator('vscode-textfield input').fill('nothing like it');
    await browserPage.getByRole('button', { name: 'Show all rows' }).click();
    expect(await row(page, 'batch_size')).toHaveLength(3);
  });

  it('colours better and worse only once the direction is known, and remembers it', async () => {
    const page = await openPage();
    const { page: browserPage } = page.panel;
    const better = browserPage.locator('.delta.better');
    const worse = browserPage.locator('.delta.worse');
    expect(await better.count()).toBe(0);
    await browserPage.getByRole('button', { name: /Direction of score/ }).click();
    expect(await better.count()).toBe(1);
    expect(page.directions).toEqual({ score: 'higher' });
    await browserPage.getByRole('button', { name: /Direction of score/ }).click();
    expect(await worse.count()).toBe(1);
    await browserPage.reload();
    await browserPage.waitForSelector('.delta.worse');
    await browserPage.getByRole('button', { name: /Direction of score/ }).click();
    expect(await worse.count()).toBe(0);
    expect(page.directions).toEqual({});
  });

  it('copies what is shown as Markdown and as CSV with full values', async () => {
    const page = await openPage(runIds.slice(0, 2));
    const { page: browserPage } = page.panel;
    await browserPage.locator('vscode-textfield input').fill('^(score|odd)');
    await browserPage.getByRole('button', { name: 'Copy as Markdown' }).click();
    await browserPage.getByRole('button', { name: 'Copy as CSV' }).click();
    await page.panel.until('both copies', () => page.copied.length === 2);
    expect(page.copied[0]).toBe(
      [
        '|  | kind-lynx-11 (baseline) | eager-fox-12 |',
        '| --- | --- | --- |',
        '| **Metrics** |  |  |',
        '| score | 0.5 | 0.75 (+0.2500, +50.0%) |',
        '| **Params** |  |  |',
        '| odd\\_key | – | a "quoted", \\<b\\> |',
        '',
      ].join('\n'),
    );
    expect(page.copied[1]).toBe(
      [
        'section,key,kind-lynx-11,eager-fox-12,eager-fox-12 difference',
        'Metrics,score,0.5,0.75,0.25',
        'Params,odd_key,,"a ""quoted"", <b>",',
        '',
      ].join('\n'),
    );
  });

  it('opens the code diff of the baseline against a run, and says why it cannot', async () => {
    const page = await openPage();
    const { page: browserPage } = page.panel;
    await browserPage.getByRole('button', { name: 'Open code diff with sweep-10/lr=0.01' }).click();
    await page.panel.until('the diff', () => page.codeDiffs.length === 1);
    expect(page.codeDiffs).toEqual([[runIds[0], runIds[2]]]);
    page.codeDiffError = new TrackingError('INVALID_STATE', 'Commit 99f00aa is not here.');
    await browserPage.getByRole('button', { name: /^Open code diff: kind-lynx-11 ↔/ }).click();
    await browserPage.getByRole('alert').getByText('Commit 99f00aa is not here.').waitFor();
    await browserPage.getByRole('button', { name: 'Dismiss' }).click();
    expect(await browserPage.getByRole('alert').count()).toBe(0);
  });

  it('lists artifacts when their section is opened', async () => {
    const page = await openPage();
    await page.panel.page.getByRole('button', { name: 'Artifacts' }).click();
    await page.panel.page.getByText('plots/confusion.csv').waitFor();
    expect(await row(page, 'plots/confusion.csv')).toEqual(['12 B', '–', '–']);
  });

  it('compares 20 runs, keeps the key column and the head in sight, and takes no more', async () => {
    const many: RunId[] = [];
    for (let index = 0; index < 21; index++) {
      const { info } = await server.client.createRun({ experimentId, runName: `run-${index}` });
      await server.client.logBatch(info.runId, {
        metrics: Array.from({ length: 60 }, (_, key) => ({
          key: `m${key}`,
          value: index * key,
          step: 0,
          timestampMs: 1,
        })),
      });
      many.push(info.runId);
    }
    const page = await openPage(many);
    const { page: browserPage } = page.panel;
    expect(await row(page, 'm2')).toHaveLength(20);
    await browserPage.getByText('Showing the first 20 of 21 runs').waitFor();
    await browserPage.locator('.table-scroll').evaluate(element => element.scrollTo(900, 600));
    const key = await browserPage.locator('th[title="m40"]').boundingBox();
    expect(key?.x).toBe(0);
    const head = await browserPage.locator('thead th').nth(8).boundingBox();
    expect(head?.y).toBeLessThan(80);
    await page.panel.picture('runDiff-20-runs');
    expect(await browserPage.getByRole('button', { name: 'Add runs' }).isDisabled()).toBe(true);
  });

  it('follows a running run, and keeps baseline and filter', async () => {
    const page = await openPage();
    const { page: browserPage } = page.panel;
    await browserPage.getByRole('button', { name: 'Make eager-fox-12 the baseline' }).click();
    await browserPage.locator('vscode-textfield input').fill('live');
    const metric = { key: 'live', value: 7, step: 0, timestampMs: 1 };
    await server.client.logMetric(runIds[1] ?? '', metric);
    await browserPage.locator('th[title="live"]').waitFor();
    expect(await row(page, 'live')).toEqual(['–', '7', '–']);
    expect(await browserPage.locator('vscode-textfield input').inputValue()).toBe('live');
    expect(await browserPage.locator('.run-header.baseline').innerText()).toContain('eager-fox-12');
  });

  it('adds and removes runs, and opens their charts', async () => {
    const page = await openPage(runIds.slice(0, 2));
    const { page: browserPage } = page.panel;
    page.picks = [runIds[2] ?? ''];
    await browserPage.getByRole('button', { name: 'Add runs' }).click();
    await browserPage.locator('thead').getByText('sweep-10').waitFor();
    await browserPage.locator('thead').getByText('eager-fox').hover();
    await browserPage.getByRole('button', { name: 'Remove eager-fox-12 from this panel' }).click();
    await browserPage.locator('thead').getByText('eager-fox').waitFor({ state: 'detached' });
    await browserPage.getByRole('button', { name: 'Show metric histories of these runs' }).click();
    await page.panel.until('the charts', () => page.shownHistories.length === 1);
    expect(page.shownHistories).toEqual([[runIds[0], runIds[2]]]);
  });
});
