import * as vscode from 'vscode';
import type { FileInfo } from '../../artifacts/artifactRepository';
import { TrackingError } from '../../tracking/trackingError';
import type { GetClient } from '../model/runDetails';
import { parseArtifactUri } from './artifactUri';
import { ArtifactWatch } from './artifactWatch';
import { ReadOnlyFileSystem } from './readOnlyFileSystem';

/** More would be copied through the extension host into an editor that cannot show it. */
const MAX_BYTES = 256 * 1024 * 1024;

/** The artifacts of runs as read-only files, so that they open, diff and search in VS Code's own editors. */
export class ArtifactFileSystem extends ReadOnlyFileSystem {
  constructor(private readonly getClient: GetClient) {
    super();
  }

  /** Artifacts have no change events: those of a run that goes on are looked at while they are open. */
  watch(uri: vscode.Uri): vscode.Disposable {
    const watch = new ArtifactWatch(uri, this.getClient, () => this.tellChange(uri));
    return new vscode.Disposable(() => watch.dispose());
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { runId, path } = parseArtifactUri(uri);
    if (path === '') {
      return this.statOf(uri, 0, vscode.FileType.Directory);
    }
    const folder = path.split('/').slice(0, -1).join('/');
    const file = (await this.list(uri, runId, folder)).find(one => one.path === path);
    if (!file) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    const type = file.isDir ? vscode.FileType.Directory : vscode.FileType.File;
    return this.statOf(uri, file.fileSize ?? 0, type);
  }

  override async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const { runId, path } = parseArtifactUri(uri);
    return (await this.list(uri, runId, path)).map(file => [
      file.path.split('/').at(-1) ?? file.path,
      file.isDir ? vscode.FileType.Directory : vscode.FileType.File,
    ]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { runId, path } = parseArtifactUri(uri);
    try {
      const client = await this.getClient();
      const { stream, size } = await client.readArtifact(runId, path);
      if (size !== undefined && size > MAX_BYTES) {
        await stream.cancel();
        throw vscode.FileSystemError.Unavailable(
          vscode.l10n.t('The file is too large to open here. Save it to disk instead.'),
        );
      }
      return new Uint8Array(await new Response(stream).arrayBuffer());
    } catch (error) {
      throw asFileSystemError(error, uri);
    }
  }

  private async list(uri: vscode.Uri, runId: string, path: string): Promise<readonly FileInfo[]> {
    try {
      const client = await this.getClient();
      return await client.listArtifacts(runId, path);
    } catch (error) {
      throw asFileSystemError(error, uri);
    }
  }
}

function asFileSystemError(error: unknown, uri: vscode.Uri): unknown {
  return TrackingError.is(error, 'RESOURCE_DOES_NOT_EXIST') || TrackingError.is(error, 'NOT_FOUND')
    ? vscode.FileSystemError.FileNotFound(uri)
    : error;
}
