import type { RunStatus } from '../tracking/entities';

/** What ends the process from outside, in a way that leaves it a moment. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** ms in which the runs of a process that was told to end must have been told. */
const GRACE_MS = 5_000;

/**
 * Calls `endAll` when the process comes to its end with runs still open: as FINISHED, as MLflow does at exit, as FAILED
 * when the exit code says so, and as KILLED on a signal that nobody else listens to.
 */
export class Endings {
  private watching = false;
  private readonly listeners = SIGNALS.map(signal => ({
    signal,
    listener: (): void => void this.endOnSignal(signal),
  }));

  constructor(private readonly endAll: (status: RunStatus) => Promise<void>) {}

  /** To be called when a run is started. */
  watch(): void {
    if (this.watching) {
      return;
    }
    this.watching = true;
    process.on('beforeExit', this.endAtExit);
    for (const { signal, listener } of this.listeners) {
      // A process that handles a signal itself decides what becomes of it.
      if (process.listenerCount(signal) === 0) {
        process.once(signal, listener);
      }
    }
  }

  /** To be called when no run is open any more: signals do again what they did before. */
  unwatch(): void {
    this.watching = false;
    process.off('beforeExit', this.endAtExit);
    for (const { signal, listener } of this.listeners) {
      process.off(signal, listener);
    }
  }

  private readonly endAtExit = (): void => {
    const failed = process.exitCode !== undefined && Number(process.exitCode) !== 0;
    void this.endAll(failed ? 'FAILED' : 'FINISHED');
  };

  private async endOnSignal(signal: NodeJS.Signals): Promise<void> {
    if (process.listenerCount(signal) > 0) {
      return;
    }
    const grace = setTimeout(() => process.kill(process.pid, signal), GRACE_MS);
    await this.endAll('KILLED');
    clearTimeout(grace);
    process.kill(process.pid, signal);
  }
}
