import * as vscode from 'vscode';
import { MAX_PANEL_RUNS } from '../../protocol/runSummary';
import type { Run, RunId } from '../../tracking/entities';
import type { PanelServices } from './panelServices';
import type { LoadedRuns } from './shownRuns';

/** How many recent runs are offered; the sidebar's multi-selection reaches all of them. */
const OFFERED_RUNS = 300;

interface RunItem extends vscode.QuickPickItem {
  readonly runId: RunId;
}

/** Offers the newest runs of the experiments in view that are not shown yet. Undefined when dismissed. */
export async function pickRuns(
  services: PanelServices,
  shown: LoadedRuns,
  signal: AbortSignal,
): Promise<readonly RunId[] | undefined> {
  const shownIds = new Set(shown.runs.map(run => run.info.runId));
  const room = MAX_PANEL_RUNS - shownIds.size;
  if (room <= 0) {
    void services.notifier.info(
      vscode.l10n.t('A panel shows at most {0} runs. Remove one first.', MAX_PANEL_RUNS),
    );
    return undefined;
  }
  const items = services.getClient({ signal }).then(async client => {
    const page = await client.searchRuns(
      {
        experimentIds: [...new Set(shown.runs.map(run => run.info.experimentId))],
        orderBy: ['attributes.start_time DESC'],
        maxResults: OFFERED_RUNS,
        projection: { metricKeys: [], paramKeys: [], tagKeys: [], inputs: false },
      },
      { signal },
    );
    return page.items.filter(run => !shownIds.has(run.info.runId)).map(itemOf);
  });
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t('Add runs'),
    placeHolder:
      room === 1
        ? vscode.l10n.t('Choose a run to add')
        : vscode.l10n.t('Choose up to {0} runs to add', room),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked === undefined || picked.length === 0
    ? undefined
    : picked.slice(0, room).map(item => item.runId);
}

function itemOf({ info }: Run): RunItem {
  const started =
    info.startTimeMs === undefined ? '' : new Date(Number(info.startTimeMs)).toLocaleString();
  return {
    runId: info.runId,
    label: info.runName || info.runId,
    description: [info.status.toLowerCase(), started].filter(Boolean).join(' · '),
    detail: info.runId,
  };
}
