import * as vscode from 'vscode';
import type { RunInfo, RunStatus } from '../../tracking/entities';

const ICONS: Record<RunStatus, readonly [icon: string, colour: string]> = {
  RUNNING: ['sync~spin', 'charts.blue'],
  SCHEDULED: ['clock', 'charts.yellow'],
  FINISHED: ['pass', 'charts.green'],
  FAILED: ['error', 'charts.red'],
  KILLED: ['circle-slash', 'charts.orange'],
};

export function statusIcon(info: RunInfo): vscode.ThemeIcon {
  const [icon, colour] = ICONS[info.status];
  return info.lifecycleStage === 'deleted'
    ? new vscode.ThemeIcon('trash', new vscode.ThemeColor('disabledForeground'))
    : new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
}

export function statusText(status: RunStatus): string {
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
  }
}
