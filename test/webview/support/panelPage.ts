import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import axe from 'axe-core';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { Emitter } from '../../../src/base/emitter';
import { silentLogger } from '../../../src/base/logger';
import { panelHtml } from '../../../src/host/panels/panelHtml';
import { RunColourBook } from '../../../src/host/model/runColourBook';
import type { PanelStore } from '../../../src/host/panels/panelServices';
import { RpcConnection, type RpcHandlers, type RpcParsers } from '../../../src/protocol/rpc';
import type { StoreChange } from '../../../src/tracking/trackingStore';
import { decodeMessage, encodeMessage } from './messageCodec';
import type { ShimTheme } from './pageShim';
import type { TrackingServer } from './trackingServer';

export const THEMES = ['dark', 'light', 'highContrast', 'highContrastLight'] as const;
export type ThemeName = (typeof THEMES)[number];

const ROOT = path.resolve(import.meta.dirname, '../../..');
const ORIGIN = 'https://panel.test';
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
  '.map': 'application/json',
};

type Methods<T> = { [K in keyof T]: (payload: never) => unknown };

export interface PanelPageOptions<Host extends Methods<Host>, Events extends Methods<Events>> {
  readonly folder: 'metricHistories' | 'runDiff';
  readonly element: string;
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly parsers: RpcParsers<Host>;
  /** Called for each load of the page, as the serializer does after a reload of the window. */
  readonly connect: (
    host: HostSide,
    connection: () => RpcConnection<Host, Events>,
  ) => RpcHandlers<Host>;
}

/** The host's surroundings: the store as the panels see it. */
export interface HostSide extends PanelStore {
  readonly change: Emitter<readonly StoreChange[]>;
}

/** One browser for a test file. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = [
    process.env['CHROMIUM_PATH'],
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
  ].find(candidate => candidate !== undefined && existsSync(candidate));
  if (executablePath === undefined) {
    throw new Error('There is no Chromium. Install the package chromium, or set CHROMIUM_PATH.');
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export async function loadTheme(name: ThemeName): Promise<ShimTheme> {
  const text = await readFile(path.join(ROOT, `test/webview/themes/${name}.json`), 'utf8');
  return JSON.parse(text) as ShimTheme;
}

/** The built page of a panel in Chromium, with its real policy; its host is the real host code over a real server. */
export class PanelPage<Host extends Methods<Host>, Events extends Methods<Events>> {
  readonly problems: string[] = [];
  connection: RpcConnection<Host, Events> | undefined;

  private constructor(
    readonly page: Page,
    readonly host: HostSide,
  ) {}

  static async open<Host extends Methods<Host>, Events extends Methods<Events>>(
    browser: Browser,
    server: TrackingServer,
    options: PanelPageOptions<Host, Events>,
  ): Promise<PanelPage<Host, Events>> {
    const { theme = 'dark', width = 1600, height = 900 } = options;
    const context = await browser.newContext({ viewport: { width, height } });
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    const change = new Emitter<readonly StoreChange[]>();
    const panel = new PanelPage<Host, Events>(page, {
      change,
      onDidChangeStore: change.event,
      getClient: () => Promise.resolve(server.client),
      logger: silentLogger,
      colours: new RunColourBook({ get: () => undefined, update: () => Promise.resolve() }),
    });
    const events = server.client.onDidChange(changes => change.fire(changes));
    page.on('close', () => events.dispose());
    page.on('pageerror', error => panel.problems.push(`error: ${error.message}`));
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') {
        panel.problems.push(`console: ${message.text()}`);
      }
    });
    let receive: (message: unknown) => void = () => undefined;
    await page.exposeFunction('harnessToHost', (text: string) => receive(decodeMessage(text)));
    const shim = await build({
      entryPoints: [path.join(import.meta.dirname, 'pageShim.ts')],
      bundle: true,
      write: false,
      format: 'iife',
    });
    const css = await readFile(path.join(ROOT, 'test/webview/themes/vscodeDefaults.css'), 'utf8');
    await page.addInitScript(
      `window.harnessTheme = ${JSON.stringify(await loadTheme(theme))};
       window.harnessDefaults = ${JSON.stringify(css)};
       ${shim.outputFiles[0]?.text ?? ''}`,
    );
    await page.route(`${ORIGIN}/**`, async route => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/') {
        panel.connection?.dispose();
        const connection: RpcConnection<Host, Events> = new RpcConnection<Host, Events>(
          {
            // The page may be gone by now, as a panel may.
            post: message =>
              void page
                .evaluate(text => window.harnessFromHost(text), encodeMessage(message))
                .catch(() => undefined),
            listen(listener) {
              receive = listener;
              return { dispose: () => (receive = () => undefined) };
            },
          },
          {
            handlers: options.connect(panel.host, () => connection),
            parsers: options.parsers,
            describeError: error => ({
              code: 'INTERNAL_ERROR',
              message: error instanceof Error ? error.message : String(error),
            }),
          },
        );
        panel.connection = connection;
        await route.fulfill({ contentType: 'text/html', body: pageOf(options) });
        return;
      }
      const file = path.join(ROOT, 'dist/webview', pathname);
      await route.fulfill({
        contentType: TYPES[path.extname(file)] ?? 'application/octet-stream',
        body: await readFile(file),
      });
    });
    await page.goto(`${ORIGIN}/`);
    return panel;
  }

  violations(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.harnessViolations);
  }

  /** What axe finds, as `rule: target`. */
  async accessibilityProblems(): Promise<readonly string[]> {
    await this.page.evaluate(axe.source);
    const results = await this.page.evaluate<axe.AxeResults>(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], rules: { 'region': { enabled: false } } })`,
    );
    return results.violations.flatMap(violation =>
      violation.nodes.map(
        node => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`,
      ),
    );
  }

  /** Polls from outside: the page's policy forbids what Playwright's own waiting for functions would run in it. */
  async until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!(await check())) {
      if (Date.now() > deadline) {
        throw new Error(`Not seen within 10 s: ${what}. ${this.problems.join('; ')}`);
      }
      await new Promise(resolve => setTimeout(resolve, 25));
    }
  }

  /** Waits until nothing has been drawn for a while. */
  async settled(charts = 1): Promise<void> {
    let last = -1;
    let since = Date.now();
    await this.until('charts that stand still', async () => {
      const drawn = await this.page.evaluate(() => window.harnessDrawn);
      if (drawn !== last) {
        last = drawn;
        since = Date.now();
      }
      return drawn >= charts && Date.now() - since > 250;
    });
  }

  async setTheme(name: ThemeName): Promise<void> {
    await this.page.evaluate(theme => window.harnessSetTheme(theme), await loadTheme(name));
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(ROOT, 'test-results/webview', `${name}.png`) });
  }

  async close(): Promise<void> {
    this.connection?.dispose();
    await this.page.context().close();
  }
}

function pageOf({
  folder,
  element,
}: {
  readonly folder: string;
  readonly element: string;
}): string {
  return panelHtml({
    title: folder,
    element,
    scriptUri: `${ORIGIN}/${folder}.js`,
    styleUri: `${ORIGIN}/${folder}.css`,
    codiconUri: `${ORIGIN}/codicons/codicon.css`,
    cspSource: ORIGIN,
    nonce: 'harness-nonce',
  });
}
