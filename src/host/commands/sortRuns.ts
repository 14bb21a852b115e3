import * as vscode from 'vscode';
import type { Services } from '../../services';
import { DEFAULT_SORT, type SortOrder } from '../model/viewState';

interface SortItem extends vscode.QuickPickItem {
  readonly order?: SortOrder;
}

/** Newest runs whose metrics are offered. */
const SAMPLED_RUNS = 50;

/** Asks by what the runs are ordered; the present order comes with its reverse. */
export async function sortRuns(services: Services): Promise<void> {
  const present = services.viewState.sort;
  const items = metricKeys(services).then(keys => sortItems(present, keys));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Sort runs'),
    placeHolder: vscode.l10n.t('Choose the present order again to reverse it'),
  });
  if (picked?.order) {
    services.viewState.update({ sort: picked.order });
  }
}

function sortItems(present: SortOrder, metrics: readonly string[]): readonly SortItem[] {
  const separator = (label: string): SortItem => ({
    label,
    kind: vscode.QuickPickItemKind.Separator,
  });
  const item = (label: string, order: SortOrder): SortItem => {
    const same = JSON.stringify(order.by) === JSON.stringify(present.by);
    const shown = same ? { ...order, ascending: !present.ascending } : order;
    const now = present.ascending ? vscode.l10n.t('ascending') : vscode.l10n.t('descending');
    return {
      label: same ? `$(${present.ascending ? 'arrow-up' : 'arrow-down'}) ${label}` : label,
      description: same ? vscode.l10n.t('now {0}', now) : '',
      order: shown,
    };
  };
  return [
    item(vscode.l10n.t('Start time'), DEFAULT_SORT),
    item(vscode.l10n.t('Name'), { by: 'run_name', ascending: true }),
    item(vscode.l10n.t('Duration'), { by: 'duration', ascending: false }),
    ...(metrics.length > 0 ? [separator(vscode.l10n.t('Metrics'))] : []),
    ...metrics.map(metric => item(metric, { by: { metric }, ascending: false })),
  ];
}

async function metricKeys({ getClient }: Services): Promise<readonly string[]> {
  const client = await getClient();
  const experiments = await client.searchExperiments({ maxResults: 1000 });
  const runs = await client.searchRuns({
    experimentIds: experiments.items.map(one => one.experimentId),
    maxResults: SAMPLED_RUNS,
    projection: { paramKeys: [], tagKeys: [], inputs: false },
  });
  return [...new Set(runs.items.flatMap(run => run.data.metrics.map(one => one.key)))].sort();
}
