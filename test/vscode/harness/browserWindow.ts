import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { isNoise } from './noise';
import { chromiumPath } from './projectPaths';

export interface WindowSize {
  /** Both in CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** Chromium's arguments that make it still, local and able to run in a container. */
const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
];

/** One Chromium with one page, and what the page said. */
export class BrowserWindow {
  readonly #browser: Browser;
  readonly page: Page;
  /** Lines of the page's console, errors of the page included, without VS Code's known noise. */
  readonly consoleLines: string[] = [];

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.on('console', message => this.#note(`${message.type()}: ${message.text()}`));
    page.on('pageerror', error => this.#note(`pageerror: ${error.message}`));
  }

  static async open(size: WindowSize = { width: 1280, height: 800 }): Promise<BrowserWindow> {
    const browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: chromiumArguments,
    });
    const context = await browser.newContext({ viewport: size, deviceScaleFactor: 1 });
    await allowClipboard(context);
    return new BrowserWindow(browser, await context.newPage());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }

  #note(line: string): void {
    if (!isNoise(line)) this.consoleLines.push(line);
  }
}

async function allowClipboard(context: BrowserContext): Promise<void> {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
}
