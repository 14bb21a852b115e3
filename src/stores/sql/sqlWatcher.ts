import { toDisposable } from '../../base/disposable';
import { Emitter, type Event } from '../../base/emitter';
import type { Logger } from '../../base/logger';
import type { StoreChange } from '../../tracking/trackingStore';
import { ChangeReader, EVERYTHING } from './changeReader';
import type { SqlDatabase } from './sqlDialect';

/** Between two looks at the change mark, ms. */
const POLL_MS = 400;
/** Own writes within this time are told together, ms. */
const BATCH_MS = 100;
/** What `ChangeReader` cannot see, such as an overwritten tag, is covered by a coarse event this long after, ms. */
const COARSE_DELAY_MS = 1400;

/** Tells listeners what changes in a database, by this process or any other. It looks only while someone listens. */
export class SqlWatcher {
  private readonly emitter = new Emitter<readonly StoreChange[]>();
  private readonly pending = new Map<string, StoreChange>();
  private readonly reader = new ChangeReader();
  private batchTimer: NodeJS.Timeout | undefined;
  private pollTimer: NodeJS.Timeout | undefined;
  private coarseTimer: NodeJS.Timeout | undefined;
  private mark: string | undefined;
  private failure: string | undefined;
  private listeners = 0;
  /** Counts the times that looking has begun: a look that ends after its time was stopped must not go on. */
  private round = 0;

  constructor(
    private readonly database: SqlDatabase,
    private readonly logger: Logger,
  ) {}

  readonly onDidChange: Event<readonly StoreChange[]> = listener => {
    const subscription = this.emitter.event(listener);
    this.listeners += 1;
    if (this.listeners === 1) {
      this.round += 1;
      void this.poll(this.round);
    }
    return toDisposable(() => {
      subscription.dispose();
      this.listeners -= 1;
      if (this.listeners === 0) {
        this.stop();
      }
    });
  };

  /** Takes note of what there is. Later looks, the first one of a listener too, compare with the look before. */
  note(): Promise<void> {
    return this.look(this.round);
  }

  /** Takes in a change that this process made. */
  report(...changes: readonly StoreChange[]): void {
    if (!this.emitter.hasListeners) {
      return;
    }
    for (const change of changes) {
      this.pending.set(JSON.stringify(change), change);
    }
    this.batchTimer ??= setTimeout(() => {
      this.batchTimer = undefined;
      const batch = [...this.pending.values()];
      this.pending.clear();
      this.emitter.fire(batch);
    }, BATCH_MS);
  }

  close(): void {
    this.stop();
    this.emitter.dispose();
  }

  private stop(): void {
    for (const timer of [this.batchTimer, this.pollTimer, this.coarseTimer]) {
      clearTimeout(timer);
    }
    this.batchTimer = this.pollTimer = this.coarseTimer = undefined;
    this.pending.clear();
    this.round += 1;
  }

  private async poll(round: number): Promise<void> {
    try {
      await this.look(round);
      this.failure = undefined;
    } catch (error) {
      this.warnOnce(round, error);
    }
    if (round === this.round) {
      this.pollTimer = setTimeout(() => void this.poll(round), POLL_MS);
    }
  }

  private warnOnce(round: number, error: unknown): void {
    const failure = String(error);
    if (round === this.round && failure !== this.failure) {
      this.failure = failure;
      this.logger.warn(`Changes of the store cannot be seen: ${failure}`);
      // What is shown may be no longer true.
      this.report(EVERYTHING);
    }
  }

  private async look(round: number): Promise<void> {
    const mark = await this.database.changeMark();
    if (mark === this.mark) {
      return;
    }
    const isFirst = this.mark === undefined;
    const changes = await this.database.read(session => this.reader.read(session));
    if (round !== this.round) {
      return;
    }
    // Only now: a failed read is tried again.
    this.mark = mark;
    if (isFirst) {
      return;
    }
    this.report(...changes);
    if (!changes.includes(EVERYTHING)) {
      this.coarseTimer ??= setTimeout(() => {
        this.coarseTimer = undefined;
        this.report(EVERYTHING);
      }, COARSE_DELAY_MS);
    }
  }
}
