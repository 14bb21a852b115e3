import * as vscode from 'vscode';
import { formatNumber } from '../../base/formatNumber';
import { formatAge, formatDuration, formatTimestamp } from '../../base/formatTime';
import { COMMANDS } from '../contributions';
import { artifactUri } from '../editor/artifactUri';
import type {
  ActionNode,
  ArtifactNode,
  ExperimentNode,
  FieldNode,
  GroupNode,
  MoreNode,
  NoteNode,
  RunGroup,
  RunNode,
  TreeNode,
} from '../model/nodes';
import { SYSTEM_PREFIX } from '../../base/systemMetric';
import type { ShownStatus } from '../model/shownStatus';
import { statusIcon, statusText } from './statusIcon';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
const GROUP_ICONS: Record<RunGroup, string> = {
  metrics: 'graph-line',
  params: 'settings',
  tags: 'tag',
  source: 'git-commit',
  datasets: 'database',
  artifacts: 'archive',
  log: 'output',
  systemMetrics: 'pulse',
  details: 'info',
};

export interface ItemOptions {
  readonly isExpanded: (nodeId: string) => boolean;
  /** ms since epoch. */
  readonly now: number;
}

/** How a node looks in a tree view. Tooltips that need the store are resolved later. */
export function treeItemOf(node: TreeNode, options: ItemOptions): vscode.TreeItem {
  const item = itemOf(node, options);
  item.id = node.id;
  return item;
}

function itemOf(node: TreeNode, options: ItemOptions): vscode.TreeItem {
  switch (node.kind) {
    case 'filter':
      return filterItem(node.text);
    case 'experiment':
      return experimentItem(node, options);
    case 'run':
      return runItem(node, options);
    case 'more':
      return moreItem(node);
    case 'group':
      return groupItem(node, options);
    case 'field':
      return fieldItem(node);
    case 'artifact':
      return artifactItem(node);
    case 'note':
      return noteItem(node);
    case 'action':
      return actionItem(node);
  }
}

function filterItem(text: string): vscode.TreeItem {
  const item = new vscode.TreeItem(text, None);
  item.iconPath = new vscode.ThemeIcon('filter-filled');
  item.contextValue = 'filter';
  item.tooltip = vscode.l10n.t('Only runs that match this filter are shown. Click to change it.');
  item.command = { command: COMMANDS.filter, title: vscode.l10n.t('Filter runs…') };
  return item;
}

function experimentItem(node: ExperimentNode, { isExpanded }: ItemOptions): vscode.TreeItem {
  const { experiment, runCount } = node;
  const deleted = experiment.lifecycleStage === 'deleted';
  const item = new vscode.TreeItem(experiment.name, isExpanded(node.id) ? Expanded : Collapsed);
  item.iconPath = new vscode.ThemeIcon(deleted ? 'trash' : 'beaker');
  item.contextValue = `experiment+${experiment.lifecycleStage}`;
  const count =
    runCount === undefined
      ? ''
      : runCount.complete
        ? runCount.loaded === 1
          ? vscode.l10n.t('1 run')
          : vscode.l10n.t('{0} runs', runCount.loaded)
        : vscode.l10n.t('{0}+ runs', runCount.loaded);
  item.description = [deleted ? vscode.l10n.t('deleted') : '', count].filter(Boolean).join(' · ');
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown('**').appendText(experiment.name).appendMarkdown('**\n\n');
  tooltip.appendText(vscode.l10n.t('Experiment {0}', experiment.experimentId));
  if (experiment.creationTimeMs !== undefined) {
    tooltip.appendMarkdown('\n\n');
    tooltip.appendText(
      vscode.l10n.t('created {0}', formatTimestamp(Number(experiment.creationTimeMs))),
    );
  }
  const description = experiment.tags.find(tag => tag.key === 'mlflow.note.content')?.value;
  if (description) {
    tooltip.appendMarkdown('\n\n').appendText(description.slice(0, 500));
  }
  item.tooltip = tooltip;
  return item;
}

/** Part of a row's context value, which menus ask for. */
const LIVENESS: Record<ShownStatus, 'live' | 'stale' | 'ended'> = {
  RUNNING: 'live',
  SCHEDULED: 'live',
  STALE: 'stale',
  FINISHED: 'ended',
  FAILED: 'ended',
  KILLED: 'ended',
};

function runItem(node: RunNode, { isExpanded, now }: ItemOptions): vscode.TreeItem {
  const { info } = node.run;
  const status = statusOf(node);
  const name = info.runName || info.runId;
  const item = new vscode.TreeItem(name, isExpanded(node.id) ? Expanded : Collapsed);
  item.iconPath = statusIcon(info, status);
  item.description = runDescription(node, now);
  item.contextValue = ['run', info.lifecycleStage, LIVENESS[status]].join('+');
  item.command = {
    command: COMMANDS.previewHistories,
    title: vscode.l10n.t('Show metric histories'),
    arguments: [node],
  };
  item.accessibilityInformation = {
    label: [name, statusText(status), item.description].join(', '),
  };
  return item;
}

function statusOf({ run, isStale }: RunNode): ShownStatus {
  const { status } = run.info;
  return status === 'RUNNING' && isStale ? 'STALE' : status;
}

