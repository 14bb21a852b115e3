import type { Metric } from '../tracking/entities';
import { LIMITS } from '../tracking/validation';

export interface MetricBufferOptions {
  /** Stores up to 1,000 points, all or none. */
  readonly send: (points: readonly Metric[]) => Promise<void>;
  /** Told at once, and again by the next `flush`. */
  readonly onLost: (points: number, reason: unknown) => void;
  /** ms that a point waits for others at most. */
  readonly intervalMs: number;
}

/** Points that may wait for the server before whoever logs has to. */
const ROOM = 10 * LIMITS.metricsPerBatch;

/**
 * Collects points and sends them in the background, in order, one full batch after the other. What waits keeps the process
 * alive until it is sent.
 */
export class MetricBuffer {
  private waiting: Metric[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private failure: { readonly reason: unknown } | undefined;

  constructor(private readonly options: MetricBufferOptions) {}

  /** Resolves as soon as there is room for more. */
  async add(points: readonly Metric[]): Promise<void> {
    for (const point of points) {
      this.waiting.push(point);
    }
    if (this.waiting.length >= LIMITS.metricsPerBatch) {
      void this.drain();
    } else if (this.sending === undefined) {
      this.timer ??= setTimeout(() => void this.drain(), this.options.intervalMs);
    }
    while (this.waiting.length > ROOM) {
      await this.drain();
    }
  }

  /** Resolves when everything that was added is stored; rejects with the first reason for which something was not. */
  async flush(): Promise<void> {
    while (this.waiting.length > 0 || this.sending !== undefined) {
      await this.drain();
    }
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) {
      throw failure.reason;
    }
  }

  private drain(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
    });
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, LIMITS.metricsPerBatch);
      try {
        await this.options.send(batch);
      } catch (reason) {
        this.failure ??= { reason };
        this.options.onLost(batch.length, reason);
      }
    }
  }
}
