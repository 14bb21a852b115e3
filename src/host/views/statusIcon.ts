import * as vscode from 'vscode';
import type { RunInfo } from '../../tracking/entities';
import type { ShownStatus } from '../model/shownStatus';

const ICONS: Record<ShownStatus, readonly [icon: string, colour: string]> = {
  RUNNING: ['sync~spin', 'charts.blue'],
  SCHEDULED: ['clock', 'charts.yellow'],
  FINISHED: ['pass', 'charts.green'],
  FAILED: ['error', 'charts.red'],
  KILLED: ['circle-slash', 'charts.orange'],
  STALE: ['question', 'charts.yellow'],
};

export function statusIcon(info: RunInfo, status: ShownStatus): vscode.ThemeIcon {
  const [icon, colour] = ICONS[status];
  return info.lifecycleStage === 'deleted'
    ? new vscode.ThemeIcon('trash', new vscode.ThemeColor('disabledForeground'))
    : new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
}

export function statusText(status: ShownStatus): string {
  switch (status) {
    case 'RUNNING':
      return vscode.l10n.t('running');
    case 'SCHEDULED':
      return vscode.l10n.t('scheduled');
    case 'FINISHED':
      return vscode.l10n.t('finished');
    case 'FAILED':
      return vscode.l10n.t('failed');
    case 'KILLED':
      return vscode.l10n.t('killed');
    case 'STALE':
      return vscode.l10n.t('stale');
  }
}
