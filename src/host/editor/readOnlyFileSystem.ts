import * as vscode from 'vscode';

/**
 * What runs have recorded, as files that nobody changes. A file system rather than a content provider: VS Code starts the
 * extension for it when it brings an editor back after a reload, and images show as images.
 */
export abstract class ReadOnlyFileSystem implements vscode.FileSystemProvider {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  /** ms since epoch of the last change that was told, by URI. */
  private readonly changes = new Map<string, number>();

  abstract stat(uri: vscode.Uri): Promise<vscode.FileStat>;
  abstract readFile(uri: vscode.Uri): Promise<Uint8Array>;
  /** Called for every file that is open, until it is closed. */
  abstract watch(uri: vscode.Uri): vscode.Disposable;

  /** A file has another content: editors that show it read it again. */
  protected tellChange(uri: vscode.Uri): void {
    this.changes.set(uri.toString(), Date.now());
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  protected statOf(
    uri: vscode.Uri,
    size: number,
    type: vscode.FileType = vscode.FileType.File,
  ): vscode.FileStat {
    const mtime = this.changes.get(uri.toString()) ?? 0;
    return { type, ctime: 0, mtime, size, permissions: vscode.FilePermission.Readonly };
  }

  readDirectory(_uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    return Promise.resolve([]);
  }

  writeFile(): never {
    throw readOnly();
  }

  createDirectory(): never {
    throw readOnly();
  }

  delete(): never {
    throw readOnly();
  }

  rename(): never {
    throw readOnly();
  }
}

function readOnly(): vscode.FileSystemError {
  return vscode.FileSystemError.NoPermissions(
    vscode.l10n.t('What a run has recorded is shown read-only.'),
  );
}
