import type { Disposable } from '../../base/disposable';
import type { MetricColumns, RunId } from '../../tracking/entities';
import type { CallOptions, StoreChange, TrackingStore } from '../../tracking/trackingStore';

/** Points kept at most: 24 bytes each. */
const MAX_POINTS = 8_000_000;
/** ms without a question after which everything is let go, and the store need not look for changes. */
const IDLE_MS = 60_000;

interface Entry {
  readonly runId: RunId;
  readonly columns: Promise<MetricColumns>;
  points: number;
  /** Something was logged to the run since: the history is read on from here. */
  isStale: boolean;
}

/**
 * Whole metric histories, the most recently used ones, so that zooming does not read them again. What changes is read on:
 * after its own server's writes at once, after others' when the store tells.
 */
export class ColumnsCache implements Disposable {
  /** In order of use, oldest first. */
  private readonly entries = new Map<string, Entry>();
  private points = 0;
  private subscription: Disposable | undefined;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: TrackingStore,
    private readonly maxPoints = MAX_POINTS,
  ) {}

  async get(runId: RunId, metricKey: string, { signal }: CallOptions = {}): Promise<MetricColumns> {
    this.stayAwake();
    const key = `${runId}\n${metricKey}`;
    const known = this.entries.get(key);
    const entry = known && !known.isStale ? known : this.load(runId, metricKey, key, known);
    this.entries.delete(key);
    this.entries.set(key, entry);
    const columns = await entry.columns;
    signal?.throwIfAborted();
    return columns;
  }

  /** Something was logged to the run. */
  invalidate(runId: RunId): void {
    for (const entry of this.entries.values()) {
      if (entry.runId === runId) {
        entry.isStale = true;
      }
    }
  }

  dispose(): void {
    clearTimeout(this.idle);
    this.subscription?.dispose();
    this.subscription = undefined;
    this.forget();
  }

  /** Shared by all who ask meanwhile, so no one's signal cancels it. */
  private load(runId: RunId, metricKey: string, key: string, known?: Entry): Entry {
    const columns = this.read(runId, metricKey, known);
    const entry: Entry = { runId, columns, points: 0, isStale: false };
    if (known) {
      this.remove(key, known);
    }
    columns.then(
      ({ values }) => {
        if (this.entries.get(key) === entry) {
          entry.points = values.length;
          this.points += values.length;
          this.shrink();
        }
      },
      () => this.remove(key, entry),
    );
    return entry;
  }

  private async read(runId: RunId, metricKey: string, known?: Entry): Promise<MetricColumns> {
    // One that could not be read is read whole.
    const grownFrom = await known?.columns.catch(() => undefined);
    return await this.store.getMetricColumns(runId, metricKey, grownFrom && { grownFrom });
  }

  private shrink(): void {
    for (const [key, entry] of this.entries) {
      if (this.points <= this.maxPoints) {
        return;
      }
      this.remove(key, entry);
    }
  }

  private stayAwake(): void {
    this.subscription ??= this.store.onDidChange(changes => this.onChanges(changes));
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.dispose(), IDLE_MS);
    this.idle.unref();
  }

  private onChanges(changes: readonly StoreChange[]): void {
    for (const change of changes) {
      if (change.kind === 'runs' && change.runId !== undefined) {
        this.invalidate(change.runId);
      } else if (change.kind !== 'experiments') {
        this.forget();
      }
    }
  }

  private forget(): void {
    for (const [key, entry] of this.entries) {
      this.remove(key, entry);
    }
  }

  private remove(key: string, entry: Entry): void {
    if (this.entries.get(key) === entry) {
      this.entries.delete(key);
      this.points -= entry.points;
    }
  }
}
