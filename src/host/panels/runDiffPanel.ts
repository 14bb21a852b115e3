import * as vscode from 'vscode';
import {
  DIRECTIONS,
  runDiffParsers,
  type Direction,
  type RunDiffEvents,
  type RunDiffHost,
} from '../../protocol/runDiff';
import type { RunId } from '../../tracking/entities';
import type { CodeDiff } from './codeDiff';
import type { PanelServices } from './panelServices';
import { pickRuns } from './pickRuns';
import { RunDiffPanelHost } from './runDiffHost';
import { RunPanel, type PanelKind } from './runPanel';

export const RUN_DIFF: PanelKind = {
  viewType: 'tracker.runDiff',
  folder: 'runDiff',
  element: 'run-diff',
  title: 'Run diff',
  icon: 'diff',
};

/** Workspace state: metric key → direction. */
const DIRECTIONS_KEY = 'tracker.metricDirections';

/** What the diff asks of the rest of the extension. */
export interface RunDiffNeeds {
  readonly codeDiff: CodeDiff;
  readonly openMetricHistories: (runIds: readonly RunId[]) => void;
}

/** Fills a panel that VS Code made or revived. */
export function attachRunDiff(
  services: PanelServices,
  { codeDiff, openMetricHistories }: RunDiffNeeds,
  webviewPanel: vscode.WebviewPanel,
  runIds: readonly RunId[],
): RunPanel {
  const panel = new RunPanel(services, RUN_DIFF, webviewPanel, runIds);
  const host = new RunDiffPanelHost(services, panel.shown, {
    pickRuns: (shown, signal) => pickRuns(services, shown, signal),
    async copyText(text, what) {
      await vscode.env.clipboard.writeText(text);
      vscode.window.setStatusBarMessage(`Copied ${what}`, 3000);
    },
    openCodeDiff: (left, right, signal) => codeDiff.open(left, right, signal),
    showHistories: openMetricHistories,
    showTitle: loaded => panel.showTitle(loaded),
    directions: {
      get: () => readDirections(services.workspaceState),
      async set(metricKey, direction) {
        const { [metricKey]: _previous, ...rest } = readDirections(services.workspaceState);
        await services.workspaceState.update(
          DIRECTIONS_KEY,
          direction === null ? rest : { ...rest, [metricKey]: direction },
        );
      },
    },
  });
  panel.connect<RunDiffHost, RunDiffEvents>({
    handlers: host.handlers,
    parsers: runDiffParsers,
    async update(loaded, connection) {
      connection.notify('runsChanged', await host.snapshotOf(loaded));
    },
  });
  return panel;
}

function readDirections(state: vscode.Memento): Record<string, Direction> {
  const stored: unknown = state.get(DIRECTIONS_KEY);
  const entries = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
  const known: Record<string, Direction> = {};
  for (const [metricKey, value] of entries) {
    const direction = DIRECTIONS.find(item => item === value);
    if (direction) {
      known[metricKey] = direction;
    }
  }
  return known;
}
