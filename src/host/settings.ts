import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { SETTINGS, type SettingId } from './contributions';

const PAGE_SIZE = { least: 10, most: 1000, default: 100 };

export type NotebookRecordSource = 'ask' | 'always' | 'never';

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

  /** Command lines by language or file ending. */
  get runCommands(): Readonly<Record<string, unknown>> {
    const value = this.value(SETTINGS.runCommands);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  }

  get runAutolog(): boolean {
    return this.value(SETTINGS.runAutolog) === true;
  }

  get runCaptureParams(): boolean {
    return this.value(SETTINGS.runCaptureParams) !== false;
  }

  get runCaptureMetrics(): boolean {
    return this.value(SETTINGS.runCaptureMetrics) !== false;
  }

  /** Regular expressions with named groups. */
  get runMetricPatterns(): readonly string[] {
    return this.texts(SETTINGS.runMetricPatterns);
  }

  /** Seconds between two samples of the machine's load; 0: never. */
  get runSystemMetricsInterval(): number {
    const value = this.value(SETTINGS.runSystemMetricsInterval);
    return typeof value === 'number' && value >= 0 && value <= 86_400 ? value : 10;
  }

  /** Names, `*` at the end for any rest. */
  get runEnvironmentVariables(): readonly string[] {
    return this.texts(SETTINGS.runEnvironmentVariables);
  }

  /** Whether new terminals get the store. */
  get terminalInjectEnvironment(): boolean {
    return this.value(SETTINGS.terminalInjectEnvironment) !== false;
  }

  /** Whether kernels of open notebooks are told where they are. */
  get notebookRecordSource(): NotebookRecordSource {
    const value = this.value(SETTINGS.notebookRecordSource);
    return value === 'always' || value === 'never' ? value : 'ask';
  }

  /** Written for the person: it answers a question about this extension, not about a folder. */
  async setNotebookRecordSource(value: NotebookRecordSource): Promise<void> {
    await vscode.workspace
      .getConfiguration()
      .update(SETTINGS.notebookRecordSource, value, vscode.ConfigurationTarget.Global);
  }

  /** Runs read at a time. */
  get pageSize(): number {
    const value = this.value(SETTINGS.pageSize);
    return typeof value === 'number' && Number.isFinite(value)
      ? Math.min(PAGE_SIZE.most, Math.max(PAGE_SIZE.least, Math.round(value)))
      : PAGE_SIZE.default;
  }

  get hoverEnabled(): boolean {
    return this.value(SETTINGS.hoverEnabled) !== false;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  private value(id: SettingId): unknown {
    return vscode.workspace.getConfiguration().get<unknown>(id);
  }

  private texts(id: SettingId): readonly string[] {
    const value = this.value(id);
    return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
  }

  /** A value of another type, written by hand into settings.json, counts as unset. */
  private text(id: SettingId): string {
    const value = this.value(id);
    return typeof value === 'string' ? value.trim() : '';
  }
}
