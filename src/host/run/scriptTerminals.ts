import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

export interface ScriptTerminalRequest {
  readonly script: string;
  /** Options of `mlflow-tracker run`, without `--keep-open`. */
  readonly options: readonly string[];
  /** The command after `--`. */
  readonly command: readonly string[];
  /** Working directory of `mlflow-tracker`; relative tracking URIs start there. */
  readonly workingDir: string;
  /** Added to the terminal's environment; null removes. */
  readonly env: Readonly<Record<string, string | null>>;
}

const KEEP_OPEN = '--keep-open';

/**
 * Terminals in which `mlflow-tracker run` is the only process: no shell has to be guessed, waited for or quoted for, what is
 * shown is what the script writes, and VS Code keeps such a terminal with its process over a reload of the window.
 * VS Code closes a terminal together with its process, so the wrapper waits for a key when the script has ended, and makes
 * a marker file to tell. The marker's path is among the terminal's arguments, where it is found again after a reload.
 */
export class ScriptTerminals implements vscode.Disposable {
  private readonly subscription = vscode.window.onDidCloseTerminal(terminal => {
    const marker = markerOf(terminal);
    if (marker?.startsWith(this.markerFolder)) {
      void rm(marker, { force: true });
    }
  });

  /**
   * @param cliPath `dist/cli.js`
   * @param markerFolder a folder of our own that lasts over a reload
   */
  constructor(
    private readonly cliPath: string,
    private readonly markerFolder: string,
  ) {}

  /** Runs the command in a new terminal, which takes the place of one in which the same script has ended. */
  async run(request: ScriptTerminalRequest): Promise<vscode.Terminal> {
    await mkdir(this.markerFolder, { recursive: true });
    const name = path.basename(request.script);
    for (const terminal of vscode.window.terminals) {
      const marker = terminal.name === name ? markerOf(terminal) : undefined;
      if (marker?.startsWith(this.markerFolder) && existsSync(marker)) {
        terminal.dispose();
      }
    }
    const marker = path.join(this.markerFolder, `${randomUUID()}.ended`);
    const terminal = vscode.window.createTerminal({
      name,
      shellPath: process.execPath,
      shellArgs: [
        this.cliPath,
        'run',
        ...request.options,
        KEEP_OPEN,
        marker,
        '--',
        ...request.command,
      ],
      cwd: request.workingDir,
      // The extension host's Node is Electron on the desktop; the wrapper does not pass this on to the script.
      env: { ...request.env, ELECTRON_RUN_AS_NODE: '1' },
      iconPath: new vscode.ThemeIcon('beaker'),
    });
    terminal.show(true);
    return terminal;
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

function markerOf(terminal: vscode.Terminal): string | undefined {
  const { creationOptions } = terminal;
  const args = 'shellArgs' in creationOptions ? creationOptions.shellArgs : undefined;
  const own = Array.isArray(args) ? args.slice(0, args.indexOf('--')) : [];
  const at = own.indexOf(KEEP_OPEN);
  return at < 0 ? undefined : own[at + 1];
}
