import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
type ForwardedSignal = (typeof FORWARDED)[number];

export interface SignalRelayOptions {
  readonly graceMs: number;
  /** Whether the script has the signal already, as it has Ctrl-C from a terminal that it shares with the wrapper. */
  readonly hasAlready: (signal: ForwardedSignal) => boolean;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Passes the wrapper's signals on to the script, and SIGKILL after a while to one that does not end. */
export class SignalRelay implements Disposable {
  /** ms since epoch of the first signal. */
  signalledAtMs: number | undefined;
  private readonly resources = new DisposableStore();

  constructor(private readonly options: SignalRelayOptions) {
    for (const signal of FORWARDED) {
      const listener = (): void => this.passOn(signal);
      process.on(signal, listener);
      this.resources.add(toDisposable(() => process.off(signal, listener)));
    }
  }

  /** Somebody has asked the script to end, by a signal or by a key. */
  note(): void {
    this.signalledAtMs ??= Date.now();
  }

  /** Asks the script to end as Ctrl-C does, then as a system does that shuts down, then makes it. */
  stop(): void {
    this.note();
    this.options.kill('SIGINT');
    this.later(1, 'SIGTERM');
    this.later(2, 'SIGKILL');
  }

  dispose(): void {
    this.resources.dispose();
  }

  private passOn(signal: ForwardedSignal): void {
    this.note();
    if (!this.options.hasAlready(signal)) {
      this.options.kill(signal);
    }
    if (signal === 'SIGTERM' || signal === 'SIGHUP') {
      this.later(1, 'SIGKILL');
    }
  }

  private later(graces: number, signal: NodeJS.Signals): void {
    const timer = setTimeout(() => this.options.kill(signal), graces * this.options.graceMs);
    this.resources.add(toDisposable(() => clearTimeout(timer)));
  }
}

/** Signals a process group; one that has ended meanwhile needs none. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
      throw error;
    }
  }
}
