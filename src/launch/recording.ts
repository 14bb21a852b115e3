import type { Logger } from '../base/logger';
import type { KeyValue, Run } from '../tracking/entities';
import type { TrackingStore } from '../tracking/trackingStore';
import type { BackgroundWork } from './backgroundWork';
import type { Circumstances } from './circumstances';
import { MetricRecorder } from './capture/metricRecorder';
import { OutputMetrics } from './capture/outputMetrics';
import { ConsoleRecord } from './console/consoleRecord';
import { ErrorFinder, type ErrorPlace } from './console/errorFinder';
import { RecordWriter } from './console/recordWriter';
import { Heart } from './heart';
import type { OutputStream, SupervisedProcess } from './process/supervisedProcess';
import { reportFailure } from './reportFailure';
import {
  CODE_FOLDER,
  ENVIRONMENT_ARTIFACT,
  PATCH_ARTIFACT,
  type RecordedFile,
} from './recordedArtifacts';
import { mlflowSamplingShownMs } from './system/mlflowSampling';
import { SystemSampler } from './system/systemSampler';
import type { TrackedRunStore } from './trackedRunStore';

export interface RecordingOptions extends Circumstances {
  readonly store: TrackingStore;
  readonly logger: Logger;
  readonly background: BackgroundWork;
  readonly workingDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Patterns of the person's own for metrics in the output; undefined where none are to be taken from it. */
  readonly metricPatterns: readonly string[] | undefined;
  /** ms between two samples of the machine's load; 0: none. */
  readonly systemMetricsMs: number;
  /** What the script leaves when it has ended. */
  readonly result: () => Promise<RecordedFile | undefined> | undefined;
  writeArtifact(run: Run, artifactPath: string, content: Uint8Array<ArrayBuffer>): Promise<void>;
  deleteArtifact(run: Run, artifactPath: string): Promise<void>;
}

/** What is recorded of a script beside what it logs itself: output, metrics in it, load of the machine, signs of life. */
export class Recording {
  private readonly record: ConsoleRecord;
  private readonly writer: RecordWriter;
  private readonly errors: ErrorFinder;
  private readonly reader: OutputMetrics | undefined;
  private readonly heart: Heart;
  private readonly sampler: SystemSampler;
  private metrics: MetricRecorder | undefined;
  private tracked: TrackedRunStore | undefined;
  private child: SupervisedProcess | undefined;
  private run: Run | undefined;
  private keptSinceMs = 0;
  private isEnding = false;

  /** Throws INVALID_PARAMETER_VALUE for a wrong pattern, before hours of training. */
  constructor(private readonly options: RecordingOptions) {
    const { logger, metricPatterns } = options;
    this.reader = metricPatterns && new OutputMetrics(metricPatterns);
    this.errors = new ErrorFinder(options.workingDir);
    this.record = new ConsoleRecord({
      onLine: line => {
        this.metrics?.read(line);
        this.errors.read(line);
      },
    });
    this.writer = new RecordWriter(this.record, logger);
    this.heart = new Heart({
      store: options.store,
      runningRuns: () => this.tracked?.runningRuns ?? [],
      onStopRequested: () => this.child?.stop(),
      logger,
    });
    this.sampler = new SystemSampler({
      intervalMs: options.systemMetricsMs,
      workingDir: options.workingDir,
      env: options.env,
      pid: () => this.child?.pid,
      log: async metrics =>
        (await this.tracked?.addMetrics(metrics, () => this.maySayLoad())) ?? false,
      logger,
    });
  }

  /** Where the runs are made. To be called before the script starts. */
  recordTo(tracked: TrackedRunStore): void {
    this.tracked = tracked;
    this.metrics = this.reader && new MetricRecorder(this.reader, tracked, this.options.logger);
  }

  /** The script runs. */
  started(child: SupervisedProcess): void {
    this.child = child;
    this.heart.start();
    this.sampler.start();
  }

  output(chunk: Buffer, stream: OutputStream): void {
    this.record.append(chunk, stream);
    this.writer.noteChange();
  }

  /** The sign of life that a run gets when it is made. */
  heartbeatTag(): KeyValue {
    return this.heart.tag();
  }

  /** It is decided which run is the tracked one; again if the script's own run replaces the wrapper's. */
  keepIn(run: Run): void {
    const { options } = this;
    this.run = run;
    this.keptSinceMs = performance.now();
    const { background, patch, environment } = options;
    const keep = (what: string, artifactPath: string, text: Promise<string | undefined>): void =>
      background.start(`store the ${what}`, async () => {
        const content = await text;
        if (content !== undefined) {
          await options.writeArtifact(run, artifactPath, Buffer.from(content));
        }
      });
    keep('patch', PATCH_ARTIFACT, patch);
    keep('environment', ENVIRONMENT_ARTIFACT, environment);
    background.start('store the code', async () => {
      for (const file of await options.code) {
        const content = new Uint8Array(file.content);
        await options.writeArtifact(run, `${CODE_FOLDER}/${file.path}`, content);
      }
    });
    this.writer.writeTo(({ artifactPath, content }) =>
      content === undefined
        ? options.deleteArtifact(run, artifactPath)
        : options.writeArtifact(run, artifactPath, content),
    );
  }

  /** The script has ended: records the rest. Never rejects. */
  async finish(): Promise<void> {
    this.isEnding = true;
    await Promise.all([this.heart.stop(), this.sampler.stop()]);
    this.record.end();
    await Promise.all([this.metrics?.finish(), this.writer.finish(), this.keepResult()]);
  }

  /** Where the script failed, as far as it has told; of one that has failed, after `finish`. */
  errorPlace(): ErrorPlace | undefined {
    return this.errors.find();
  }

  /** A script may let MLflow sample the machine for its runs, under the same names: then it is left to that. */
  private maySayLoad(): boolean {
    const isKnown = performance.now() - this.keptSinceMs > mlflowSamplingShownMs(this.options.env);
    return this.isEnding || isKnown || this.tracked?.scriptHasRuns === false;
  }

  private async keepResult(): Promise<void> {
    const { options } = this;
    try {
      const file = await options.result();
      if (file !== undefined && this.run !== undefined) {
        await options.writeArtifact(this.run, file.artifactPath, file.content);
      }
    } catch (error) {
      reportFailure(options.logger, 'store the executed notebook', error);
    }
  }
}
