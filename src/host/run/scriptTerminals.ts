import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

export interface ScriptTerminalRequest {
  /** Such as the name of the script. */
  readonly name: string;
  /** Options of `mlflow-tracker run`, without `--keep-open`. */
  readonly options: readonly string[];
  /** The command after `--`. */
  readonly command: readonly string[];
  /** Working directory of `mlflow-tracker`; relative tracking URIs start there. */
  readonly workingDir: string;
  /** Added to the terminal's environment; null removes. */
  readonly env: Readonly<Record<string, string | null>>;
}

/**
 * Terminals in which `mlflow-tracker run` is the only process: no shell has to be guessed, waited for or quoted for, what is
 * shown is what the script writes, and VS Code keeps such a terminal with its process over a reload of the window.
 * VS Code closes a terminal together with its process, so the wrapper waits for a key when the script has ended. Which
 * ones do is told by a file named after the process, the one thing of a terminal that is the same after a reload.
 */
export class ScriptTerminals {
  /**
   * @param cliPath `dist/cli.js`
   * @param markerFolder a folder of our own; made when it is needed
   */
  constructor(
    private readonly cliPath: string,
    private readonly markerFolder: string,
  ) {}

  /** Runs the command in a new terminal, which takes the place of one in which the same script has ended. */
  async run(request: ScriptTerminalRequest): Promise<vscode.Terminal> {
    const { name } = request;
    for (const terminal of vscode.window.terminals) {
      if (terminal.name === name && (await this.hasEnded(terminal))) {
        terminal.dispose();
      }
    }
    const terminal = vscode.window.createTerminal({
      name,
      shellPath: process.execPath,
      shellArgs: [
        this.cliPath,
        'run',
        ...request.options,
        '--keep-open',
        this.markerFolder,
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

  private async hasEnded(terminal: vscode.Terminal): Promise<boolean> {
    const processId = await terminal.processId;
    return processId !== undefined && existsSync(path.join(this.markerFolder, String(processId)));
  }
}
