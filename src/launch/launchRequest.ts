import type { KeyValue } from '../tracking/entities';

export interface LaunchRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Without it the name of the working directory. A script that sets an experiment itself wins. */
  readonly experimentName?: string;
  readonly runName?: string;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly capture: CaptureOptions;
  /** See `childEnvironment`. */
  readonly autologFolder?: string;
  /** Path of `run_notebook.py`. */
  readonly notebookRunner: string;
  /** Somebody else runs the command and tells about it, see `SessionProcess`. */
  readonly isSession: boolean;
}

/** What is recorded of a script that does not log it itself. */
export interface CaptureOptions {
  /** Params from the command line and the configuration files that it names. */
  readonly params: boolean;
  /** Metrics from the output. */
  readonly metrics: boolean;
  /** Patterns of the person's own, see `OutputMetrics`. */
  readonly metricPatterns: readonly string[];
  /** ms between two samples of the machine's load; 0: none. */
  readonly systemMetricsMs: number;
  /** Names of environment variables to record, `*` at the end for any rest. */
  readonly environmentVariables: readonly string[];
}
