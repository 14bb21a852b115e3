import { spawn } from 'node:child_process';
import { constants as bufferLimits } from 'node:buffer';

export interface GitOptions {
  /** Directory in which git looks for the repository. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** ms after which git is stopped. */
  readonly timeoutMs: number;
  /** Bytes of output that are kept; the rest is read and dropped. */
  readonly maxBytes?: number;
}

export interface GitAnswer {
  /** git's exit code; absent when git is missing, was stopped or could not start. */
  readonly exitCode?: number;
  readonly stdout: string;
  /** True when `stdout` was cut at `maxBytes`. */
  readonly truncated: boolean;
  readonly stderr: string;
}

/**
 * Runs git read-only: it takes no lock, asks for nothing and fetches nothing. Variables that point git at another
 * repository (set inside hooks, for instance) are ignored, because the question is always "where does this file live".
 * Never rejects.
 */
export function runGit(args: readonly string[], options: GitOptions): Promise<GitAnswer> {
  const maxBytes = options.maxBytes ?? bufferLimits.MAX_STRING_LENGTH;
  return new Promise(resolve => {
    const child = spawn('git', [...args], {
      cwd: options.cwd,
      env: readOnlyEnvironment(options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    const stdout = collect(child.stdout, maxBytes);
    const stderr = collect(child.stderr, 4_000);
    const answer = (exitCode: number | null): void =>
      resolve({
        ...(exitCode === null ? {} : { exitCode }),
        stdout: stdout.text(),
        truncated: stdout.truncated(),
        stderr: stderr.text(),
      });
    child.once('error', () => answer(null));
    child.once('close', answer);
  });
}

const POINTERS_ELSEWHERE = new Set(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX']);

function readOnlyEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !POINTERS_ELSEWHERE.has(name))),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  };
}

function collect(
  stream: NodeJS.ReadableStream,
  maxBytes: number,
): { text(): string; truncated(): boolean } {
  const chunks: Buffer[] = [];
  let kept = 0;
  let seen = 0;
  stream.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    const part = chunk.subarray(0, Math.max(0, maxBytes - kept));
    kept += part.length;
    chunks.push(part);
  });
  return {
    text: () => Buffer.concat(chunks).toString('utf8'),
    truncated: () => seen > kept,
  };
}
