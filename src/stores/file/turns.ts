import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 12;

/** Lets other requests in while a long synchronous job runs: call `next()` between its pieces. */
export class Turns {
  private deadline = performance.now() + SLICE_MS;

  constructor(private readonly signal: AbortSignal | undefined) {}

  /** Resolves at once most of the time; otherwise after a turn of the event loop. Throws when the call was cancelled. */
  next(): Promise<void> | undefined {
    return performance.now() < this.deadline ? undefined : this.giveWay();
  }

  private async giveWay(): Promise<void> {
    await setImmediate();
    this.signal?.throwIfAborted();
    this.deadline = performance.now() + SLICE_MS;
  }
}
