import type { Logger } from '../base/logger';
import type { KeyValue, Metric, RunId } from '../tracking/entities';
import type { TrackingStore } from '../tracking/trackingStore';
import { LIMITS } from '../tracking/validation';
import { inBatches } from './inBatches';
import { reportFailure } from './reportFailure';

/** Params and metrics that the wrapper finds by itself. The tracked run gets those that its script does not log. */
export class FoundValues {
  private readonly scriptMetrics = new Set<string>();
  private hasParams = false;
  private hasMetrics = false;
  private underWay: Promise<unknown> = Promise.resolve();
  /** Runs that were taken back, with metrics. */
  private readonly left: RunId[] = [];

  /** @param params never rejects */
  constructor(
    private readonly store: TrackingStore,
    private readonly params: Promise<readonly KeyValue[]>,
    private readonly logger: Logger,
  ) {}

  /** The run has what its script may yet want to log, and neither a param nor a point can be taken back. */
  get areInTheWay(): boolean {
    return this.hasParams || this.hasMetrics;
  }

  /** The script logs this metric. */
  noteScriptMetric(key: string): void {
    this.scriptMetrics.add(key);
  }

  /** The run that they were logged to is about to be taken back; see `bringAlong`. */
  async leave(runId: RunId): Promise<void> {
    await this.underWay;
    if (this.hasMetrics) {
      this.left.push(runId);
    }
    this.hasParams = false;
    this.hasMetrics = false;
  }

  /** Logs the metrics of runs that were taken back to the one that came instead. It must be known what the script logs. */
  async bringAlong(runId: RunId): Promise<void> {
    for (const left of this.left.splice(0)) {
      const { data } = await this.store.getRun(left);
      for (const { key: metricKey } of data.metrics) {
        const { items } = await this.store.getMetricHistory({ runId: left, metricKey });
        await this.logMetrics(runId, items);
      }
    }
  }

  /**
   * A param cannot be changed, and the script's own value of the same key must win and must not be refused: therefore
   * a run that the script made gets the params of the command line when it ends, where the script has left them open.
   */
  async logParams(runId: RunId): Promise<void> {
    const params = await this.params;
    if (this.hasParams || params.length === 0) {
      return;
    }
    this.hasParams = true;
    const { data } = await this.store.getRun(runId);
    const logged = new Set(data.params.map(({ key }) => key));
    const open = params.filter(({ key }) => !logged.has(key));
    for (const batch of inBatches(open, LIMITS.paramsPerBatch)) {
      try {
        await this.store.logBatch(runId, { params: batch });
      } catch (error) {
        reportFailure(this.logger, 'log the params', error);
      }
    }
  }

  async logMetrics(runId: RunId, metrics: readonly Metric[]): Promise<void> {
    const open = metrics.filter(({ key }) => !this.scriptMetrics.has(key));
    for (const batch of inBatches(open, LIMITS.metricsPerBatch)) {
      this.hasMetrics = true;
      const logged = this.store.logBatch(runId, { metrics: batch });
      this.underWay = Promise.allSettled([this.underWay, logged]);
      await logged;
    }
  }
}
