import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Workspace } from './workspace';

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Its process group: it may have several processes. */
  readonly group: number;
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
  port: number,
  startedAt: number,
): Promise<RunningServer> {
  const url = `http://127.0.0.1:${port}`;
  const stop = stopper(child);
  for (;;) {
    if (child.exitCode !== null) {
      throw new Error(`the server for ${url} ended with ${child.exitCode}`);
    }
    try {
      const response = await fetch(`${url}/health`, { headers: { connection: 'close' } });
      // Unread, it would keep its connection until the server goes away, and this program with it.
      await response.text();
      if (response.ok) {
        const readyMs = performance.now() - startedAt;
        return { url, port, group: child.pid ?? 0, readyMs, stop };
      }
    } catch {
      // Not listening yet: asked again below until the process ends or answers.
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

interface Program {
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly showsErrors?: boolean;
}

async function launch(workspace: Workspace, program: Program): Promise<RunningServer> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(program.command, program.args(port), {
    stdio: ['ignore', 'ignore', program.showsErrors ? 'inherit' : 'ignore'],
    detached: true,
    cwd: workspace.root,
    env: { ...process.env, ...program.env },
  });
  const server = await started(child, port, startedAt);
  workspace.onClose(() => server.stop());
  return server;
}

/** Our server as people run it, the built `dist/cli.js`. */
export function startOurServer(workspace: Workspace, trackingUri: string): Promise<RunningServer> {
  const cli = path.join(workspace.project, 'dist', 'cli.js');
  return launch(workspace, {
    command: process.execPath,
    args: port => [cli, 'server', '--tracking-uri', trackingUri, '--port', `${port}`],
    showsErrors: true,
  });
}

/** MLflow's own server with its defaults. */
export function startMlflowServer(
  workspace: Workspace,
  trackingUri: string,
): Promise<RunningServer> {
  return launch(workspace, {
    command: workspace.python,
    args: port => [
      ...['-m', 'mlflow', 'server', '--backend-store-uri', trackingUri],
      ...['--port', `${port}`],
    ],
    env: {
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_ALLOW_FILE_STORE: 'true',
      PYTHONPATH: path.join(workspace.project, '.test-env', 'python-extras'),
    },
  });
}

/** FastTrackML with its defaults. @param databaseUri such as `sqlite:///FILE` or `postgres://…` */
export function startFastTrackMl(
  workspace: Workspace,
  databaseUri: string,
): Promise<RunningServer> {
  return launch(workspace, {
    command: path.join(workspace.project, '.test-env', 'fasttrackml-0.6.0', 'bin', 'fml'),
    args: port => [
      ...['server', '--database-uri', databaseUri],
      ...['--listen-address', `127.0.0.1:${port}`, '--log-level', 'error'],
    ],
  });
}
