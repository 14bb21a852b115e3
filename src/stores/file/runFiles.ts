import { basename, dirname, join } from 'node:path';
import type { Metric, MetricColumns, Run, RunId, RunInfo, ViewType } from '../../tracking/entities';
import { decodePageToken, encodePageToken } from '../../tracking/pageToken';
import { compareCodePoints } from '../../tracking/search/values';
import { TrackingError } from '../../tracking/trackingError';
import type { MetricHistoryRequest, Page, RunProjection } from '../../tracking/trackingStore';
import { validateKey, validateRunId } from '../../tracking/validation';
import type { DatasetFiles } from './datasetFiles';
import type { ExperimentFiles } from './experimentFiles';
import { keyPath, listKeys, readKeyValue, readKeyValues, safeKeyPath } from './keyFiles';
import { LatestPoints, reportFaults } from './latestPoints';
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
import { MetaCache, readMeta } from './metaFiles';
import { parseDatasetColumns, readColumns, readPoints } from './metricLines';
import type { ProblemList } from './problemList';
import { isFolder, listNames, readBytes, readKeyText } from './readFiles';
import { readRunInfo, type StoredRunInfo } from './runMeta';
import type { Turns } from './turns';

export const RUN_NAME_TAG = 'mlflow.runName';

/** What a run's id may be: no dot, so that `meta.yaml` and unfinished files are none. */
const RUN_ID = /^[A-Za-z0-9][\p{L}\p{N}_-]*$/u;

/** A run's folder with what its meta file says. */
export interface StoredRun {
  readonly folder: string;
  readonly info: StoredRunInfo;
}

/** Reads runs: `<experiment>/<run id>`. */
export class RunFiles {
  private readonly metas = new MetaCache<StoredRun>();
  private readonly folders = new Map<RunId, string>();
  private readonly latest: LatestPoints;

  constructor(
    private readonly layout: Layout,
    private readonly experiments: ExperimentFiles,
    private readonly datasets: DatasetFiles,
    private readonly problems: ProblemList,
  ) {
    this.latest = new LatestPoints(problems);
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
    for (const name of this.listNames(experimentFolder)) {
      await turns.next();
      const run = this.read(join(experimentFolder, name));
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
    return this.metas.get(folder, () => this.readStored(folder));
  }

  /** The whole run, or the parts of it that a projection names. */
  load(run: StoredRun, projection: RunProjection = {}): Run {
    const { folder } = run;
    const inputs = projection.inputs ?? true;
    return {
      info: this.infoOf(run),
      data: {
        metrics: this.loadMetrics(folder, projection.metricKeys),
        params: readKeyValues(join(folder, PARAMS_FOLDER), projection.paramKeys, this.problems),
        tags: readKeyValues(join(folder, TAGS_FOLDER), projection.tagKeys, this.problems),
      },
      inputs: inputs ? this.datasets.readInputs(folder) : { datasets: [], models: [] },
      outputs: { models: inputs ? this.datasets.readOutputs(folder) : [] },
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

  /** A param or a tag, by the path of its file. */
  readValue(path: string): string | undefined {
    return readKeyText(path, this.problems);
  }

  /** The latest value of a metric, by the path of its file. */
  readLatestValue(path: string): number | undefined {
    return this.latest.get(path)?.value;
  }

  /** In file order. */
  getHistory(request: MetricHistoryRequest): Page<Metric> {
    const { runId, metricKey, maxResults, pageToken } = request;
    validateKey(metricKey, 'metric_key');
    const offset = decodePageToken(pageToken);
    const path = keyPath(join(this.find(runId).folder, METRICS_FOLDER), metricKey);
    const end = maxResults === undefined ? Infinity : offset + maxResults;
    const items: Metric[] = [];
    let index = 0;
    const faults = readPoints(this.readMetricBytes(path), (timestampMs, value, step, rest) => {
      if (index >= offset && index < end) {
        items.push({
          key: metricKey,
          value,
          timestampMs,
          step,
          ...(rest === undefined ? {} : parseDatasetColumns(rest)),
        });
      }
      index += 1;
    });
    reportFaults(path, faults, this.problems);
    return index > end ? { items, nextPageToken: encodePageToken(end) } : { items };
  }

  getColumns(runId: RunId, metricKey: string): MetricColumns {
    validateKey(metricKey, 'metric_key');
    const path = keyPath(join(this.find(runId).folder, METRICS_FOLDER), metricKey);
    return readColumns(this.readMetricBytes(path));
  }

  private loadMetrics(folder: string, only: readonly string[] | undefined): Metric[] {
    const keys = only
      ? [...new Set(only)].sort(compareCodePoints)
      : listKeys(join(folder, METRICS_FOLDER), this.problems);
    return keys.flatMap(key => {
      const path = safeKeyPath(join(folder, METRICS_FOLDER), key);
      const point = path === undefined ? undefined : this.latest.get(path);
      return point ? [{ key, ...point }] : [];
    });
  }

  private readMetricBytes(path: string): Buffer {
    return (isFolder(path) ? undefined : readBytes(path, this.problems)) ?? Buffer.alloc(0);
  }

  private readStored(folder: string): StoredRun | undefined {
    const meta = readMeta(folder, this.problems);
    if (!meta) {
      return undefined;
    }
    const info = readRunInfo(meta, folder, basename(dirname(folder)));
    if (typeof info === 'string') {
      this.problems.report(join(folder, META_FILE), info);
      return undefined;
    }
    return { folder, info };
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
