import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ExtensionInternals } from '../../../../src/extension';
import type { SettingId } from '../../../../src/host/contributions';
import type { Services } from '../../../../src/services';
import type { Run } from '../../../../src/tracking/entities';
import { activated, eventually } from './extension';

/**
 * What a suite works with: the extension, a folder of its own, and the window's. Made in `describe`, it is there from the
 * first `before` on; what the tests changed in the window is put back after them.
 */
export class Suite {
  private internals: ExtensionInternals | undefined;
  private ownFolder: string | undefined;
  private readonly changed = new Set<SettingId>();
  private readonly ends: (() => unknown)[] = [];

  constructor() {
    before(async () => {
      this.internals = await activated();
      this.ownFolder = await mkdtemp(path.join(tmpdir(), 'tracker-suite-'));
    });
    after(() => this.end());
  }

  get extension(): ExtensionInternals {
    return this.internals ?? assert.fail('the suite has not begun');
  }

  get services(): Services {
    return this.extension.services;
  }

  /** Outside of the workspace, empty at first, removed at the end. */
  get folder(): string {
    return this.ownFolder ?? assert.fail('the suite has not begun');
  }

  /** The folder that is open in the window. */
  get workspace(): string {
    return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('no folder is open');
  }

  /** Calls `work` when the tests are through, the last one first, before the folder goes. */
  atEnd(work: () => unknown): void {
    this.ends.push(work);
  }

  /** @returns what is disposed of when the tests are through */
  use<T extends AsyncDisposable>(resource: T): T {
    this.atEnd(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Points the extension at a store, as a person does by the setting, and waits until it is open. */
  async openStore(uri: string): Promise<void> {
    const { settings, connection } = this.services;
    await settings.setTrackingUri(uri);
    await this.services.getClient();
    await eventually('an open store', () => connection.state.kind === 'open');
  }

  /** An empty file store in the suite's folder, open in the window. @returns its path */
  async openFileStore(): Promise<string> {
    const root = path.join(this.folder, 'mlruns');
    mkdirSync(root);
    await this.openStore(root);
    return root;
  }

  /** Changes a setting of the workspace until the end; undefined takes it out. */
  async set(id: SettingId, value: unknown): Promise<void> {
    this.changed.add(id);
    const target = vscode.ConfigurationTarget.Workspace;
    await vscode.workspace.getConfiguration().update(id, value, target);
  }

  /** Writes a file of the workspace. @returns its path */
  write(name: string, lines: readonly string[]): string {
    const file = path.join(this.workspace, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  }

  /** Shows a new file of the workspace in the editor. */
  async show(name: string, lines: readonly string[]): Promise<vscode.TextEditor> {
    return await vscode.window.showTextDocument(vscode.Uri.file(this.write(name, lines)));
  }

  /** The runs of all experiments, newest first. */
  async runs(filter = ''): Promise<readonly Run[]> {
    const client = await this.services.getClient();
    const { items } = await client.searchExperiments({ maxResults: 100 });
    const experimentIds = items.map(({ experimentId }) => experimentId);
    return (await client.searchRuns({ experimentIds, filter })).items;
  }

  private async end(): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    vscode.window.terminals.forEach(terminal => terminal.dispose());
    for (const id of this.changed) {
      await this.set(id, undefined);
    }
    await this.services.settings.setTrackingUri('');
    for (const work of this.ends.reverse()) {
      await work();
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
