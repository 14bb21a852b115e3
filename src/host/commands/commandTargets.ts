import * as vscode from 'vscode';
import { formatAge } from '../../base/formatTime';
import type { Services } from '../../services';
import type { RunId } from '../../tracking/entities';
import type { ExperimentNode, RunNode, TreeNode } from '../model/nodes';
import { statusText } from '../views/statusIcon';

const RECENT_RUNS = 300;

/** What VS Code hands to a command: a row and all selected rows from a menu, a run id from a hover card, or nothing. */
export type CommandArguments = readonly unknown[];

/** The rows that a command is about: those it was called on, else the selected ones. */
export function targetNodes(
  args: CommandArguments,
  selection: readonly TreeNode[],
): readonly TreeNode[] {
  const [clicked, selected] = args;
  if (Array.isArray(selected) && selected.every(isTreeNode)) {
    return selected;
  }
  if (isTreeNode(clicked)) {
    // A button on a row that is part of the selection means the row, as in VS Code's own views.
    return [clicked];
  }
  return selection;
}

export function targetRunIds(
  args: CommandArguments,
  selection: readonly TreeNode[],
): readonly RunId[] {
  const [clicked] = args;
  if (typeof clicked === 'string') {
    return [clicked];
  }
  return runNodesOf(targetNodes(args, selection)).map(node => node.run.info.runId);
}

export function runNodesOf(nodes: readonly TreeNode[]): readonly RunNode[] {
  return nodes.filter(node => node.kind === 'run');
}

export function experimentNodesOf(nodes: readonly TreeNode[]): readonly ExperimentNode[] {
  return nodes.filter(node => node.kind === 'experiment');
}

/** Offers the newest runs of all experiments. Undefined when dismissed. */
export async function pickRecentRuns(
  services: Services,
  title: string,
  except: readonly RunId[] = [],
): Promise<readonly RunId[] | undefined> {
  const items = services.getClient().then(async client => {
    const experiments = await client.searchExperiments({ maxResults: 1000 });
    const names = new Map(experiments.items.map(one => [one.experimentId, one.name]));
    const runs = await client.searchRuns({
      experimentIds: [...names.keys()],
      orderBy: ['attributes.start_time DESC'],
      maxResults: RECENT_RUNS,
      projection: { metricKeys: [], paramKeys: [], tagKeys: [], inputs: false },
    });
    return runs.items
      .filter(({ info }) => !except.includes(info.runId))
      .map(({ info }) => ({
        label: info.runName || info.runId,
        description: [
          names.get(info.experimentId),
          statusText(info.status),
          info.startTimeMs === undefined ? '' : formatAge(Number(info.startTimeMs), Date.now()),
        ]
          .filter(Boolean)
          .join(' · '),
        runId: info.runId,
      }));
  });
  const picked = await vscode.window.showQuickPick(items, {
    title,
    canPickMany: true,
    matchOnDescription: true,
    placeHolder: vscode.l10n.t('Choose runs'),
  });
  return picked && picked.length > 0 ? picked.map(item => item.runId) : undefined;
}

function isTreeNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'id' in value;
}
