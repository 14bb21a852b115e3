import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { redactUrl } from '../../base/urlSecrets';
import type { Services } from '../../services';
import { SETTINGS } from '../contributions';
import { commandFolder } from './commandFolder';
import { storeVariables } from './storeVariables';

/**
 * Gives new terminals of a trusted workspace the command `mlflow-tracker`, and the store of the window while one is open
 * (`tracker.terminal.injectEnvironment`). VS Code shows in each terminal what was added, and by whom.
 */
export class TerminalEnvironment implements Disposable {
  private readonly disposables = new DisposableStore();
  private updates = 0;
  private commands: Promise<string | undefined> | undefined;

  constructor(
    private readonly services: Services,
    private readonly collection: vscode.EnvironmentVariableCollection,
    /** Of the extension, for all windows. */
    private readonly storage: vscode.Uri,
  ) {
    // A token must not be written to disk, and a store of yesterday not come back before it is open again.
    collection.persistent = false;
    const { connection, settings } = services;
    this.disposables.add(connection.onDidChangeState(() => this.updateSoon()));
    this.disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.updateSoon()));
    this.disposables.add(
      settings.onDidChange(ids => {
        if (ids.has(SETTINGS.terminalInjectEnvironment)) {
          this.updateSoon();
        }
      }),
    );
    this.updateSoon();
  }

  dispose(): void {
    this.updates += 1;
    this.collection.clear();
    this.disposables.dispose();
  }

  private updateSoon(): void {
    this.update().catch((error: unknown) =>
      this.services.logger.warn(`Terminals do not get the store: ${String(error)}`),
    );
  }

  private async update(): Promise<void> {
    this.updates += 1;
    const update = this.updates;
    if (!this.services.settings.terminalInjectEnvironment || !vscode.workspace.isTrusted) {
      this.collection.clear();
      return;
    }
    const variables = await storeVariables(this.services);
    const commands = await (this.commands ??= this.makeCommands());
    if (update !== this.updates) {
      return;
    }
    this.collection.clear();
    if (commands !== undefined) {
      // Behind all others: one that the person has installed goes first.
      this.collection.append('PATH', path.delimiter + commands);
    }
    for (const [name, value] of Object.entries(variables)) {
      this.collection.replace(name, value);
    }
    this.collection.description = this.description(variables['MLFLOW_TRACKING_URI']);
  }

  /** @returns the folder for the PATH; undefined where it cannot be written, which takes nothing else from terminals */
  private async makeCommands(): Promise<string | undefined> {
    const { cliPath, logger } = this.services;
    try {
      return await commandFolder(path.join(this.storage.fsPath, 'bin'), process.execPath, cliPath);
    } catch (error) {
      logger.warn(`Terminals do not get the command mlflow-tracker: ${String(error)}`);
      return undefined;
    }
  }

  private description(uri: string | undefined): vscode.MarkdownString {
    const { terminalInjectEnvironment } = SETTINGS;
    return new vscode.MarkdownString(
      uri === undefined
        ? vscode.l10n.t(
            'The command `mlflow-tracker`. Switched off by the setting `{0}`.',
            terminalInjectEnvironment,
          )
        : vscode.l10n.t(
            'The command `mlflow-tracker`, and the store of this window, `{0}`, to which MLflow clients log. Switched off by the setting `{1}`.',
            redactUrl(uri),
            terminalInjectEnvironment,
          ),
    );
  }
}
