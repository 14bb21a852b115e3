import * as vscode from 'vscode';
import type { RunId } from '../../tracking/entities';
import { ReadOnlyFileSystem } from '../editor/readOnlyFileSystem';
import type { CodeSnapshot, CodeSnapshots } from './codeSnapshots';
import { GitError } from './runGit';

/** Scheme of files as a run saw them: `mlflow-code:/path/in/repository?RUN_ID`; without a run the file is empty. */
export const CODE_SCHEME = 'mlflow-code';

/** @param runId null for the side of a diff on which the file does not exist */
export function codeUri(file: string, runId: RunId | null): vscode.Uri {
  return vscode.Uri.from({ scheme: CODE_SCHEME, path: `/${file}`, query: runId ?? '' });
}

/** The code of runs as read-only files. */
export class CodeFileSystem extends ReadOnlyFileSystem {
  constructor(
    private readonly snapshots: CodeSnapshots,
    private readonly snapshotOf: (runId: RunId) => Promise<CodeSnapshot>,
  ) {
    super();
  }

  /** What a run saw does not change. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { length } = await this.readFile(uri);
    return this.statOf(uri, length);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    if (uri.query === '') {
      return new Uint8Array();
    }
    try {
      return await this.snapshots.read(await this.snapshotOf(uri.query), uri.path.slice(1));
    } catch (error) {
      if (error instanceof GitError) {
        throw vscode.FileSystemError.FileNotFound(uri);
      }
      const message = error instanceof Error ? error.message : String(error);
      throw vscode.FileSystemError.Unavailable(message);
    }
  }
}
