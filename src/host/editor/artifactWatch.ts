import type * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import type { GetClient } from '../model/runDetails';
import { shownStatusOf } from '../model/shownStatus';
import { parseArtifactUri } from './artifactUri';

/** ms between two looks at the file of a run that goes on. */
const LOOK_MS = 2_000;

/** Looks at an artifact that is open in an editor while its run goes on, and tells when it has changed: a live log. */
export class ArtifactWatch implements Disposable {
  private timer: NodeJS.Timeout | undefined;
  private size: number | undefined;
  private isDisposed = false;

  constructor(
    private readonly uri: vscode.Uri,
    private readonly getClient: GetClient,
    private readonly onChange: () => void,
  ) {
    void this.look();
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    let goesOn = true;
    try {
      goesOn = await this.isRunning();
      const size = await this.readSize();
      if (this.size !== undefined && size !== undefined && size !== this.size) {
        this.onChange();
      }
      this.size = size ?? this.size;
    } catch {
      // The server is away for a moment: the next look may be answered, and the status bar tells.
    }
    if (goesOn && !this.isDisposed) {
      this.timer = setTimeout(() => void this.look(), LOOK_MS);
    }
  }

  private async isRunning(): Promise<boolean> {
    const client = await this.getClient();
    return shownStatusOf(await client.getRun(parseArtifactUri(this.uri).runId)) === 'RUNNING';
  }

  private async readSize(): Promise<number | undefined> {
    const { runId, path } = parseArtifactUri(this.uri);
    const client = await this.getClient();
    const files = await client.listArtifacts(runId, path.split('/').slice(0, -1).join('/'));
    return files.find(file => file.path === path)?.fileSize;
  }
}
