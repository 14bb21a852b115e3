import type * as vscode from 'vscode';
import type { FileInfo } from '../../artifacts/artifactRepository';
import type { Event } from '../../base/emitter';
import type { Logger } from '../../base/logger';
import type { Experiment, ExperimentId, Metric, Run, RunId } from '../../tracking/entities';
import type {
  CallOptions,
  MetricHistoryRequest,
  Page,
  SearchRunsRequest,
  StoreChange,
} from '../../tracking/trackingStore';
import type { RunColourBook } from '../model/runColourBook';
import type { Notifier } from '../notifier';
import type { SampledSeries, SampleRequest } from '../../wire/trackerApi';

/** What the panels read; `TrackerClient` is one. */
export interface RunSource {
  getRun(runId: RunId, options?: CallOptions): Promise<Run>;
  getExperiment(experimentId: ExperimentId, options?: CallOptions): Promise<Experiment>;
  searchRuns(request: SearchRunsRequest, options?: CallOptions): Promise<Page<Run>>;
  getMetricHistory(request: MetricHistoryRequest, options?: CallOptions): Promise<Page<Metric>>;
  sampleMetrics(request: SampleRequest, options?: CallOptions): Promise<readonly SampledSeries[]>;
  /** One level below `path`; '' is the root. */
  listArtifacts(runId: RunId, path: string, options?: CallOptions): Promise<readonly FileInfo[]>;
  /** Throws RESOURCE_DOES_NOT_EXIST. */
  readArtifact(
    runId: RunId,
    path: string,
    options?: CallOptions,
  ): Promise<{ readonly stream: ReadableStream<Uint8Array> }>;
}

/** The store in use, as the panels see it: no `vscode` in here, so that tests run the same code against a real server. */
export interface PanelStore {
  /** Starts the server when needed. Rejects with one plain sentence when the store cannot be reached. */
  getClient(options?: CallOptions): Promise<RunSource>;
  /** Also `everything` when another store was chosen. */
  readonly onDidChangeStore: Event<readonly StoreChange[]>;
  readonly logger: Logger;
  readonly colours: RunColourBook;
}

export interface PanelServices extends PanelStore {
  readonly extensionUri: vscode.Uri;
  readonly workspaceState: vscode.Memento;
  readonly notifier: Pick<Notifier, 'info' | 'warn'>;
}
