import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import type { Services } from '../../services';
import { HEARTBEAT_TAG } from '../../tracking/heartbeat';
import type { StoreStatus } from '../../tracking/trackingStore';
import { COMMANDS } from '../contributions';
import { shownStatusOf } from '../model/shownStatus';
import { isCancellation } from '../notifier';
import { escapeMarkdown } from '../hover/markdownText';
import { storeName } from '../store/storeName';

/** ms between two looks for running runs while the store changes. */
const COUNT_EVERY_MS = 1500;
/** More are shown as "100+". */
const MAX_COUNTED = 100;

/** The store in use, its state, and how many runs are going on. */
export class StatusBar implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly item = this.disposables.add(
    vscode.window.createStatusBarItem('tracker.store', vscode.StatusBarAlignment.Left, 10),
  );
  private running = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly services: Services) {
    const { connection } = services;
    this.item.name = vscode.l10n.t('MLflow store');
    this.item.command = COMMANDS.setUri;
    this.disposables.add(
      connection.onDidChangeState(() => {
        this.running = connection.state.kind === 'open' ? this.running : 0;
        this.draw();
      }),
    );
    this.disposables.add(connection.onDidChangeStore(() => this.countSoon()));
    this.disposables.add({ dispose: () => clearTimeout(this.timer) });
    this.draw();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private draw(): void {
    const { state } = this.services.connection;
    const { trackingUri } = this.services.settings;
    if (state.kind === 'none') {
      this.item.hide();
      return;
    }
    const uri = state.kind === 'open' ? state.status.uri : trackingUri;
    const name = storeName(uri, this.services.workingDir) || vscode.l10n.t('MLflow');
    const readOnly = state.kind === 'open' && !state.status.writable;
    const failed = state.kind === 'failed';
    const icon = failed ? '$(error)' : state.kind === 'starting' ? '$(loading~spin)' : '$(beaker)';
    const count = this.running >= MAX_COUNTED ? `${MAX_COUNTED}+` : String(this.running);
    this.item.text = [
      `${icon} ${name}`,
      readOnly ? '$(lock)' : '',
      this.running > 0 ? `$(sync~spin) ${vscode.l10n.t('{0} running', count)}` : '',
    ]
      .filter(Boolean)
      .join('  ');
    this.item.backgroundColor = failed
      ? new vscode.ThemeColor('statusBarItem.errorBackground')
      : undefined;
    this.item.accessibilityInformation = {
      label: vscode.l10n.t('MLflow store {0}, {1}, {2} running', name, state.kind, this.running),
    };
    this.item.tooltip = this.tooltip(uri);
    this.item.show();
  }

  private tooltip(uri: string): vscode.MarkdownString {
    const { state } = this.services.connection;
    const lines = [`**${escapeMarkdown(vscode.l10n.t('MLflow store'))}**  ${escapeMarkdown(uri)}`];
    if (state.kind === 'open') {
      lines.push(...statusLines(state.status));
    } else if (state.kind === 'failed') {
      lines.push(escapeMarkdown(state.failure.message));
    } else if (state.kind === 'starting') {
      lines.push(escapeMarkdown(vscode.l10n.t('Opening…')));
    }
    lines.push(escapeMarkdown(vscode.l10n.t('Click to choose another store.')));
    return new vscode.MarkdownString(lines.join('\n\n'), true);
  }

  private countSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.count().catch((error: unknown) => {
        if (!isCancellation(error)) {
          this.services.logger.debug(`Running runs were not counted: ${String(error)}`);
        }
      });
    }, COUNT_EVERY_MS);
  }

  private async count(): Promise<void> {
    const client = await this.services.getClient();
    const experiments = await client.searchExperiments({ maxResults: 1000 });
    const runs = await client.searchRuns({
      experimentIds: experiments.items.map(one => one.experimentId),
      filter: "attributes.status = 'RUNNING'",
      maxResults: MAX_COUNTED,
      projection: { metricKeys: [], paramKeys: [], tagKeys: [HEARTBEAT_TAG], inputs: false },
    });
    const running = runs.items.filter(run => shownStatusOf(run) === 'RUNNING').length;
    if (this.running !== running) {
      this.running = running;
      this.draw();
    }
  }
}

function statusLines(status: StoreStatus): readonly string[] {
  const { problems } = status;
  const shown = problems.slice(0, 5).map(one => `${one.where}: ${one.message}`);
  return [
    ...(status.writable
      ? []
      : [`$(lock) ${escapeMarkdown(status.readOnlyReason ?? vscode.l10n.t('Read-only'))}`]),
    ...shown.map(text => `$(warning) ${escapeMarkdown(text)}`),
    ...(problems.length > shown.length
      ? [escapeMarkdown(vscode.l10n.t('+{0} more problems', problems.length - shown.length))]
      : []),
  ];
}
