import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { silentLogger } from '../../../../src/base/logger';
import { RestStore } from '../../../../src/stores/rest/restStore';

/** A tracking server of another process on a store, as a training script's wrapper would be; ends with `dispose`. */
export class OtherProcess implements AsyncDisposable {
  private constructor(
    private readonly child: ReturnType<typeof spawn>,
    readonly url: string,
    readonly store: RestStore,
  ) {}

  static async on(trackingUri: string): Promise<OtherProcess> {
    // Artifacts that go through a server lie below its working directory, so both servers need the same one.
    const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    const cli = path.join(process.env['TRACKER_PROJECT'] ?? '', 'dist/cli.js');
    const child = spawn(
      process.execPath,
      [cli, 'server', '--tracking-uri', trackingUri, '--port', '0', '--exit-with-stdin'],
      {
        cwd,
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const url = line.replace('listening on ', '');
    return new OtherProcess(child, url, new RestStore({ baseUrl: url, logger: silentLogger }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.stdin?.end();
    await ended;
  }
}