/** `0.8731 ▁▃▅▆ 12s` while it runs; `0.9412 · 2m · 1h ago` after; what went wrong before the number. */
export function runDescription(node: RunNode, now: number): string {
  const { info, data } = node.run;
  const metric = data.metrics.find(one => one.key === node.mainMetric);
  const value = metric === undefined ? '' : formatNumber(metric.value);
  const start = info.startTimeMs === undefined ? undefined : Number(info.startTimeMs);
  const status = statusOf(node);
  const running = status === 'RUNNING';
  const end = running ? now : info.endTimeMs === undefined ? undefined : Number(info.endTimeMs);
  const duration = start === undefined || end === undefined ? '' : formatDuration(end - start);
  if (running) {
    return [value, node.curve, duration].filter(Boolean).join(' ');
  }
  const age = start === undefined ? '' : formatAge(start, now);
  const ago = /^\d+[smhd]$/.test(age) ? vscode.l10n.t('{0} ago', age) : age;
  return [
    node.contextOnly ? vscode.l10n.t('parent') : '',
    status === 'FINISHED' ? '' : statusText(status),
    value,
    duration,
    ago,
  ]
    .filter(Boolean)
    .join(' · ');
}

function moreItem(node: MoreNode): vscode.TreeItem {
  const label =
    node.remaining === undefined
      ? vscode.l10n.t('More runs…')
      : vscode.l10n.t('{0} more…', node.remaining);
  const item = new vscode.TreeItem(label, None);
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.contextValue = 'more';
  item.command = {
    command: COMMANDS.loadMore,
    title: vscode.l10n.t('Load more runs'),
    arguments: [node],
  };
  return item;
}

function groupItem(node: GroupNode, { isExpanded }: ItemOptions): vscode.TreeItem {
  const item = new vscode.TreeItem(
    groupName(node.group),
    isExpanded(node.id) ? Expanded : Collapsed,
  );
  item.iconPath = new vscode.ThemeIcon(GROUP_ICONS[node.group]);
  item.description = node.summary;
  item.contextValue = `group+${node.group}`;
  if (node.group === 'log') {
    item.collapsibleState = None;
    item.command = {
      command: COMMANDS.openLog,
      title: vscode.l10n.t('Open console log'),
      arguments: [node.runId],
    };
  }
  return item;
}

function groupName(group: RunGroup): string {
  switch (group) {
    case 'metrics':
      return vscode.l10n.t('Metrics');
    case 'params':
      return vscode.l10n.t('Params');
    case 'tags':
      return vscode.l10n.t('Tags');
    case 'source':
      return vscode.l10n.t('Source');
    case 'datasets':
      return vscode.l10n.t('Datasets');
    case 'artifacts':
      return vscode.l10n.t('Artifacts');
    case 'log':
      return vscode.l10n.t('Console log');
    case 'systemMetrics':
      return vscode.l10n.t('System metrics');
    case 'details':
      return vscode.l10n.t('Details');
  }
}

function fieldItem(node: FieldNode): vscode.TreeItem {
  const isSystem = node.parent.group === 'systemMetrics';
  const item = new vscode.TreeItem(
    isSystem ? node.key.slice(SYSTEM_PREFIX.length) : node.key,
    None,
  );
  item.description = [node.text, node.curve].filter(Boolean).join(' ');
  item.contextValue = `field+${node.parent.group}`;
  const tooltip = new vscode.MarkdownString();
  tooltip.appendText(node.key).appendMarkdown('\n').appendCodeblock(node.value, '');
  item.tooltip = tooltip;
  return item;
}

function artifactItem(node: ArtifactNode): vscode.TreeItem {
  const { file } = node;
  const item = new vscode.TreeItem(
    artifactUri(node.runId, file.path),
    file.isDir ? Collapsed : None,
  );
  item.iconPath = file.isDir ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
  item.label = file.path.split('/').at(-1) ?? file.path;
  item.tooltip = file.path;
  item.contextValue = file.isDir ? 'artifact+folder' : 'artifact+file';
  if (!file.isDir) {
    item.description = file.fileSize === undefined ? '' : formatSize(file.fileSize);
    item.command = {
      command: COMMANDS.openArtifact,
      title: vscode.l10n.t('Open artifact'),
      arguments: [node],
    };
  }
  return item;
}

/** @param bytes as a person reads it: `812 B`, `3.4 kB`, `12 MB` */
function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit > 0 && size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

function noteItem(node: NoteNode): vscode.TreeItem {
  const failed = node.note === 'failed';
  const item = new vscode.TreeItem(noteText(node), None);
  if (failed) {
    item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('errorForeground'));
    item.command = { command: COMMANDS.refresh, title: vscode.l10n.t('Refresh') };
  }
  item.tooltip = noteText(node);
  item.contextValue = 'note';
  return item;
}

function actionItem({ action }: ActionNode): vscode.TreeItem {
  const looks = {
    showLog: [vscode.l10n.t('Show log'), 'output', COMMANDS.showLog],
    setUri: [vscode.l10n.t('Set tracking URI…'), 'database', COMMANDS.setUri],
    retry: [vscode.l10n.t('Try again'), 'refresh', COMMANDS.refresh],
  } as const;
  const [label, icon, command] = looks[action];
  const item = new vscode.TreeItem(label, None);
  item.iconPath = new vscode.ThemeIcon(icon);
  item.command = { command, title: label };
  return item;
}

function noteText(node: NoteNode): string {
  switch (node.note) {
    case 'noRuns':
      return vscode.l10n.t('No runs yet');
    case 'noMatch':
      return vscode.l10n.t('No run matches the filter');
    case 'noArtifacts':
      return vscode.l10n.t('No files');
    case 'failed':
      return node.message ?? vscode.l10n.t('Cannot be read');
  }
}
