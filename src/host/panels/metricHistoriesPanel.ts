import path from 'node:path';
import * as vscode from 'vscode';
import {
  metricHistoriesParsers,
  type MetricHistoriesEvents,
  type MetricHistoriesHost,
  type SaveFileRequest,
} from '../../protocol/metricHistories';
import type { RunId } from '../../tracking/entities';
import { historiesSnapshotOf, metricHistoriesHost } from './metricHistoriesHost';
import type { PanelServices } from './panelServices';
import { pickRuns } from './pickRuns';
import { RunPanel, type PanelKind } from './runPanel';

export const METRIC_HISTORIES: PanelKind = {
  viewType: 'tracker.metricHistories',
  folder: 'metricHistories',
  element: 'metric-histories',
  title: 'Metrics',
  icon: 'histories',
};

/** Fills a panel that VS Code made or revived. */
export function attachMetricHistories(
  services: PanelServices,
  webviewPanel: vscode.WebviewPanel,
  runIds: readonly RunId[],
): RunPanel {
  const panel = new RunPanel(services, METRIC_HISTORIES, webviewPanel, runIds);
  panel.connect<MetricHistoriesHost, MetricHistoriesEvents>({
    handlers: metricHistoriesHost(services, panel.shown, {
      pickRuns: (shown, signal) => pickRuns(services, shown, signal),
      saveFile,
      showTitle: loaded => panel.showTitle(loaded),
    }),
    parsers: metricHistoriesParsers,
    async update(loaded, connection) {
      connection.notify('runsChanged', historiesSnapshotOf(loaded));
    },
  });
  return panel;
}

async function saveFile({ name, bytes }: SaveFileRequest): Promise<boolean> {
  const fileName = path.basename(name).replace(/[^\w.() -]+/g, '_');
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, fileName) } : {}),
    filters: fileName.endsWith('.png') ? { 'PNG image': ['png'] } : { 'CSV table': ['csv'] },
  });
  if (!target) {
    return false;
  }
  await vscode.workspace.fs.writeFile(target, bytes);
  return true;
}
