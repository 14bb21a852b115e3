import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';
import { credentialsToEnvironment, type Credentials } from '../../http/credentials';

export interface ServerLaunch {
  /** `dist/cli.js`. */
  readonly cliPath: string;
  /** Empty: the default store of `workingDir`. */
  readonly trackingUri: string;
  /** Where a relative URI and the default store are looked for. */
  readonly workingDir: string;
  readonly credentials: Credentials | undefined;
}

/** Why a server stopped before it was ready; `message` is its own last words, one sentence for a person. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

const TOKEN_VARIABLE = 'MLFLOW_TRACKER_SERVER_TOKEN';
const READY = /^listening on (http:\/\/\S+)$/;
/** ms between the polite signal and the final one. */
const GRACE_MS = 3000;

/**
 * Our tracking server in a child process: this very Node (or Electron as Node) with `dist/cli.js server` on a free port
 * of the loopback. It ends when the pipe to its stdin closes, so also when this process is killed. Token, credentials and
 * the tracking URI, which may hold a password, travel in the environment, never in the arguments.
 */
export class ServerProcess implements Disposable {
  private readonly startedAt = Date.now();
  /** Resolves with how long the process lived in ms. */
  readonly exited: Promise<number>;

  private constructor(
    readonly baseUrl: string,
    readonly token: string,
    private readonly child: ChildProcess,
    exited: Promise<unknown>,
  ) {
    this.exited = exited.then(() => Date.now() - this.startedAt);
  }

  /** Resolves when the server listens. Throws `ServerStartError`, or the signal's reason. */
  static async start(
    launch: ServerLaunch,
    logger: Logger,
    signal?: AbortSignal,
  ): Promise<ServerProcess> {
    signal?.throwIfAborted();
    const token = randomBytes(32).toString('base64url');
    const args = ['server', '--host', '127.0.0.1', '--port', '0'];
    const child = spawn(
      process.execPath,
      [launch.cliPath, ...args, '--token-env', TOKEN_VARIABLE, '--exit-with-stdin'],
      {
        cwd: launch.workingDir,
        env: serverEnvironment(launch, token),
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
      },
    );
    const exited = new Promise<void>(resolve => {
      child.once('error', error => {
        logger.error('The tracking server could not be started', error);
        resolve();
      });
      child.once('close', (code, endSignal) => {
        logger.info(`Tracking server ended (${endSignal ?? code})`);
        resolve();
      });
    });
    // Writing to a process that has ended is no fault of ours; its end is reported above.
    child.stdin.on('error', () => undefined);
    let lastWords = '';
    createInterface({ input: child.stderr }).on('line', line => {
      // The frames of a stack are for the log, not for people.
      lastWords = /^\s*(at |$)/.test(line) ? lastWords : line.trim();
      logger.info(`[server] ${line}`);
    });
    const onAbort = () => stop(child);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const url = await Promise.race([readyLine(child), exited.then(() => undefined)]);
      signal?.throwIfAborted();
      if (url === undefined) {
        throw new ServerStartError(lastWords || 'The tracking server ended before it was ready.');
      }
      logger.info(`Tracking server ready at ${url}`);
      return new ServerProcess(url, token, child, exited);
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  dispose(): void {
    stop(this.child);
  }
}

function readyLine(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', line => {
        const url = READY.exec(line)?.[1];
        if (url !== undefined) {
          resolve(url);
        }
      });
    }
  });
}

function stop(child: ChildProcess): void {
  child.stdin?.end();
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  timer.unref();
  child.once('close', () => clearTimeout(timer));
}

/** How a person has set up servers of their own: not for the one of this window. */
const OTHER_SERVERS =
  /^MLFLOW_(SERVER_.*|BACKEND_STORE_URI|DEFAULT_ARTIFACT_ROOT|ARTIFACTS_DESTINATION|ARTIFACTS_ONLY|SERVE_ARTIFACTS)$/;

function serverEnvironment(launch: ServerLaunch, token: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !OTHER_SERVERS.test(name));
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited),
    ELECTRON_RUN_AS_NODE: '1',
    // node:sqlite is announced as experimental on every start of Node 22.
    NODE_NO_WARNINGS: '1',
    [TOKEN_VARIABLE]: token,
  };
  // The editor's own options (inspector, loaders) are not for this process.
  delete env['NODE_OPTIONS'];
  if (launch.trackingUri !== '') {
    env['MLFLOW_TRACKING_URI'] = launch.trackingUri;
  }
  for (const [name, value] of Object.entries(credentialsToEnvironment(launch.credentials))) {
    if (value === null) {
      delete env[name];
    } else {
      env[name] = value;
    }
  }
  return env;
}
