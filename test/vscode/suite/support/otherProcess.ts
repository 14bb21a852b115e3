import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { silentLogger } from '../../../../src/base/logger';
import { RestStore } from '../../../../src/stores/rest/restStore';

/** A tracking server of another process on a store, as a training script's wrapper would be; ends with `dispose`. */
export class OtherProcess implements AsyncDisposable {
  private constructor(
    private readonly child: ReturnType<typeof spawn>,
    readonly url: string,
    readonly store: RestStore,
  ) {}

  /** @param cwd below it lie the artifacts that go through this server */
  static async on(trackingUri: string, cwd = tmpdir()): Promise<OtherProcess> {
    const cli = path.join(process.env['TRACKER_PROJECT'] ?? process.cwd(), 'dist/cli.js');
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
