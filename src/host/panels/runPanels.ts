import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { panelStateParser } from '../../protocol/metricHistories';
import { RpcError } from '../../protocol/rpc';
import type { RunId } from '../../tracking/entities';
import { CodeDiff } from './codeDiff';
import { attachMetricHistories, METRIC_HISTORIES } from './metricHistoriesPanel';
import type { PanelServices } from './panelServices';
import { attachRunDiff, RUN_DIFF } from './runDiffPanel';
import { panelWebviewOptions, type PanelKind, type RunPanel } from './runPanel';

type Attach = (webviewPanel: vscode.WebviewPanel, runIds: readonly RunId[]) => RunPanel;

/** Every panel about runs: opens them, and brings them back after a reload of the window. */
export class RunPanels implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly open = new Set<RunPanel>();
  /** The panel that the next preview takes the place of, with the runs that it was opened for. */
  private preview: { readonly panel: RunPanel; readonly runs: string } | undefined;
  private readonly attachHistories: Attach;
  private readonly attachDiff: Attach;

  constructor(private readonly services: PanelServices) {
    const codeDiff = this.disposables.add(new CodeDiff(services));
    const needs = {
      codeDiff,
      openMetricHistories: (runIds: readonly RunId[]) => this.openMetricHistories(runIds),
    };
    this.attachHistories = this.keep((panel, runIds) =>
      attachMetricHistories(services, panel, runIds),
    );
    this.attachDiff = this.keep((panel, runIds) => attachRunDiff(services, needs, panel, runIds));
    this.reviveWith(METRIC_HISTORIES, this.attachHistories);
    this.reviveWith(RUN_DIFF, this.attachDiff);
  }

  /** Shows the metric histories of these runs, in a panel that shows just them already or in a new one. */
  openMetricHistories(runIds: readonly RunId[]): void {
    this.reveal(METRIC_HISTORIES, runIds, this.attachHistories);
  }

  /**
   * Shows the metric histories of these runs while walking through a list: the focus stays there, and the panel takes the
   * place of the one shown so before, unless its runs were changed by hand.
   */
  previewMetricHistories(runIds: readonly RunId[]): void {
    const last = this.preview;
    if (last && setKey(last.panel.shown.runIds) === setKey(runIds)) {
      last.panel.webviewPanel.reveal(undefined, true);
      return;
    }
    const panel = this.reveal(METRIC_HISTORIES, runIds, this.attachHistories, true);
    if (last && last.panel !== panel && setKey(last.panel.shown.runIds) === last.runs) {
      last.panel.webviewPanel.dispose();
    }
    this.preview = { panel, runs: setKey(runIds) };
  }

  /** Shows these runs side by side, in a panel that shows just them already or in a new one. */
  openRunDiff(runIds: readonly RunId[]): void {
    this.reveal(RUN_DIFF, runIds, this.attachDiff);
  }

  dispose(): void {
    this.disposables.dispose();
    for (const panel of [...this.open]) {
      panel.dispose();
    }
  }

  private reveal(
    kind: PanelKind,
    runIds: readonly RunId[],
    attach: Attach,
    preserveFocus = false,
  ): RunPanel {
    const wanted = setKey(runIds);
    const match = [...this.open].find(
      panel => panel.kind === kind && setKey(panel.shown.runIds) === wanted,
    );
    if (match) {
      match.webviewPanel.reveal(undefined, preserveFocus);
      return match;
    }
    const created = vscode.window.createWebviewPanel(
      kind.viewType,
      kind.title,
      { viewColumn: vscode.ViewColumn.Active, preserveFocus },
      panelWebviewOptions(this.services.extensionUri),
    );
    return attach(created, runIds);
  }

  private keep(attach: Attach): Attach {
    return (webviewPanel, runIds) => {
      const panel = attach(webviewPanel, runIds);
      this.open.add(panel);
      webviewPanel.onDidDispose(() => {
        this.open.delete(panel);
        if (this.preview?.panel === panel) {
          this.preview = undefined;
        }
      });
      return panel;
    };
  }

  private reviveWith(kind: PanelKind, attach: Attach): void {
    this.disposables.add(
      vscode.window.registerWebviewPanelSerializer(kind.viewType, {
        async deserializeWebviewPanel(webviewPanel: vscode.WebviewPanel, state: unknown) {
          attach(webviewPanel, runIdsOf(state));
        },
      }),
    );
  }
}

function setKey(runIds: readonly RunId[]): string {
  return [...runIds].sort().join();
}

/** What the webview kept; nothing when it was closed before it had drawn. */
function runIdsOf(state: unknown): readonly RunId[] {
  try {
    return panelStateParser(state).runIds;
  } catch (error) {
    if (RpcError.is(error)) {
      return [];
    }
    throw error;
  }
}
