import { constants } from 'node:os';
import type { Ending } from '../sessionRuns';

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** ms between the wrapper's SIGTERM or SIGHUP and SIGKILL for a script that does not end. */
  readonly graceMs: number;
  /** Called with what the script writes, as it comes; not where it writes to a terminal that is not ours. */
  readonly onOutput: (chunk: Buffer, stream: OutputStream) => void;
}

/** A terminal shows stdout and stderr as one. */
export type OutputStream = 'stdout' | 'stderr' | 'terminal';

export interface ProcessEnd extends Ending {
  /** As a shell gives it: 128 + n for signal n. */
  readonly exitCode: number;
  /** ms since epoch. */
  readonly endedAtMs: number;
}

/** A script's process as it would run without the wrapper: same terminal, input, working directory and exit code. */
export interface SupervisedProcess {
  /** Process id of the script; undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Resolves when the process runs, rejects with Node's error (`code` ENOENT, EACCES, …) when it could not start. */
  started(): Promise<void>;
  /** Ends the script and its children: by SIGINT, after the grace by SIGTERM, after another by SIGKILL. */
  stop(): void;
  /** Resolves when the process has ended and its output is through. The process must have started. */
  ended(): Promise<ProcessEnd>;
}

/**
 * @param code the exit code; null when a signal ended the process
 * @param signalledAtMs ms since epoch when the first signal reached the wrapper or Ctrl-C was typed
 */
export function processEnd(
  code: number | null,
  signal: NodeJS.Signals | null,
  endedAtMs: number,
  signalledAtMs: number | undefined,
): ProcessEnd {
  const killed =
    signal !== null || isSignalExitCode(code ?? 0) || (code !== 0 && signalledAtMs !== undefined);
  return {
    outcome: killed ? 'KILLED' : code === 0 ? 'FINISHED' : 'FAILED',
    exitHandlersRan: signal === null || signal === 'SIGINT',
    ...(signalledAtMs === undefined ? {} : { signalledAtMs }),
    exitCode: signal === null ? (code ?? 1) : 128 + constants.signals[signal],
    endedAtMs,
  };
}

/** Exit codes by which programs say that a signal ended them: SIGHUP, SIGINT, SIGKILL, SIGTERM. */
function isSignalExitCode(code: number): boolean {
  return [1, 2, 9, 15].some(signal => code === 128 + signal);
}
