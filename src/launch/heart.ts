import type { Logger } from '../base/logger';
import type { KeyValue, RunId } from '../tracking/entities';
import { encodeHeartbeat, HEARTBEAT_MS, HEARTBEAT_TAG, STOP_TAG } from '../tracking/heartbeat';
import type { TrackingStore } from '../tracking/trackingStore';
import { ownStartMs, thisHost } from './process/processIdentity';
import { reportFailure } from './reportFailure';

export interface HeartOptions {
  readonly store: TrackingStore;
  /** The runs of the session that are not over. */
  readonly runningRuns: () => readonly RunId[];
  /** Somebody who cannot send a signal wants the script to end. Called once. */
  readonly onStopRequested: () => void;
  readonly logger: Logger;
  /** For tests. */
  readonly intervalMs?: number;
}

/**
 * Says at regular times that somebody looks after the session's runs, so that runs whose wrapper was killed can be told from
 * those that go on; and sees, at the same times, whether somebody asks for their end.
 */
export class Heart {
  private readonly processStartMs = ownStartMs();
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private hasFailed = false;
  private isStopRequested = false;

  constructor(private readonly options: HeartOptions) {}

  /** For a run that is being made. */
  tag(): KeyValue {
    const value = encodeHeartbeat({
      host: thisHost(),
      pid: process.pid,
      processStartMs: this.processStartMs,
      atMs: Date.now(),
    });
    return { key: HEARTBEAT_TAG, value };
  }

  start(): void {
    this.timer = setInterval(() => {
      // A store that is slower than the beat gets no second one meanwhile.
      this.underWay ??= this.beat().finally(() => (this.underWay = undefined));
    }, this.options.intervalMs ?? HEARTBEAT_MS);
    this.timer.unref();
  }

  /** Resolves when the last beat is through. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.underWay;
  }

  private async beat(): Promise<void> {
    const { store, runningRuns, onStopRequested, logger } = this.options;
    for (const runId of runningRuns()) {
      try {
        await store.setTag(runId, this.tag());
        if (!this.isStopRequested && (await this.isAskedToStop(runId))) {
          this.isStopRequested = true;
          onStopRequested();
        }
      } catch (error) {
        if (!this.hasFailed) {
          this.hasFailed = true;
          reportFailure(logger, 'tell that the run goes on', error);
        }
      }
    }
  }

  private async isAskedToStop(runId: RunId): Promise<boolean> {
    const { data } = await this.options.store.getRun(runId);
    return data.tags.some(({ key }) => key === STOP_TAG);
  }
}
