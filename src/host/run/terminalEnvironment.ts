import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { redactUrl } from '../../base/urlSecrets';
import type { Services } from '../../services';
import { SETTINGS } from '../contributions';
import { terminalVariables } from './terminalVariables';

/**
 * Gives new terminals the store of the window (`tracker.terminal.injectEnvironment`), while one is open and the workspace is
 * trusted. VS Code shows in each terminal what was added, and by whom.
 */
export class TerminalEnvironment implements Disposable {
  private readonly disposables = new DisposableStore();
  private updates = 0;

  constructor(
    private readonly services: Services,
    private readonly collection: vscode.EnvironmentVariableCollection,
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
    const { connection, settings, credentials } = this.services;
    const target = this.services.scriptRuns.target();
    const isWanted =
      settings.terminalInjectEnvironment &&
      vscode.workspace.isTrusted &&
      connection.state.kind === 'open';
    if (!isWanted || target === undefined) {
      this.collection.clear();
      return;
    }
    const variables = await terminalVariables(
      target,
      await credentials.get(target.trackingUri),
      process.env,
    );
    if (update !== this.updates) {
      return;
    }
    this.collection.clear();
    for (const [name, value] of Object.entries(variables)) {
      this.collection.replace(name, value);
    }
    this.collection.description = new vscode.MarkdownString(
      vscode.l10n.t(
        'MLflow clients log to `{0}`, the store of this window. Switched off by the setting `{1}`.',
        redactUrl(variables['MLFLOW_TRACKING_URI'] ?? ''),
        SETTINGS.terminalInjectEnvironment,
      ),
    );
  }
}
