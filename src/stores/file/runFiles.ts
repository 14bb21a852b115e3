import { join } from 'node:path';
import type { Metric, MetricColumns, Run, RunId, RunInfo, ViewType } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type {
  MetricColumnsOptions,
  MetricHistoryRequest,
  Page,
  RunProjection,
} from '../../tracking/trackingStore';
import { validateKey, validateRunId } from '../../tracking/validation';
import type { DatasetFiles } from './datasetFiles';
import type { ExperimentFiles } from './experimentFiles';
import { chosenKeys, keyPath, listKeys, readKeyValue, readKeyValues } from './keyFiles';
import type { RunIndex } from './index/runIndex';
import { HistoryColumns } from './historyColumns';
import { readHistoryPage } from './historyPage';
import type { LatestPoints } from './latestPoints';
import {
  appendToUri,
  ARTIFACTS_FOLDER,
  META_FILE,
  METRICS_FOLDER,
  PARAMS_FOLDER,
  RESERVED_IN_EXPERIMENT,
  TAGS_FOLDER,
  type Layout,
} from './layout';
import type { ProblemList } from './problemList';
import { isFolder, listNames } from './readFiles';
import type { StoredRun } from './runColumns';
import type { StoredRunInfo } from './runMeta';
import type { Turns } from './turns';

export const RUN_NAME_TAG = 'mlflow.runName';

/** What a run's id may be: no dot, so that `meta.yaml` and unfinished files are none. */
const RUN_ID = /^[A-Za-z0-9][\p{L}\p{N}_-]*$/u;

/** Reads runs: `<experiment>/<run id>`. */
export class RunFiles {
  private readonly folders = new Map<RunId, string>();
  private readonly layout: Layout;
  private readonly experiments: ExperimentFiles;
  private readonly datasets: DatasetFiles;
  private readonly index: RunIndex;
  private readonly latest: LatestPoints;
  private readonly histories: HistoryColumns;
  private readonly problems: ProblemList;

  constructor(parts: {
    readonly layout: Layout;
    readonly experiments: ExperimentFiles;
    readonly datasets: DatasetFiles;
    readonly index: RunIndex;
    readonly latest: LatestPoints;
    readonly problems: ProblemList;
  }) {
    this.layout = parts.layout;
    this.experiments = parts.experiments;
    this.datasets = parts.datasets;
    this.index = parts.index;
    this.latest = parts.latest;
    this.histories = new HistoryColumns(parts.problems);
    this.problems = parts.problems;
  }

  /** The folder of a run, in whichever experiment it lies. Throws RESOURCE_DOES_NOT_EXIST. */
  find(runId: RunId): StoredRun {
    validateRunId(runId);
    const known = this.folders.get(runId);
    const run =
      (known === undefined ? undefined : this.read(known)) ?? this.findInExperiments(runId);
    if (!run) {
      this.folders.delete(runId);
      throw new TrackingError('RESOURCE_DOES_NOT_EXIST', `Run '${runId}' not found`);
    }
    this.folders.set(runId, run.folder);
    return run;
  }

