import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { RpcConnection, type RpcHandlers, type RpcParsers, type RpcPort } from '../../protocol/rpc';
import type { RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import { panelHtml } from './panelHtml';
import type { PanelServices } from './panelServices';
import { ShownRuns, type LoadedRuns } from './shownRuns';

/** What one kind of panel is called. `folder` is also the name of its bundle and, in kebab case, of its element. */
export interface PanelKind {
  readonly viewType: string;
  readonly folder: string;
  readonly element: string;
  readonly title: string;
  readonly icon: string;
}

type Methods<T> = { [K in keyof T]: (payload: never) => unknown };

/** A webview panel that shows runs: page, policy, message channel and end of life are the same for every kind. */
export class RunPanel implements Disposable {
  readonly shown: ShownRuns;
  private readonly disposables = new DisposableStore();

  constructor(
    private readonly services: PanelServices,
    readonly kind: PanelKind,
    readonly webviewPanel: vscode.WebviewPanel,
    runIds: readonly RunId[],
  ) {
    this.shown = this.disposables.add(new ShownRuns(services, runIds));
    this.disposables.add(webviewPanel.onDidDispose(() => this.dispose()));
  }

  /** Builds the host's end of the conversation and loads the page. */
  connect<Host extends Methods<Host>, Events extends Methods<Events>>(end: {
    readonly handlers: RpcHandlers<Host>;
    readonly parsers: RpcParsers<Host>;
    /** Sends what changed. */
    readonly update: (loaded: LoadedRuns, connection: RpcConnection<Host, Events>) => Promise<void>;
  }): void {
    const connection = this.disposables.add(
      new RpcConnection<Host, Events>(portOf(this.webviewPanel.webview), {
        handlers: end.handlers,
        parsers: end.parsers,
        describeError: error => this.describeError(error),
      }),
    );
    this.disposables.add(
      this.shown.onDidUpdate(loaded => {
        this.showTitle(loaded);
        end
          .update(loaded, connection)
          .catch((error: unknown) =>
            this.services.logger.warn(`Cannot update a panel: ${String(error)}`),
          );
      }),
    );
    this.loadPage();
  }

  showTitle({ runs }: LoadedRuns): void {
    const names = runs.map(run => run.info.runName || run.info.runId.slice(0, 8));
    const subject = names.length > 2 ? `${names.length} runs` : names.join(' ↔ ');
    this.webviewPanel.title = subject === '' ? this.kind.title : `${this.kind.title}: ${subject}`;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private loadPage(): void {
    const { webview } = this.webviewPanel;
    const { extensionUri } = this.services;
    const uriOf = (...path: string[]) =>
      webview
        .asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview', ...path))
        .toString();
    webview.options = panelWebviewOptions(extensionUri);
    this.webviewPanel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', `${this.kind.icon}-light.svg`),
      dark: vscode.Uri.joinPath(extensionUri, 'media', `${this.kind.icon}-dark.svg`),
    };
    webview.html = panelHtml({
      title: this.kind.title,
      element: this.kind.element,
      scriptUri: uriOf(`${this.kind.folder}.js`),
      styleUri: uriOf(`${this.kind.folder}.css`),
      codiconUri: uriOf('codicons', 'codicon.css'),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
    });
  }

  private describeError(error: unknown): { code: string; message: string } {
    if (TrackingError.is(error)) {
      return { code: error.code, message: error.message };
    }
    this.services.logger.error(`A request of the panel "${this.kind.title}" failed`, error);
    const message = error instanceof Error ? error.message : String(error);
    return { code: 'INTERNAL_ERROR', message };
  }
}

/** Scripts run under the page's policy; files come from our bundle and media only. */
export function panelWebviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    enableForms: false,
    localResourceRoots: [
      vscode.Uri.joinPath(extensionUri, 'dist', 'webview'),
      vscode.Uri.joinPath(extensionUri, 'media'),
    ],
  };
}

function portOf(webview: vscode.Webview): RpcPort {
  return {
    post(message) {
      // Resolves to false when the page is hidden or gone; it asks for a fresh state when it comes back.
      void webview.postMessage(message);
    },
    listen: listener => webview.onDidReceiveMessage(listener),
  };
}
