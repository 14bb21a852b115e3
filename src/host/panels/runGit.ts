import { spawn } from 'node:child_process';

export interface GitOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** What git said when it failed. */
export class GitError extends Error {
  override readonly name = 'GitError';

  constructor(
    message: string,
    /** ENOENT when there is no git. */
    readonly code: string | number | null,
  ) {
    super(message);
  }
}

/** Nothing in a repository's own configuration may start a program or change anything because we look at it. */
const HARMLESS = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];
const QUIET_ENV = {
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  LC_ALL: 'C',
};

/** Runs git and resolves with its standard output. Rejects with `GitError`, or with the signal's reason. */
export function runGit(git: string, args: readonly string[], options: GitOptions): Promise<Buffer> {
  const { cwd, env, input, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(git, [...HARMLESS, ...args], {
      cwd,
      env: { ...process.env, ...QUIET_ENV, ...env },
      stdio: 'pipe',
      windowsHide: true,
      ...(signal ? { signal } : {}),
    });
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        signal?.aborted ? toError(signal.reason) : new GitError(error.message, error.code ?? null),
      );
    });
    child.on('close', code => {
      if (code === 0) {
        resolve(Buffer.concat(output));
      } else {
        reject(new GitError(Buffer.concat(complaints).toString('utf8').trim(), code));
      }
    });
    // A git that ends early closes the pipe; its exit code tells why.
    child.stdin.on('error', () => child.stdin.destroy());
    child.stdin.end(input);
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
