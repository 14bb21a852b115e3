import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

import { pythonExtras, requireEnvironment, type MlflowEnvironment } from './mlflowEnvironments';

type Reply = { readonly ok: unknown } | { readonly error: string };

/** One Python process with MLflow loaded; `python/driver.py` runs the commands one after the other. */
export class PythonDriver {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly replies: AsyncIterator<string>;
  private readonly lines: Interface;
  private diagnostics = '';
  private turn: Promise<unknown> = Promise.resolve();

  /**
   * @param workingDir a folder that may be littered: MLflow makes `mlruns` in it
   * @param variables beside those that every test needs, or in place of them
   */
  constructor(
    environment: MlflowEnvironment,
    workingDir: string,
    variables: Readonly<Record<string, string>> = {},
  ) {
    requireEnvironment(environment);
    this.child = spawn(environment.python, [join(import.meta.dirname, 'python/driver.py')], {
      cwd: workingDir,
      env: { ...pythonEnvironment(workingDir, environment), ...variables },
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.diagnostics = (this.diagnostics + text).slice(-4000);
    });
    // Writing to a process that has died fails; its missing reply tells more.
    this.child.stdin.on('error', () => undefined);
    this.lines = createInterface({ input: this.child.stdout });
    this.replies = this.lines[Symbol.asyncIterator]();
  }

  /** @throws Error with Python's traceback when the command fails */
  ask<T>(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const answer = this.turn.then(async () => {
      this.child.stdin.write(`${JSON.stringify({ command, arguments: args })}\n`);
      const line = await this.replies.next();
      if (line.done === true) {
        throw new Error(`Python ended during ${command}:\n${this.diagnostics}`);
      }
      const reply = JSON.parse(line.value) as Reply;
      if ('error' in reply) {
        throw new Error(`${command}: ${reply.error}`);
      }
      return reply.ok as T;
    });
    this.turn = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.stdin.end();
      await exited;
    }
    this.lines.close();
  }
}

/** Nothing of the caller's settings, no telemetry, and nothing beyond loopback: the proxy for it does not exist. */
export function pythonEnvironment(
  home: string,
  { pythonPath }: Pick<MlflowEnvironment, 'pythonPath'> = {},
): NodeJS.ProcessEnv {
  const { PATH, SYSTEMROOT } = process.env;
  return {
    PATH,
    SYSTEMROOT,
    HOME: home,
    USERPROFILE: home,
    PYTHONPATH: [...(pythonPath === undefined ? [] : [pythonPath]), pythonExtras].join(delimiter),
    PYTHONUTF8: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    MLFLOW_DISABLE_TELEMETRY: 'true',
    MLFLOW_ALLOW_FILE_STORE: 'true',
    MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true',
    // A 5xx of our server must fail the test, not be tried again for minutes.
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
    GIT_PYTHON_REFRESH: 'quiet',
    HTTP_PROXY: 'http://127.0.0.1:9',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    NO_PROXY: '127.0.0.1,localhost',
  };
}
