import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Logger } from '../../base/logger';
import type { SessionAnswer, SessionMessage } from '../../launch/process/sessionProcess';
import { TrackingError } from '../../tracking/trackingError';

export interface DebugWrapperOptions {
  /** `dist/cli.js`. */
  readonly cliPath: string;
  /** Options of `mlflow-tracker run`. */
  readonly options: readonly string[];
  /** What the debugger runs, for the record. */
  readonly command: readonly string[];
  readonly workingDir: string;
  /** Added to the environment; null removes. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly onStop: () => void;
  readonly logger: Logger;
}

/** The wrapper of a script that a debugger runs: `mlflow-tracker run --session`. */
export class DebugWrapper {
  private constructor(
    private readonly child: ChildProcess,
    /** For the script's environment; null removes one. */
    readonly variables: Readonly<Record<string, string | null>>,
  ) {}

  /** Rejects with the wrapper's own last words when it cannot track. */
  static async start(options: DebugWrapperOptions): Promise<DebugWrapper> {
    const child = spawn(
      process.execPath,
      [options.cliPath, 'run', '--session', ...options.options, '--', ...options.command],
      {
        cwd: options.workingDir,
        env: environmentOf(options.env),
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
      },
    );
    // Writing to a wrapper that has ended is no fault of the debugger's.
    child.stdin.on('error', () => undefined);
    let lastWords = '';
    createInterface({ input: child.stderr }).on('line', line => {
      lastWords = line.trim() || lastWords;
      options.logger.info(`[run] ${line}`);
    });
    const variables = await new Promise<Readonly<Record<string, string | null>>>(
      (resolve, reject) => {
        createInterface({ input: child.stdout }).on('line', line => {
          const answer = JSON.parse(line) as SessionAnswer;
          if (answer.type === 'environment') {
            resolve(answer.variables);
          } else {
            options.onStop();
          }
        });
        child.once('error', reject);
        child.once('close', () =>
          reject(new TrackingError('INVALID_STATE', lastWords || 'The run could not be tracked.')),
        );
      },
    );
    return new DebugWrapper(child, variables);
  }

  say(message: SessionMessage): void {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** The script has ended; null for one that was made to. Also the end of this process, when the record is complete. */
  end(exitCode: number | null): void {
    this.say({ type: 'ended', exitCode });
    this.child.stdin?.end();
  }
}

function environmentOf(added: DebugWrapperOptions['env']): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ELECTRON_RUN_AS_NODE: '1',
    NODE_NO_WARNINGS: '1',
  };
  // The editor's own options (inspector, loaders) are not for this process.
  delete env['NODE_OPTIONS'];
  for (const [name, value] of Object.entries(added)) {
    if (value === null) {
      delete env[name];
    } else {
      env[name] = value;
    }
  }
  return env;
}
