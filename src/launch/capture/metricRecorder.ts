import type { Logger } from '../../base/logger';
import type { Metric } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import { reportFailure } from '../reportFailure';
import type { TrackedRunStore } from '../trackedRunStore';
import type { OutputMetrics } from './outputMetrics';

/** ms between two batches of metrics while the script prints. */
const PAUSE_MS = 1_000;
/** Points that wait for a run at most; a script that prints more before it has one loses the oldest. */
const MAX_WAITING = 100_000;
/** So many more may wait until they are dropped: to move all of them for each line would take longer than the script. */
const SLACK = 20_000;

type Target = Pick<TrackedRunStore, 'addMetrics' | 'scriptHasRuns'>;

/**
 * Logs the metrics that a script prints. Of a script that makes runs itself they wait for its end, when it is known which
 * keys it has logged itself.
 */
export class MetricRecorder {
  private waiting: Metric[] = [];
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> = Promise.resolve();
  private hasFailed = false;

  constructor(
    private readonly reader: OutputMetrics,
    private readonly target: Target,
    private readonly logger: Logger,
  ) {}

  /** @param line without its end and without colours */
  read(line: string): void {
    const timestampMs = Date.now();
    for (const { key, value, step } of this.reader.read(line)) {
      this.waiting.push({ key, value, step: step ?? 0, timestampMs });
    }
    if (this.waiting.length > MAX_WAITING + SLACK) {
      this.waiting.splice(0, this.waiting.length - MAX_WAITING);
    }
    if (this.waiting.length > 0 && this.timer === undefined && !this.target.scriptHasRuns) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.underWay = this.underWay.then(() => this.log(false));
      }, PAUSE_MS);
      this.timer.unref();
    }
  }

  /** Logs what is left. Never rejects. */
  async finish(): Promise<void> {
    clearTimeout(this.timer);
    this.underWay = this.underWay.then(() => this.log(true));
    await this.underWay;
  }

  private async log(isEnd: boolean): Promise<void> {
    const mayLog = (): boolean => isEnd || !this.target.scriptHasRuns;
    if (!mayLog()) {
      return;
    }
    const metrics = this.waiting;
    this.waiting = [];
    try {
      if (!(await this.target.addMetrics(metrics, mayLog))) {
        this.waiting = [...metrics, ...this.waiting];
      }
    } catch (error) {
      this.tell(error);
      if (TrackingError.is(error, 'INVALID_PARAMETER_VALUE')) {
        await this.logEach(metrics, mayLog);
      }
    }
  }

  /** One key that the store refuses, such as `loss/train` beside `loss` in a folder, takes no other with it. */
  private async logEach(metrics: readonly Metric[], mayLog: () => boolean): Promise<void> {
    for (const key of new Set(metrics.map(metric => metric.key))) {
      try {
        await this.target.addMetrics(
          metrics.filter(metric => metric.key === key),
          mayLog,
        );
      } catch (error) {
        this.tell(error);
      }
    }
  }

  private tell(error: unknown): void {
    if (!this.hasFailed) {
      this.hasFailed = true;
      reportFailure(this.logger, 'log the metrics of the output', error);
    }
  }
}
