import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import type { Services } from '../../services';
import type { Run, RunId } from '../../tracking/entities';
import { readHeartbeat } from '../../tracking/heartbeat';
import type { StoreChange } from '../../tracking/trackingStore';
import { COMMANDS } from '../contributions';
import { PARENT_TAG } from '../model/runQuery';
import { tagOf } from '../model/tagOf';
import { runEndNotice, sameScriptFilter } from './runEndNotice';

/** ms between two looks at the same run: a fast training loop changes it far more often. */
const PAUSE_MS = 2_000;
/** ms after which the end of a run is no news. */
const NEWS_MS = 60_000;

/**
 * Tells how a run has ended that was started from this window, when nobody looks at it. Costs nothing while somebody does.
 */
export class RunEndNotifier implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly waiting = new Set<RunId>();
  private readonly told = new Set<RunId>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly services: Services) {
    this.disposables.add(services.onDidChangeStore(changes => this.note(changes)));
    this.disposables.add({ dispose: () => clearTimeout(this.timer) });
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private note(changes: readonly StoreChange[]): void {
    if (vscode.window.state.focused || vscode.window.terminals.length === 0) {
      return;
    }
    for (const change of changes) {
      if (change.kind === 'runs' && change.runId !== undefined && !this.told.has(change.runId)) {
        this.waiting.add(change.runId);
      }
    }
    if (this.waiting.size > 0) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        const runIds = [...this.waiting];
        this.waiting.clear();
        Promise.all(runIds.map(runId => this.look(runId))).catch((error: unknown) => {
          this.services.logger.debug(`The end of a run could not be looked at: ${String(error)}`);
        });
      }, PAUSE_MS);
    }
  }

  private async look(runId: RunId): Promise<void> {
    const client = await this.services.getClient();
    const run = await client.getRun(runId);
    if (!isNews(run) || this.told.has(runId) || !(await isOfThisWindow(run))) {
      return;
    }
    this.told.add(runId);
    const { notifier, settings, panels } = this.services;
    const message = runEndNotice(
      run,
      await this.previousOf(run),
      settings.mainMetric,
      (text, ...values) => vscode.l10n.t(text, ...values),
    );
    const showCharts = {
      title: vscode.l10n.t('Show charts'),
      run: () => panels.openMetricHistories([runId]),
    };
    const openLog = {
      title: vscode.l10n.t('Open log'),
      run: () => vscode.commands.executeCommand(COMMANDS.openLog, runId),
    };
    // The message stays until somebody comes back and closes it.
    void (run.info.status === 'FINISHED'
      ? notifier.info(message, showCharts, openLog)
      : notifier.warn(message, openLog, showCharts));
  }

  private async previousOf(run: Run): Promise<Run | undefined> {
    const filter = sameScriptFilter(run);
    if (filter === undefined) {
      return undefined;
    }
    const client = await this.services.getClient();
    const { items } = await client.searchRuns({
      experimentIds: [run.info.experimentId],
      filter,
      orderBy: ['attributes.start_time DESC'],
      maxResults: 2,
      projection: { paramKeys: [], tagKeys: [], inputs: false },
    });
    return items.find(({ info }) => info.runId !== run.info.runId);
  }
}

function isNews({ info, data }: Run): boolean {
  const isOver = info.status !== 'RUNNING' && info.status !== 'SCHEDULED';
  const isChild = data.tags.some(({ key }) => key === PARENT_TAG);
  return isOver && !isChild && Date.now() - Number(info.endTimeMs ?? 0) < NEWS_MS;
}

/** A terminal of this window runs, or has run, the wrapper that looked after the run. */
async function isOfThisWindow(run: Run): Promise<boolean> {
  const pid = readHeartbeat(run.data.tags)?.pid;
  if (pid === undefined || tagOf(run, 'tracker.command') === undefined) {
    return false;
  }
  const pids = await Promise.all(vscode.window.terminals.map(terminal => terminal.processId));
  return pids.includes(pid);
}
