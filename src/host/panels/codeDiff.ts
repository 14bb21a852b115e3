import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable';
import type { Run, RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions } from '../../tracking/trackingStore';
import { CODE_SCHEME, CodeFileSystem, codeUri } from './codeFileSystem';
import { CodeSnapshots, type ChangedFile, type CodeSnapshot } from './codeSnapshots';
import type { PanelServices } from './panelServices';
import { readRunCode, type RunCode } from './runCode';
import { gitExecutable } from './gitExecutable';
import { GitError } from './runGit';

/** The diff editor opens this many files at most; the person is told. */
const MAX_FILES = 200;

interface LoadedCode {
  readonly snapshot: CodeSnapshot;
  readonly commit: string;
  readonly label: string;
  /** One sentence when the code is not quite what ran. */
  readonly caveat?: string;
}

/** "Open code diff": the code of two runs, uncommitted changes included, in VS Code's own diff editor. */
export class CodeDiff implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly loaded = new Map<RunId, Promise<LoadedCode>>();
  private readonly snapshots: CodeSnapshots;

  constructor(private readonly services: PanelServices) {
    this.snapshots = new CodeSnapshots(gitExecutable());
    this.disposables.add(
      vscode.workspace.registerFileSystemProvider(
        CODE_SCHEME,
        new CodeFileSystem(this.snapshots, async runId => (await this.codeOf(runId)).snapshot),
        { isReadonly: true, isCaseSensitive: true },
      ),
    );
    this.disposables.add(toDisposable(() => void this.snapshots.dispose()));
  }

  /** Throws `TrackingError` with one sentence when the code of a run is not known or not here. */
  async open(left: Run, right: Run, signal: AbortSignal): Promise<void> {
    const [leftCode, rightCode] = await Promise.all([
      this.reload(left, { signal }),
      this.reload(right, { signal }),
    ]);
    if (leftCode.snapshot.repository !== rightCode.snapshot.repository) {
      throw new TrackingError('INVALID_STATE', 'The two runs come from different repositories.');
    }
    const files = await this.snapshots.changes(leftCode.snapshot, rightCode.snapshot, { signal });
    for (const caveat of new Set([leftCode.caveat, rightCode.caveat])) {
      if (caveat) {
        void this.services.notifier.warn(caveat);
      }
    }
    const title = `${leftCode.label} ↔ ${rightCode.label}`;
    if (files.length === 0) {
      void this.services.notifier.info(
        vscode.l10n.t('The code of both runs is the same: {0}.', title),
      );
      return;
    }
    if (files.length > MAX_FILES) {
      void this.services.notifier.info(
        vscode.l10n.t('These are the first {0} of {1} changed files.', MAX_FILES, files.length),
      );
    }
    await this.show(title, left.info.runId, right.info.runId, files.slice(0, MAX_FILES), leftCode);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async show(
    title: string,
    left: RunId,
    right: RunId,
    files: readonly ChangedFile[],
    { snapshot }: LoadedCode,
  ): Promise<void> {
    const [only] = files;
    if (only && files.length === 1) {
      await vscode.commands.executeCommand(
        'vscode.diff',
        codeUri(only.path, only.inLeft ? left : null),
        codeUri(only.path, only.inRight ? right : null),
        `${path.posix.basename(only.path)}: ${title}`,
      );
      return;
    }
    await vscode.commands.executeCommand(
      'vscode.changes',
      title,
      files.map(file => [
        vscode.Uri.file(path.join(snapshot.repository, file.path)),
        file.inLeft ? codeUri(file.path, left) : undefined,
        file.inRight ? codeUri(file.path, right) : undefined,
      ]),
    );
  }

  /** Looks again: the run may have got its patch since, the repository its commit. */
  private reload(run: Run, options: CallOptions): Promise<LoadedCode> {
    const code = this.load(run, options);
    this.loaded.set(run.info.runId, code);
    // A failed attempt is not kept; who waits for it gets the reason.
    code.catch(() => this.loaded.delete(run.info.runId));
    return code;
  }

  /** For a diff editor that VS Code brought back after a reload of the window. */
  private async codeOf(runId: RunId): Promise<LoadedCode> {
    const known = this.loaded.get(runId);
    if (known) {
      return known;
    }
    const client = await this.services.getClient();
    return this.reload(await client.getRun(runId), {});
  }

  private async load(run: Run, options: CallOptions): Promise<LoadedCode> {
    const client = await this.services.getClient(options);
    const code = await readRunCode(client, run, options);
    const short = code.commit.slice(0, 7);
    try {
      const repository = await this.snapshots.findRepository(
        foldersToSearch(code.sourceName),
        code.commit,
        options,
      );
      if (repository === undefined) {
        throw new TrackingError(
          'RESOURCE_DOES_NOT_EXIST',
          `Commit ${short} of run ${run.info.runName} is not in a repository of this workspace. Open the repository it comes from, or fetch the commit.`,
        );
      }
      const snapshot = await this.snapshots.create(repository, code, options);
      const caveat = caveatOf(run, code.recorded, snapshot.patched);
      return {
        snapshot,
        commit: code.commit,
        label: `${run.info.runName} (${short}${code.patch && snapshot.patched ? ' with changes' : ''})`,
        ...(caveat ? { caveat } : {}),
      };
    } catch (error) {
      throw error instanceof GitError ? explain(error) : error;
    }
  }
}

function caveatOf(
  { info: { runName } }: Run,
  recorded: RunCode['recorded'],
  patched: boolean,
): string | undefined {
  if (recorded === 'none') {
    return `The uncommitted changes of run ${runName} were not recorded in full; its commit is shown without them.`;
  }
  if (!patched) {
    return `The recorded uncommitted changes of run ${runName} do not fit its commit, which is shown without them.`;
  }
  return recorded === 'some'
    ? `Only a part of the uncommitted changes of run ${runName} was recorded; the rest is not shown.`
    : undefined;
}

function explain(error: GitError): TrackingError {
  return error.code === 'ENOENT'
    ? new TrackingError('INVALID_STATE', 'Git was not found. Install it, or set "git.path".', {
        cause: error,
      })
    : new TrackingError('INTERNAL_ERROR', `Git could not read the code: ${error.message}`, {
        cause: error,
      });
}

/** Folders of the workspace, and where the script lay: its repository may be a submodule or lie outside. */
function foldersToSearch(sourceName: string | undefined): string[] {
  const workspace = (vscode.workspace.workspaceFolders ?? [])
    .filter(folder => folder.uri.scheme === 'file')
    .map(folder => folder.uri.fsPath);
  const sources = sourceName
    ? path.isAbsolute(sourceName)
      ? [sourceName]
      : workspace.map(folder => path.join(folder, sourceName))
    : [];
  const open = vscode.workspace.textDocuments
    .filter(document => document.uri.scheme === 'file')
    .map(document => path.dirname(document.uri.fsPath));
  return [...sources.map(source => path.dirname(source)), ...workspace, ...open];
}
