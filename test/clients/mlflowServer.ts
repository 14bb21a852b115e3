import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import type { MlflowEnvironment } from './mlflowEnvironments';
import { pythonEnvironment } from './pythonDriver';

const START_TIMEOUT_MS = 90_000;

/** A running `mlflow server` of that MLflow. */
export interface MlflowServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @param folder where its artifacts go */
export async function startMlflowServer(
  environment: MlflowEnvironment,
  options: { readonly backendUri: string; readonly folder: string },
): Promise<MlflowServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    environment.python,
    [
      '-m',
      'mlflow',
      'server',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--workers',
      '1',
    ].concat([
      '--backend-store-uri',
      options.backendUri,
      '--artifacts-destination',
      options.folder,
    ]),
    {
      cwd: options.folder,
      // Without the workers for background jobs, which nothing here needs and which are slow to start.
      env: { ...pythonEnvironment(options.folder), MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
      stdio: ['ignore', 'ignore', 'pipe'],
      // Its workers are processes of their own: the group ends with it.
      detached: true,
    },
  );
  let diagnostics = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    diagnostics = (diagnostics + text).slice(-4000);
  });
  const close = () => endGroup(child);
  try {
    await untilHealthy(url, child);
  } catch (error) {
    await close();
    throw new Error(`mlflow server ${environment.version} does not start:\n${diagnostics}`, {
      cause: error,
    });
  }
  return { url, close };
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < end && child.exitCode === null) {
    const response = await fetch(`${url}/health`).catch(() => undefined);
    if (response?.ok) {
      return;
    }
    await delay(100);
  }
  throw new Error(child.exitCode === null ? 'no answer' : `it ended with ${child.exitCode}`);
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exited = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('no port is free');
  }
  return address.port;
}
