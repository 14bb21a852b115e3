import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import { BrowserWindow } from '../harness/browserWindow';
import type { WindowSize } from '../harness/browserWindow';
import { projectRoot } from '../harness/projectPaths';
import { VscodeServer } from '../harness/vscodeServer';
import type { Settings, VscodeServerOptions } from '../harness/vscodeServer';

/** VS Code's own default themes, which every view is looked at in. */
export const themes = {
  dark: 'Dark 2026',
  light: 'Light 2026',
  highContrast: 'Default High Contrast',
} as const;

export type Theme = keyof typeof themes;

export interface WorkbenchOptions extends VscodeServerOptions {
  readonly size?: WindowSize;
  readonly theme?: Theme;
}

/** Longest time that a person would wait for a view to show something, ms. */
const patienceMs = 20_000;

/** VS Code's window as a person sees it: what one can click, type into and look at. */
export class Workbench {
  readonly #server: VscodeServer;
  readonly #window: BrowserWindow;
  readonly page: Page;

  private constructor(server: VscodeServer, window: BrowserWindow) {
    this.#server = server;
    this.#window = window;
    this.page = window.page;
    this.page.setDefaultTimeout(patienceMs);
  }

  /** Opens VS Code with this extension on a folder; resolves when the window can be used. */
  static async open(folder: string, options: WorkbenchOptions = {}): Promise<Workbench> {
    const theme = { 'workbench.colorTheme': themes[options.theme ?? 'dark'] };
    const server = await VscodeServer.start({
      ...options,
      settings: { ...theme, ...options.settings },
    });
    const window = await BrowserWindow.open(options.size);
    const workbench = new Workbench(server, window);
    await workbench.page.goto(server.address(folder));
    await workbench.page.locator('.monaco-workbench .statusbar-item').first().waitFor();
    return workbench;
  }

