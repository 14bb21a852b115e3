import * as vscode from 'vscode';
import type { Services } from '../../services';
import { TrackingError } from '../../tracking/trackingError';
import { TASK_TYPE } from '../contributions';
import { isTrusted } from '../run/runCurrentScript';

/** "Track: Run task…": runs a task of the type `tracker`, of tasks.json or for the active script. */
export async function runTask(services: Services): Promise<void> {
  if (!(await isTrusted(services))) {
    return;
  }
  const tasks = await vscode.tasks.fetchTasks({ type: TASK_TYPE });
  if (tasks.length === 0) {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t(
        'There is no task of the type tracker: open a script, or add one to tasks.json with "type": "tracker" and a "command".',
      ),
    );
  }
  const picked = await vscode.window.showQuickPick(
    tasks.map(task => ({ label: task.name, description: task.source, task })),
    { title: vscode.l10n.t('Run task'), placeHolder: vscode.l10n.t('Choose a task') },
  );
  if (picked !== undefined) {
    services.opener.expectRun();
    await vscode.tasks.executeTask(picked.task);
  }
}
