import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import { killGroup, SignalRelay } from './signalRelay';
import {
  processEnd,
  type OutputStream,
  type ProcessEnd,
  type ProcessOptions,
  type SupervisedProcess,
} from './supervisedProcess';

/** ms to wait for the rest of the output after the process has ended; a grandchild may hold the pipe open for hours. */
const LAST_OUTPUT_MS = 1_000;

/**
 * A script outside a terminal, whose output passes through the wrapper; or one in a terminal that the wrapper has no
 * pseudo-terminal for, which then has the real one and whose output is not seen.
 *
 * In a terminal it stays in the wrapper's process group, so that input, job control and Ctrl-C reach it from the terminal
 * itself; without one it leads a group of its own, to which the wrapper passes on its signals.
 */
export class PipedProcess implements SupervisedProcess {
  private readonly child: ChildProcess;
  private readonly ownsGroup: boolean;
  private readonly spawned: Promise<void>;
  private readonly exited: Promise<[number | null, NodeJS.Signals | null]>;
  private readonly closed: Promise<void>;
  private readonly signals: SignalRelay;

  /** Starts the process; {@link started} tells whether that worked. */
  constructor(private readonly options: ProcessOptions) {
    const isSeen = !process.stdout.isTTY && !process.stderr.isTTY;
    this.ownsGroup = process.platform !== 'win32' && isSeen && !process.stdin.isTTY;
    const stdio: StdioOptions = isSeen ? ['inherit', 'pipe', 'pipe'] : 'inherit';
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
    this.relay(this.child.stdout, process.stdout, 'stdout');
    this.relay(this.child.stderr, process.stderr, 'stderr');
    this.signals = new SignalRelay({
      graceMs: options.graceMs,
      // Ctrl-C and Ctrl-\ in a terminal go to the whole process group: the script has it already, and a second one would
      // interrupt its clean-up.
      hasAlready: signal => !this.ownsGroup && (signal === 'SIGINT' || signal === 'SIGQUIT'),
      kill: signal => this.kill(signal),
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  async started(): Promise<void> {
    try {
      await this.spawned;
    } catch (error) {
      this.signals.dispose();
      throw error;
    }
  }

  stop(): void {
    this.signals.stop();
  }

  async ended(): Promise<ProcessEnd> {
    const [code, signal] = await this.exited;
    const endedAtMs = Date.now();
    const timer = setTimeout(() => {
      this.child.stdout?.destroy();
      this.child.stderr?.destroy();
    }, LAST_OUTPUT_MS);
    await this.closed;
    clearTimeout(timer);
    this.signals.dispose();
    return processEnd(code, signal, endedAtMs, this.signals.signalledAtMs);
  }

  private kill(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (this.ownsGroup && pid !== undefined) {
      killGroup(pid, signal);
    } else {
      this.child.kill(signal);
    }
  }

  private relay(from: Readable | null, to: NodeJS.WriteStream, stream: OutputStream): void {
    // The reader of our output may go away (`| head`, a closed terminal): then the script's next write fails as well.
    const onError = (): void => void from?.destroy();
    to.on('error', onError);
    if (from !== null) {
      from.on('data', (chunk: Buffer) => this.options.onOutput(chunk, stream));
      from.pipe(to, { end: false });
    }
  }
}
