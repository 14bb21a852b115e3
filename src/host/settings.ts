import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { SETTINGS, type SettingId } from './contributions';

const PAGE_SIZE = { least: 10, most: 1000, default: 100 };

/** The settings below `tracker.`, read when asked for, so that a change counts at once. */
export class Settings implements Disposable {
  private readonly changed = new Emitter<ReadonlySet<SettingId>>();
  readonly onDidChange = this.changed.event;
  private readonly subscription = vscode.workspace.onDidChangeConfiguration(event => {
    const ids = Object.values(SETTINGS).filter(id => event.affectsConfiguration(id));
    if (ids.length > 0) {
      this.changed.fire(new Set(ids));
    }
  });

  /** Empty: the default store of the folder. */
  get trackingUri(): string {
    return this.text(SETTINGS.trackingUri);
  }

  /** Written for the folder when there is one, else for the person. */
  async setTrackingUri(uri: string): Promise<void> {
    const target = vscode.workspace.workspaceFolders
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
    await vscode.workspace
      .getConfiguration()
      .update(SETTINGS.trackingUri, uri === '' ? undefined : uri, target);
  }

  /** Empty: the name of the folder. */
  get experimentName(): string {
    return this.text(SETTINGS.experimentName);
  }

  /** Empty: chosen from the metrics that the runs have. */
  get mainMetric(): string {
    return this.text(SETTINGS.mainMetric);
  }

  /** Path or command of the interpreter; empty: the one that the Python extension has selected. */
  get runPython(): string {
    return this.text(SETTINGS.runPython);
  }

  /** Runs read at a time. */
  get pageSize(): number {
    const value = vscode.workspace.getConfiguration().get<unknown>(SETTINGS.pageSize);
    return typeof value === 'number' && Number.isFinite(value)
      ? Math.min(PAGE_SIZE.most, Math.max(PAGE_SIZE.least, Math.round(value)))
      : PAGE_SIZE.default;
  }

  get hoverEnabled(): boolean {
    return vscode.workspace.getConfiguration().get<unknown>(SETTINGS.hoverEnabled) !== false;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  /** A value of another type, written by hand into settings.json, counts as unset. */
  private text(id: SettingId): string {
    const value = vscode.workspace.getConfiguration().get<unknown>(id);
    return typeof value === 'string' ? value.trim() : '';
  }
}
