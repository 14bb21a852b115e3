import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { DisposableStore, toDisposable } from '../base/disposable';
import type { Ending } from './sessionRuns';

export interface SupervisedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** ms between the wrapper's SIGTERM or SIGHUP and SIGKILL for a script that does not end. */
  readonly graceMs: number;
  /**
   * Called with what the script writes. Only where neither stdout nor stderr is a terminal: a script must find the
   * terminal that it is shown in, for its colours and progress bars, and recording through a pseudo-terminal is not
   * done yet. Such a run has no console log.
   */
  readonly onOutput: (chunk: Buffer) => void;
}

export interface ProcessEnd extends Ending {
  /** As a shell gives it: 128 + n for signal n. */
  readonly exitCode: number;
  /** ms since epoch. */
  readonly endedAtMs: number;
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
type ForwardedSignal = (typeof FORWARDED)[number];

/** ms to wait for the rest of the output after the process has ended; a grandchild may hold the pipe open for hours. */
const LAST_OUTPUT_MS = 1_000;

/**
 * A script's process as it would run without the wrapper: same terminal, input, working directory and exit code.
 *
 * In a terminal it stays in the wrapper's process group, so that input, job control and Ctrl-C reach it from the terminal
 * itself; without one it leads a group of its own, to which the wrapper passes on its signals.
 */
export class SupervisedProcess {
  /** True when the output is seen by `onOutput`. */
  readonly capturesOutput: boolean;
  private readonly child: ChildProcess;
  private readonly ownsGroup: boolean;
  private readonly spawned: Promise<void>;
  private readonly exited: Promise<[number | null, NodeJS.Signals | null]>;
  private readonly closed: Promise<void>;
  private readonly resources = new DisposableStore();
  private signalledAtMs: number | undefined;

  /** Starts the process; {@link started} tells whether that worked. */
  constructor(private readonly options: SupervisedProcessOptions) {
    this.capturesOutput = !process.stdout.isTTY && !process.stderr.isTTY;
    this.ownsGroup = process.platform !== 'win32' && this.capturesOutput && !process.stdin.isTTY;
    const stdio: StdioOptions = this.capturesOutput ? ['inherit', 'pipe', 'pipe'] : 'inherit';
    this.child = spawn(options.command, [...options.args], {
      cwd: options.cwd,
      env: options.env,
      stdio,
      detached: this.ownsGroup,
    });
    this.spawned = new Promise((resolve, reject) => {
      this.child.once('spawn', resolve);
      this.child.once('error', reject);
    });
    this.exited = new Promise(resolve =>
      this.child.once('exit', (code, signal) => resolve([code, signal])),
    );
    this.closed = new Promise(resolve => this.child.once('close', () => resolve()));
    this.relay(this.child.stdout, process.stdout);
    this.relay(this.child.stderr, process.stderr);
    for (const signal of FORWARDED) {
      const listener = (): void => this.passOn(signal);
      process.on(signal, listener);
      this.resources.add(toDisposable(() => process.off(signal, listener)));
    }
  }

  /** Resolves when the process runs, rejects with Node's error (`code` ENOENT, EACCES, …) when it could not start. */
  async started(): Promise<void> {
    try {
      await this.spawned;
    } catch (error) {
      this.resources.dispose();
      throw error;
    }
  }

  /** Resolves when the process has ended and its output is through. The process must have started. */
  async ended(): Promise<ProcessEnd> {
    const [code, signal] = await this.exited;
    const endedAtMs = Date.now();
    const timer = setTimeout(() => {
      this.child.stdout?.destroy();
      this.child.stderr?.destroy();
    }, LAST_OUTPUT_MS);
    await this.closed;
    clearTimeout(timer);
    this.resources.dispose();
    return { ...this.ending(code, signal), exitCode: exitCodeOf(code, signal), endedAtMs };
  }

  private ending(code: number | null, signal: NodeJS.Signals | null): Ending {
    const { signalledAtMs } = this;
    const killed =
      signal !== null || isSignalExitCode(code ?? 0) || (code !== 0 && signalledAtMs !== undefined);
    return {
      outcome: killed ? 'KILLED' : code === 0 ? 'FINISHED' : 'FAILED',
      exitHandlersRan: signal === null || signal === 'SIGINT',
      ...(signalledAtMs === undefined ? {} : { signalledAtMs }),
    };
  }

  private passOn(signal: ForwardedSignal): void {
    this.signalledAtMs ??= Date.now();
    // Ctrl-C and Ctrl-\ in a terminal go to the whole process group: the script has it already, and a second one would
    // interrupt its clean-up.
    const fromTerminal = !this.ownsGroup && (signal === 'SIGINT' || signal === 'SIGQUIT');
    if (!fromTerminal) {
      this.kill(signal);
    }
    if (signal === 'SIGTERM' || signal === 'SIGHUP') {
      const timer = setTimeout(() => this.kill('SIGKILL'), this.options.graceMs);
      this.resources.add(toDisposable(() => clearTimeout(timer)));
    }
  }

  private kill(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (!this.ownsGroup || pid === undefined) {
      this.child.kill(signal);
      return;
    }
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // ESRCH: the group has ended meanwhile, which is what the signal was for.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
        throw error;
      }
    }
  }

  private relay(from: Readable | null, to: NodeJS.WriteStream): void {
    // The reader of our output may go away (`| head`, a closed terminal): then the script's next write fails as well.
    const onError = (): void => void from?.destroy();
    to.on('error', onError);
    if (from !== null) {
      from.on('data', this.options.onOutput);
      from.pipe(to, { end: false });
    }
  }
}

function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal];
}

/** Exit codes by which programs say that a signal ended them: SIGHUP, SIGINT, SIGKILL, SIGTERM. */
function isSignalExitCode(code: number): boolean {
  return [1, 2, 9, 15].some(signal => code === 128 + signal);
}
