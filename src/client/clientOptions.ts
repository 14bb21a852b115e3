import type { Logger } from '../base/logger';
import type { RunId } from '../tracking/entities';
import type { SearchExperimentsRequest, SearchRunsRequest } from '../tracking/trackingStore';
import type { ConnectionOptions } from './connection';
import type { Texts } from './loggedValues';

export interface ClientOptions extends ConnectionOptions {
  /** Default: the process's own. Its variables are those of MLflow. */
  readonly env?: NodeJS.ProcessEnv;
  /** Relative paths start here; default: the working directory of the process. */
  readonly workingDir?: string;
  /** ms that a point waits at most for others to be sent with; default 500. */
  readonly flushIntervalMs?: number;
  /** Told what goes wrong in the background; default: warnings of the process, which Node prints. */
  readonly logger?: Logger;
}

export interface StartRunOptions {
  /** Resume this run, as RUNNING. Default: `MLFLOW_RUN_ID`, once a process; else a new run. */
  readonly runId?: RunId;
  readonly runName?: string;
  readonly experimentId?: string;
  /** Made when there is none. Default: `setExperiment`, `MLFLOW_EXPERIMENT_NAME`, `MLFLOW_EXPERIMENT_ID`, the experiment 0. */
  readonly experimentName?: string;
  readonly tags?: Texts;
  readonly params?: Texts;
  /** Shown as the run's note. */
  readonly description?: string;
  /** Allows a run inside the current one, as its child; without it that is an error, as in MLflow. */
  readonly nested?: boolean;
  readonly parentRunId?: RunId;
}

/** Everything of a search but its page: pages are read as the iteration needs them. */
export type RunQuery = Omit<SearchRunsRequest, 'pageToken' | 'maxResults' | 'experimentIds'> & {
  /** Default: the experiment that a new run would be in. */
  readonly experimentIds?: readonly string[];
  readonly experimentNames?: readonly string[];
  /** Runs a request; default 1,000. */
  readonly pageSize?: number;
};

export type ExperimentQuery = Omit<SearchExperimentsRequest, 'pageToken' | 'maxResults'> & {
  /** Experiments a request; default 1,000. */
  readonly pageSize?: number;
};
