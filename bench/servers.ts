import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Workspace } from './workspace';

export interface RunningServer {
  readonly url: string;
  /** ms from spawn to the first answer. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

function stopper(child: ChildProcess): () => Promise<void> {
  return () =>
    new Promise(resolve => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
        resolve();
        return;
      }
      child.once('exit', () => {
        resolve();
      });
      // The peer starts worker processes: the whole group goes.
      process.kill(-child.pid, 'SIGKILL');
    });
}

async function started(
  child: ChildProcess,
  url: string,
  startedAt: number,
): Promise<RunningServer> {
  const stop = stopper(child);
  for (;;) {
    if (child.exitCode !== null) {
      throw new Error(`the server for ${url} ended with ${child.exitCode}`);
    }
    try {
      const response = await fetch(`${url}/health`);
      if (response.ok) {
        return { url, readyMs: performance.now() - startedAt, stop };
      }
    } catch {
      // Not listening yet: asked again below until the process ends or answers.
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** Our server as people run it, the built `dist/cli.js`. */
export async function startOurServer(
  workspace: Workspace,
  trackingUri: string,
): Promise<RunningServer> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      path.join(workspace.project, 'dist', 'cli.js'),
      'server',
      '--tracking-uri',
      trackingUri,
      '--port',
      `${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], detached: true, cwd: workspace.root },
  );
  const server = await started(child, `http://127.0.0.1:${port}`, startedAt);
  workspace.onClose(server.stop);
  return server;
}

/** MLflow's own server with its defaults. */
export async function startMlflowServer(
  workspace: Workspace,
  trackingUri: string,
): Promise<RunningServer> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(
    workspace.python,
    ['-m', 'mlflow', 'server', '--backend-store-uri', trackingUri, '--port', `${port}`],
    {
      stdio: 'ignore',
      detached: true,
      cwd: workspace.root,
      env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_ALLOW_FILE_STORE: 'true' },
    },
  );
  const server = await started(child, `http://127.0.0.1:${port}`, startedAt);
  workspace.onClose(server.stop);
  return server;
}