  /** As `find`, and throws INVALID_PARAMETER_VALUE when the run is deleted. */
  findActive(runId: RunId): StoredRun {
    const run = this.find(runId);
    if (run.info.lifecycleStage !== 'active') {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `The run ${runId} must be in the 'active' lifecycle_stage. Current state is ${run.info.lifecycleStage}.`,
      );
    }
    return run;
  }

  /** The runs in an experiment's folder that can be read. */
  async list(experimentFolder: string, viewType: ViewType, turns: Turns): Promise<StoredRun[]> {
    const runs: StoredRun[] = [];
    await this.index.coverage.catchUp();
    const { folders } = this.index.list(experimentFolder, () => this.listNames(experimentFolder));
    for (const folder of folders) {
      await turns.next();
      const run = this.read(folder);
      if (run && matchesView(run.info.lifecycleStage, viewType)) {
        runs.push(run);
      }
    }
    return runs;
  }

  /**
   * The names in an experiment that may be runs. What they are shows when they are read: asking first would take longer than
   * reading the few that are none.
   */
  listNames(experimentFolder: string): string[] {
    return listNames(experimentFolder, this.problems).filter(
      name => RUN_ID.test(name) && !RESERVED_IN_EXPERIMENT.has(name),
    );
  }

  /** `undefined` for a folder that is no run: one without a meta file may be a run about to be made, or artifacts. */
  read(folder: string): StoredRun | undefined {
    return this.index.get(folder, META_FILE) as StoredRun | undefined;
  }

  /**
   * The whole run, or the parts of it that a projection names.
   * @param data what was logged to the run, when it is known already.
   */
  load(
    run: StoredRun,
    projection: RunProjection = {},
    data = this.loadData(run.folder, projection),
  ): Run {
    const { folder } = run;
    const inputs = projection.inputs ?? true;
    return {
      info: this.infoOf(run),
      data,
      inputs: inputs ? this.datasets.readInputs(folder) : { datasets: [], models: [] },
      outputs: { models: inputs ? this.datasets.readOutputs(folder) : [] },
    };
  }

  loadData(folder: string, projection: RunProjection): Run['data'] {
    return {
      metrics: this.loadMetrics(folder, projection.metricKeys),
      params: readKeyValues(join(folder, PARAMS_FOLDER), projection.paramKeys, this.problems),
      tags: readKeyValues(join(folder, TAGS_FOLDER), projection.tagKeys, this.problems),
    };
  }

  infoOf({ folder, info }: StoredRun): RunInfo {
    return {
      ...info,
      runName: info.runName || (this.readTag(folder, RUN_NAME_TAG) ?? ''),
      artifactUri: info.artifactUri ?? this.defaultArtifactUri(info),
    };
  }

  readParam(folder: string, key: string): string | undefined {
    return readKeyValue(join(folder, PARAMS_FOLDER), key, this.problems);
  }

  readTag(folder: string, key: string): string | undefined {
    return readKeyValue(join(folder, TAGS_FOLDER), key, this.problems);
  }

  /** In file order. */
  getHistory(request: MetricHistoryRequest): Page<Metric> {
    const { runId, metricKey } = request;
    validateKey(metricKey, 'metric_key');
    const path = keyPath(join(this.find(runId).folder, METRICS_FOLDER), metricKey);
    return readHistoryPage(path, request, this.problems);
  }

  getColumns(
    runId: RunId,
    metricKey: string,
    { grownFrom }: MetricColumnsOptions = {},
  ): MetricColumns {
    validateKey(metricKey, 'metric_key');
    const path = keyPath(join(this.find(runId).folder, METRICS_FOLDER), metricKey);
    return this.histories.get(path, grownFrom);
  }

  private loadMetrics(folder: string, only: readonly string[] | undefined): Metric[] {
    const parent = join(folder, METRICS_FOLDER);
    const keys = only ? chosenKeys(only) : listKeys(parent, this.problems);
    return keys.flatMap(key => {
      const point = this.latest.get(keyPath(parent, key));
      return point ? [{ key, ...point }] : [];
    });
  }

  private findInExperiments(runId: RunId): StoredRun | undefined {
    for (const experimentFolder of this.experiments.listFolders('ALL')) {
      const folder = join(experimentFolder, runId);
      const run = isFolder(folder) ? this.read(folder) : undefined;
      if (run) {
        return run;
      }
    }
    return undefined;
  }

  private defaultArtifactUri({ experimentId, runId }: StoredRunInfo): string {
    return appendToUri(this.layout.defaultArtifactLocation(experimentId), runId, ARTIFACTS_FOLDER);
  }
}

export function matchesView(stage: 'active' | 'deleted', viewType: ViewType): boolean {
  return viewType === 'ALL' || (viewType === 'ACTIVE_ONLY') === (stage === 'active');
}
