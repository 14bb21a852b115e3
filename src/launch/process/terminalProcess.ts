import { constants } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import type { IPty, spawn as spawnInTerminal } from '@lydell/node-pty';
import { DisposableStore, toDisposable } from '../../base/disposable';
import { findExecutable } from './findExecutable';
import { killGroup, SignalRelay } from './signalRelay';
import {
  processEnd,
  type ProcessEnd,
  type ProcessOptions,
  type SupervisedProcess,
} from './supervisedProcess';

export type SpawnInTerminal = typeof spawnInTerminal;

/** The system gives no pseudo-terminal, or the part of `@lydell/node-pty` for it does not work here. */
export class PseudoTerminalError extends Error {}

const CTRL_C = 0x03;
const CTRL_BACKSLASH = 0x1c;
const CTRL_Z = 0x1a;
/** Where the terminal does not tell its size, as while VS Code opens one. */
const DEFAULT_SIZE = { cols: 80, rows: 24 };

/**
 * A script in a pseudo-terminal of its own inside the wrapper's terminal: it finds a terminal for its colours, prompts and
 * progress bars, every key goes to it, and what it writes is seen on the way.
 */
export class TerminalProcess implements SupervisedProcess {
  private readonly resources = new DisposableStore();
  private pty: IPty | undefined;
  private signals: SignalRelay | undefined;
  private exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }> | undefined;

  constructor(
    private readonly options: ProcessOptions,
    private readonly spawn: SpawnInTerminal,
  ) {}

  get pid(): number | undefined {
    return this.pty?.pid;
  }

  async started(): Promise<void> {
    const { command, args, cwd, env } = this.options;
    // A pseudo-terminal only shows the failure of `exec`.
    const file = await findExecutable(command, cwd, env);
    const pty = this.open(file, args, cwd, env);
    this.pty = pty;
    this.exited = new Promise(resolve =>
      pty.onExit(({ exitCode, signal }) =>
        resolve(signal ? { code: null, signal: nameOf(signal) } : { code: exitCode, signal: null }),
      ),
    );
    this.signals = new SignalRelay({
      graceMs: this.options.graceMs,
      hasAlready: () => false,
      kill: signal => this.kill(signal),
    });
    this.resources.add(this.signals);
    // A terminal that is closed under us is told by SIGHUP; what is written or read after that fails, until the very end.
    for (const stream of [process.stdin, process.stdout, process.stderr]) {
      stream.on('error', () => {});
    }
    this.showOutput(pty);
    this.passKeys(pty);
  }

  stop(): void {
    this.signals?.stop();
  }

  async ended(): Promise<ProcessEnd> {
    if (this.exited === undefined) {
      throw new TypeError('The process has not been started');
    }
    const { code, signal } = await this.exited;
    const endedAtMs = Date.now();
    this.resources.dispose();
    return processEnd(code, signal, endedAtMs, this.signals?.signalledAtMs);
  }

  private open(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): IPty {
    try {
      return this.spawn(file, [...args], {
        name: env['TERM'] ?? 'xterm-256color',
        ...sizeOfTerminal(),
        cwd,
        env: withoutUndefined(env),
        encoding: null,
      });
    } catch (error) {
      throw new PseudoTerminalError('There is no pseudo-terminal to be had', { cause: error });
    }
  }

  private showOutput(pty: IPty): void {
    const { stdout } = process;
    // With `encoding: null` chunks are buffers, which the typings do not know.
    pty.onData((chunk: string | Buffer) => {
      const bytes = Buffer.from(chunk as Buffer);
      this.options.onOutput(bytes, 'terminal');
      if (!stdout.write(forOuterTerminal(bytes))) {
        pty.pause();
        stdout.once('drain', () => pty.resume());
      }
    });
    const onResize = (): void => {
      const { cols, rows } = sizeOfTerminal();
      pty.resize(cols, rows);
    };
    stdout.on('resize', onResize);
    this.resources.add(toDisposable(() => stdout.off('resize', onResize)));
  }

  private passKeys(pty: IPty): void {
    const { stdin } = process;
    const decoder = new StringDecoder('utf8');
    const onData = (keys: Buffer): void => {
      if (keys.length === 1 && keys[0] === CTRL_Z && process.platform !== 'win32') {
        this.suspend(pty);
        return;
      }
      if (keys.includes(CTRL_C) || keys.includes(CTRL_BACKSLASH)) {
        this.signals?.note();
      }
      pty.write(decoder.write(keys));
    };
    setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
    this.resources.add(
      toDisposable(() => {
        stdin.off('data', onData);
        stdin.pause();
        setRawMode(false);
      }),
    );
  }

  /**
   * Ctrl-Z: script and wrapper stop together, as one job of the shell, and go on together. Where there is no shell, which
   * could wake them, the system does not stop the wrapper either, and both go on at once.
   */
  private suspend(pty: IPty): void {
    setRawMode(false);
    killGroup(pty.pid, 'SIGSTOP');
    process.kill(process.pid, 'SIGTSTP');
    // Stopped here until the shell wakes this process.
    setTimeout(() => this.goOn(pty), 0);
  }

  private goOn(pty: IPty): void {
    setRawMode(true);
    const { cols, rows } = sizeOfTerminal();
    pty.resize(cols, rows);
    killGroup(pty.pid, 'SIGCONT');
  }

  private kill(signal: NodeJS.Signals): void {
    const { pty } = this;
    if (pty === undefined) {
      return;
    }
    if (process.platform === 'win32') {
      pty.kill();
    } else {
      killGroup(pty.pid, signal);
    }
  }
}

/**
 * The terminal around this process makes CR LF of a line feed, also in Node's raw mode: the one that the script's own has put
 * there would be doubled, and who reads the lines, as problem matchers do, would find an empty one after each.
 */
function forOuterTerminal(bytes: Buffer): Buffer {
  return process.platform === 'win32' || !bytes.includes('\r\n')
    ? bytes
    : Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

/** A terminal that is closed has no modes any more. */
function setRawMode(isRaw: boolean): void {
  try {
    process.stdin.setRawMode(isRaw);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EIO')) {
      throw error;
    }
  }
}

function sizeOfTerminal(): { readonly cols: number; readonly rows: number } {
  const { columns, rows } = process.stdout;
  return { cols: columns || DEFAULT_SIZE.cols, rows: rows || DEFAULT_SIZE.rows };
}

function withoutUndefined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function nameOf(number: number): NodeJS.Signals {
  const [name] = Object.entries(constants.signals).find(([, signal]) => signal === number) ?? [];
  return (name ?? 'SIGKILL') as NodeJS.Signals;
}
