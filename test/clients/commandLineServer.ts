import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** What `npm run build` makes. */
export const commandLineProgram = join(import.meta.dirname, '../../dist/cli.js');

/** A running `mlflow-tracker server` process. */
export interface ServerProcess {
  readonly url: string;
  readonly token: string;
  /** Asks it to stop and waits until it has. */
  close(): Promise<void>;
  /** Ends it at once, with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts the built command line as a user does, on a free port of loopback. */
export async function startCommandLineServer(options: {
  readonly trackingUri: string;
  readonly token: string;
  readonly workingDir: string;
  /** The interpreter whose MLflow decides the schema of a new database; default: the newest schema. */
  readonly python?: string;
  /** Where artifacts of new experiments go; default: through the server. */
  readonly artifactRoot?: string;
}): Promise<ServerProcess> {
  if (!existsSync(commandLineProgram)) {
    throw new Error(`there is no ${commandLineProgram}: npm run build makes it`);
  }
  const child = spawn(
    process.execPath,
    [
      commandLineProgram,
      'server',
      '--tracking-uri',
      options.trackingUri,
      '--port',
      '0',
      '--token-env',
      'TEST_TOKEN',
      ...(options.artifactRoot === undefined ? [] : ['--artifact-root', options.artifactRoot]),
    ],
    {
      cwd: options.workingDir,
      env: { PATH: pathWith(options.python), TEST_TOKEN: options.token },
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
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await exited;
  };
  return { url, token: options.token, close: end('SIGTERM'), kill: end('SIGKILL') };
}

function pathWith(python: string | undefined): string {
  return python === undefined ? '' : [dirname(python), process.env['PATH']].join(delimiter);
}
