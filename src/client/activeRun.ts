import type { DatasetInput, Metric, Run, RunInfo, RunStatus } from '../tracking/entities';
import { TrackingError } from '../tracking/trackingError';
import type { TrackingStore } from '../tracking/trackingStore';
import { LIMITS, validateMetric } from '../tracking/validation';
import {
  chunks,
  keyValues,
  metricOf,
  type Point,
  type PointOptions,
  type Texts,
  type TextValue,
} from './loggedValues';
import { MetricBuffer } from './metricBuffer';
import type { ArtifactInfo, RunArtifacts } from './runArtifacts';

/** Points, params and tags of any number. */
export interface Batch {
  readonly metrics?: readonly Point[];
  readonly params?: Texts;
  readonly tags?: Texts;
}

export interface ActiveRunParts {
  readonly store: TrackingStore;
  readonly artifacts: RunArtifacts;
  /** ms. */
  readonly flushIntervalMs: number;
  readonly onLost: (run: ActiveRun, points: number, reason: unknown) => void;
  readonly onEnd: (run: ActiveRun) => void;
}

/** A run that this process writes. Made by `startRun` and `withRun`. */
export class ActiveRun {
  private readonly buffer: MetricBuffer;
  private ending: Promise<void> | undefined;

  /** @param info as it was when the run was started */
  constructor(
    readonly info: RunInfo,
    private readonly parts: ActiveRunParts,
  ) {
    this.buffer = new MetricBuffer({
      send: metrics => parts.store.logBatch(info.runId, { metrics }),
      onLost: (points, reason) => parts.onLost(this, points, reason),
      intervalMs: parts.flushIntervalMs,
    });
  }

  get runId(): string {
    return this.info.runId;
  }

  get experimentId(): string {
    return this.info.experimentId;
  }

  get hasEnded(): boolean {
    return this.ending !== undefined;
  }

  /**
   * Logs a point of a metric. It is sent in the background together with others: the promise resolves when there is room
   * for more, and `flush` or the end of the run tells whether all were stored. Rejects with INVALID_PARAMETER_VALUE for a
   * key, step or value that MLflow does not take.
   */
  async logMetric(key: string, value: number, options: PointOptions = {}): Promise<void> {
    await this.addPoints([{ ...options, key, value }]);
  }

  /** Logs a point of several metrics at one step and time. */
  async logMetrics(
    values: Readonly<Record<string, number>>,
    options: PointOptions = {},
  ): Promise<void> {
    const timestampMs = options.timestampMs ?? Date.now();
    await this.addPoints(
      Object.entries(values).map(([key, value]) => ({ ...options, key, value, timestampMs })),
    );
  }

  private async addPoints(points: readonly Point[]): Promise<void> {
    this.checkOpen();
    await this.buffer.add(checkedMetrics(points));
  }

  /** Resolves when the param is stored. Rejects with INVALID_PARAMETER_VALUE when the run has it with another value. */
  async logParam(key: string, value: TextValue): Promise<void> {
    this.checkOpen();
    await this.parts.store.logParam(this.runId, { key, value: String(value) });
  }

  async logParams(params: Texts): Promise<void> {
    await this.logBatch({ params });
  }

  async setTag(key: string, value: TextValue): Promise<void> {
    this.checkOpen();
    await this.parts.store.setTag(this.runId, { key, value: String(value) });
  }

  async setTags(tags: Texts): Promise<void> {
    await this.logBatch({ tags });
  }

  async deleteTag(key: string): Promise<void> {
    this.checkOpen();
    await this.parts.store.deleteTag(this.runId, key);
  }

  /**
   * Stores everything given before it resolves, params and tags first. Beyond MLflow's limits (1,000 points, 100 params, 100
   * tags a request) it takes several requests, each of which is stored whole or not at all.
   */
  async logBatch({ metrics = [], params, tags }: Batch): Promise<void> {
    this.checkOpen();
    const { store } = this.parts;
    const points = checkedMetrics(metrics);
    for (const batch of chunks(keyValues(params), LIMITS.paramsPerBatch)) {
      await store.logBatch(this.runId, { params: batch });
    }
    for (const batch of chunks(keyValues(tags), LIMITS.tagsPerBatch)) {
      await store.logBatch(this.runId, { tags: batch });
    }
    for (const batch of chunks(points, LIMITS.metricsPerBatch)) {
      await store.logBatch(this.runId, { metrics: batch });
    }
  }

  /** Records data that the run used, with the tag `mlflow.data.context` (such as `training`) when given. */
  async logInput(dataset: DatasetInput['dataset'], context?: string): Promise<void> {
    this.checkOpen();
    const tags = context === undefined ? {} : { 'mlflow.data.context': context };
    await this.parts.store.logInputs(this.runId, {
      datasets: [{ dataset, tags: keyValues(tags) }],
    });
  }

  /**
   * Stores a file, or a folder with everything in it, among the run's artifacts.
   * @param localPath of this machine
   * @param folder of the artifacts in which it is put; default: their root
   */
  async logArtifact(localPath: string, folder = ''): Promise<void> {
    this.checkOpen();
    await this.parts.artifacts.upload(this.info, localPath, folder);
  }

  /** Stores a text as the artifact with this path, such as `reports/summary.txt`. */
  async logText(text: string, artifactPath: string): Promise<void> {
    this.checkOpen();
    await this.parts.artifacts.write(this.info, artifactPath, text);
  }

  async logBytes(bytes: Uint8Array, artifactPath: string): Promise<void> {
    this.checkOpen();
    await this.parts.artifacts.write(this.info, artifactPath, bytes);
  }

  /** One level of the run's artifacts, sorted by path. */
  listArtifacts(folder = ''): Promise<readonly ArtifactInfo[]> {
    return this.parts.artifacts.list(this.info, folder);
  }

  /** The run as the server has it, points that still wait included. */
  async fetch(): Promise<Run> {
    await this.flush();
    return await this.parts.store.getRun(this.runId);
  }

  /** Resolves when all points are stored. Rejects with the first reason for which some were not. */
  async flush(): Promise<void> {
    await this.buffer.flush();
  }

  /**
   * Sends what waits and ends the run. When points were lost it ends as FAILED instead of FINISHED, and the promise rejects
   * with the reason. A second call changes nothing.
   */
  end(status: RunStatus = 'FINISHED'): Promise<void> {
    this.ending ??= this.finish(status);
    return this.ending;
  }

  private async finish(status: RunStatus): Promise<void> {
    const endTimeMs = Date.now();
    const loss = await this.buffer.flush().then(
      () => undefined,
      (reason: unknown) => ({ reason }),
    );
    try {
      await this.parts.store.updateRun(this.runId, {
        status: loss !== undefined && status === 'FINISHED' ? 'FAILED' : status,
        endTimeMs,
      });
    } finally {
      this.parts.onEnd(this);
    }
    if (loss !== undefined) {
      throw loss.reason;
    }
  }

  private checkOpen(): void {
    if (this.hasEnded) {
      throw new TrackingError(
        'INVALID_STATE',
        `The run ${this.info.runName} has ended: log before the end, or resume it with startRun({ runId: '${this.runId}' }).`,
      );
    }
  }
}

/** Checked where they are logged: in the background an error would come too late, and take its neighbours along. */
function checkedMetrics(points: readonly Point[]): readonly Metric[] {
  return points.map(point => {
    const metric = metricOf(point);
    validateMetric(metric);
    return metric;
  });
}