  /** Loads the window again, as "Developer: Reload Window" does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator('.monaco-workbench .statusbar-item').first().waitFor();
  }

  /** Runs a command by its full title, e.g. `Track: Run current script`, through F1. */
  async openCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.fill(`>${title}`);
    // The first row may still be the one of an earlier text: wait for a row that is named like the command.
    const row = this.quickPicks.filter({ hasText: title }).first();
    await row.waitFor();
    await row.click();
  }

  /** Opens a file of the workspace in an editor, by Quick Open. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    await this.quickInput.fill(name);
    await this.quickPicks
      .filter({ hasText: path.basename(name) })
      .first()
      .click();
    await this.tab(path.basename(name)).waitFor();
  }

  /** Shows a view container by the name on the activity bar, e.g. `Experiments`. */
  async openView(title: string): Promise<void> {
    const item = this.page.locator(`.activitybar .action-item:has([aria-label^="${title}"])`);
    await item.waitFor();
    const shown = (await item.getAttribute('class'))?.includes('checked') ?? false;
    if (!shown) await item.locator(`[aria-label^="${title}"]`).first().click();
    await this.page.locator('.sidebar .composite.title', { hasText: title }).waitFor();
  }

  /** A row of the side bar's trees by a part of its text. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
  }

  /** A run's row by its place among the runs that show, newest first. */
  run(place: number): Locator {
    // The view below has rows of the same level.
    return this.page
      .locator('.sidebar .pane')
      .first()
      .locator('.monaco-list-row[aria-level="2"]', { hasNotText: 'more' })
      .nth(place);
  }

  /** Selects the first `count` runs, as with click and Shift+click. */
  async selectRuns(count: number): Promise<void> {
    await this.run(0).click({ modifiers: ['ControlOrMeta'] });
    await this.run(count - 1).click({ modifiers: ['Shift'] });
  }

  /** Opens a closed row of a tree; does nothing on an open one. */
  async expandRow(text: string | RegExp): Promise<void> {
    const row = this.row(text);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'true') return;
    await row.locator('.monaco-tl-twistie').click();
    await this.page
      .locator('.sidebar .monaco-list-row[aria-expanded="true"]', { hasText: text })
      .first()
      .waitFor();
  }

  /** Closes an open row of a tree. */
  async collapseRow(text: string | RegExp): Promise<void> {
    await this.row(text).locator('.monaco-tl-twistie').click();
    await this.page
      .locator('.sidebar .monaco-list-row[aria-expanded="false"]', { hasText: text })
      .first()
      .waitFor();
  }

  /** Rests the pointer on a row until its hover card shows. @returns the card */
  async hoverRow(row: Locator | string | RegExp): Promise<Locator> {
    const card = this.hover;
    // VS Code shows no card while another one fades, nor when the pointer does not move: a person tries again.
    for (let attempt = 1; ; attempt++) {
      await this.page.mouse.move(1, 1);
      await card.waitFor({ state: 'hidden' });
      await this.#row(row).locator('.monaco-icon-label').first().hover();
      try {
        await card.waitFor({ timeout: 5000 });
        return card;
      } catch (error) {
        if (attempt === 4) throw error;
      }
    }
  }

  /** Clicks one of the icons at the right of a row, by its tooltip. */
  async clickRowAction(target: Locator | string | RegExp, action: string): Promise<void> {
    const row = this.#row(target);
    await row.hover();
    await row.locator(`.actions [aria-label^="${action}"]`).first().click();
  }

  /** Chooses an entry of a row's context menu. */
  async clickRowMenu(target: Locator | string | RegExp, entry: string): Promise<void> {
    await this.#row(target).click({ button: 'right' });
    const menu = this.page.locator('.context-view .monaco-menu');
    await menu.waitFor();
    const item = menu.locator('.action-label', { hasText: entry }).first();
    // A menu takes no click in its first moments, in which a person cannot aim.
    await this.page.waitForTimeout(500);
    await item.click();
    await menu.waitFor({ state: 'detached' });
  }

  /** The hover card that is showing. */
  get hover(): Locator {
    return this.page.locator('.workbench-hover, .monaco-hover').filter({ visible: true }).last();
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget input[type="text"]').first();
  }

  get quickPicks(): Locator {
    return this.page.locator('.quick-input-widget .monaco-list-row');
  }

  get notifications(): Locator {
    return this.page.locator('.notification-list-item');
  }

  /**
   * Opens the notification centre when a message has come: toasts are held back under the test driver.
   * @returns the message, by a part of its text
   */
  async notice(text: string): Promise<Locator> {
    await this.page.locator('.statusbar .codicon-bell-dot').waitFor();
    await this.openCommand('Notifications: Show Notifications');
    const notice = this.notifications.filter({ hasText: text }).first();
    await notice.waitFor();
    return notice;
  }

  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Hides the panel below the editors: terminal, problems, output. */
  async hidePanel(): Promise<void> {
    await this.openCommand('View: Hide Panel');
    await this.page.locator('.monaco-workbench.nopanel').first().waitFor();
  }

  /** The text of the terminal that is showing is drawn; this is its panel. */
  get terminal(): Locator {
    return this.page.locator('.terminal-wrapper.active');
  }

  /** An editor's tab by a part of its title. */
  tab(title: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: title }).first();
  }

  /** An entry of the status bar by a part of its text. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  /**
   * The document inside a webview panel.
   * @param content a selector that only the panel asked for has
   */
  async webview(content: string): Promise<Frame> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      for (const frame of this.page.frames()) {
        if (frame === this.page.mainFrame()) continue;
        // A frame can go away while it is asked; it is then not the one.
        const count = await frame
          .locator(content)
          .count()
          .catch(() => 0);
        if (count > 0) return frame;
      }
      if (Date.now() > deadline) throw new Error(`No webview shows ${content}.`);
      await this.page.waitForTimeout(100);
    }
  }

  /** Changes one of the user's settings; VS Code applies it without reload. */
  async setting(key: string, value: unknown): Promise<void> {
    await this.#server.changeSettings({ [key]: value });
  }

  async settings(changes: Settings): Promise<void> {
    await this.#server.changeSettings(changes);
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.setting('workbench.colorTheme', themes[theme]);
    const mark = { dark: 'vs-dark', light: 'vs', highContrast: 'hc-black' }[theme];
    await this.page.locator(`.monaco-workbench.${mark}`).first().waitFor();
  }

  async resize(size: WindowSize): Promise<void> {
    await this.page.setViewportSize(size);
  }

  /** Saves what is on the screen as `test-results/screens/<name>-<theme>.png`. @returns the file */
  async screenshot(name: string, theme?: Theme): Promise<string> {
    if (theme !== undefined) await this.setTheme(theme);
    const folder = path.join(projectRoot, 'test-results/screens');
    await mkdir(folder, { recursive: true });
    // Two frames: a view that has just got its data has drawn it by then.
    await this.page.evaluate(
      'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
    const file = path.join(folder, `${name}-${theme ?? (await this.#theme())}.png`);
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }

  /** What the page's console said, without VS Code's known noise. */
  get consoleLines(): readonly string[] {
    return this.#window.consoleLines;
  }

  /** The folder of VS Code's logs; the extension's output channels are files in it. */
  get logs(): string {
    return this.#server.logs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#window[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }

  #row(target: Locator | string | RegExp): Locator {
    return typeof target === 'string' || target instanceof RegExp ? this.row(target) : target;
  }

  async #theme(): Promise<Theme> {
    const classes =
      (await this.page.locator('.monaco-workbench').first().getAttribute('class')) ?? '';
    if (classes.includes('hc-black')) return 'highContrast';
    return classes.includes('vs-dark') ? 'dark' : 'light';
  }
}
