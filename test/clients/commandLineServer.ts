import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = join(import.meta.dirname, '../../dist/cli.js');

/** A running `mlflow-tracker server` process. */
export interface ServerProcess {
  readonly url: string;
  /** Asks it to stop and waits until it has. */
  close(): Promise<void>;
}

/** Starts the built command line as a user does, on a free port of loopback. */
export async function startCommandLineServer(options: {
  readonly trackingUri: string;
  readonly token: string;
  readonly workingDir: string;
}): Promise<ServerProcess> {
  if (!existsSync(program)) {
    throw new Error(`there is no ${program}: npm run build makes it`);
  }
  const child = spawn(
    process.execPath,
    [
      program,
      'server',
      '--tracking-uri',
      options.trackingUri,
      '--port',
      '0',
      '--token-env',
      'TEST_TOKEN',
    ],
    {
      cwd: options.workingDir,
      env: { PATH: process.env['PATH'], TEST_TOKEN: options.token },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const firstLine = once(createInterface({ input: child.stdout }), 'line').then(([line]) =>
    String(line),
  );
  const line = await Promise.race([
    firstLine,
    exited.then(([code]) => Promise.reject(new Error(`the server ended with ${String(code)}`))),
  ]);
  const url = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
  if (url === undefined) {
    child.kill();
    throw new Error(`the server's first line was: ${line}`);
  }
  return {
    url,
    async close() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
