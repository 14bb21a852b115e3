import type { Logger } from '../../base/logger';
import type { Metric } from '../../tracking/entities';
import { reportFailure } from '../reportFailure';
import { readGpus } from './gpuReadings';
import { readTree } from './processTree';
import { readMachine } from './readings';
import { systemMetrics, type SystemReading } from './systemMetrics';

/** Points that wait for a run at most. */
const MAX_WAITING = 10_000;

export interface SystemSamplerOptions {
  /** ms between two samples. */
  readonly intervalMs: number;
  /** Whose file system is looked at. */
  readonly workingDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** The script's process id. */
  readonly pid: () => number | undefined;
  /** @returns false while there is no run for them, or none that may have them yet */
  readonly log: (metrics: readonly Metric[]) => Promise<boolean>;
  readonly logger: Logger;
}

/** Logs the load of the machine and of the script's processes at regular times; `step` counts the samples, as in MLflow. */
export class SystemSampler {
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private first: Promise<SystemReading> | undefined;
  private before: SystemReading | undefined;
  private step = 0;
  /** What no run has taken yet. */
  private waiting: Metric[] = [];
  private hasGpus = true;
  private hasFailed = false;

  constructor(private readonly options: SystemSamplerOptions) {}

  start(): void {
    const { intervalMs } = this.options;
    if (intervalMs <= 0) {
      return;
    }
    this.first = this.read();
    // Told where it is awaited.
    this.first.catch(() => {});
    this.timer = setInterval(() => {
      this.underWay ??= this.sample().finally(() => (this.underWay = undefined));
    }, intervalMs);
    this.timer.unref();
  }

  /** Resolves when all samples are logged that there is a run for. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.underWay;
    await this.attempt(() => this.logWaiting());
  }

  private async sample(): Promise<void> {
    await this.attempt(async () => {
      const first = await this.first;
      if (first === undefined) {
        return;
      }
      const now = await this.read();
      const values = systemMetrics(first, this.before ?? first, now);
      this.before = now;
      const point = { timestampMs: Date.now(), step: this.step };
      this.step += 1;
      this.waiting.push(...[...values].map(([key, value]) => ({ key, value, ...point })));
      await this.logWaiting();
    });
  }

  private async logWaiting(): Promise<void> {
    const metrics = this.waiting;
    this.waiting = [];
    if (metrics.length > 0 && !(await this.options.log(metrics))) {
      this.waiting = [...metrics, ...this.waiting].slice(-MAX_WAITING);
    }
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.hasFailed) {
        this.hasFailed = true;
        reportFailure(this.options.logger, 'log the system metrics', error);
      }
    }
  }

  private async read(): Promise<SystemReading> {
    const { workingDir, env, pid } = this.options;
    const root = pid();
    const [machine, gpus] = await Promise.all([
      readMachine(workingDir),
      this.hasGpus ? readGpus(env) : undefined,
    ]);
    this.hasGpus = gpus !== undefined;
    const tree = root === undefined ? undefined : readTree(root);
    return { atMs: performance.now(), machine, tree, gpus };
  }
}
