import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Experiment,
  KeyValue,
  LifecycleStage,
  Metric,
  Run,
  RunId,
  RunInfo,
} from '../../tracking/entities';
import { generateRunName } from '../../tracking/runName';
import { TrackingError } from '../../tracking/trackingError';
import type {
  CreateRunRequest,
  LogBatchRequest,
  UpdateRunRequest,
} from '../../tracking/trackingStore';
import {
  agreedRunName,
  changedParamError,
  validateBatch,
  validateMetric,
  validateParam,
  validateTag,
} from '../../tracking/validation';
import { checkKeyConflict, checkKeysTogether, keyPath } from './keyFiles';
import { createKeyFile, deleteKeyFile, writeFirstKeys, writeKeyFile } from './keyWrites';
import { forEachLimited } from './keyedQueue';
import {
  appendToUri,
  ARTIFACTS_FOLDER,
  META_FILE,
  METRICS_FOLDER,
  PARAMS_FOLDER,
  TAGS_FOLDER,
} from './layout';
import type { BatchWriter, KeyLines } from './batchWriter';
import { editedMeta } from './metaFiles';
import { formatLine } from './metricLines';
import { formatMeta, type MetaInput } from './metaYaml';
import type { ModelFiles } from './modelFiles';
import type { ProblemList } from './problemList';
import type { StoredRun } from './runColumns';
import { RUN_NAME_TAG, type RunFiles } from './runFiles';
import { statusNumber } from './runMeta';
import { Turns } from './turns';
import { makeFolder, PARALLEL_WRITES, replaceFile, syncFolder } from './writeFiles';

/** MLflow's SourceType.LOCAL, the only one it writes. */
const SOURCE_TYPE_LOCAL = 4;

/** Writes runs. Calls for one run must not overlap: a meta file is read, changed and replaced. */
export class RunWriter {
  constructor(
    private readonly runs: RunFiles,
    private readonly models: ModelFiles,
    private readonly problems: ProblemList,
    private readonly batches: BatchWriter,
  ) {}

  /** @param experimentFolder the folder of the experiment, which is active. */
  async create(
    request: CreateRunRequest,
    experiment: Experiment,
    experimentFolder: string,
  ): Promise<Run> {
    const tags = validateNewRunTags(request.tags ?? []);
    const tagged = tags.find(({ key }) => key === RUN_NAME_TAG)?.value;
    const runName = agreedRunName(request.runName, tagged) ?? generateRunName();
    const runId = randomUUID().replaceAll('-', '');
    const folder = join(experimentFolder, runId);
    await makeFolder(folder);
    for (const part of [METRICS_FOLDER, PARAMS_FOLDER, ARTIFACTS_FOLDER, TAGS_FOLDER]) {
      await mkdir(join(folder, part));
    }
    const all = new Map(tags.map(tag => [tag.key, tag]));
    all.set(RUN_NAME_TAG, { key: RUN_NAME_TAG, value: runName });
    await writeFirstKeys(join(folder, TAGS_FOLDER), [...all.values()]);
    await syncFolder(folder);
    // The meta file comes last: it makes the run visible, complete. Old readers want `run_uuid`.
    const meta = formatMeta({
      artifact_uri: appendToUri(experiment.artifactLocation, runId, ARTIFACTS_FOLDER),
      end_time: null,
      entry_point_name: '',
      experiment_id: experiment.experimentId,
      lifecycle_stage: 'active',
      run_id: runId,
      run_name: runName,
      run_uuid: runId,
      source_name: '',
      source_type: SOURCE_TYPE_LOCAL,
      source_version: '',
      start_time: request.startTimeMs ?? 0,
      status: statusNumber('RUNNING'),
      tags: [],
      user_id: request.userId ?? '',
    });
    await replaceFile(join(folder, META_FILE), meta);
    return this.runs.load(this.runs.find(runId));
  }

  async update(runId: RunId, { status, endTimeMs, runName }: UpdateRunRequest): Promise<RunInfo> {
    const run = this.runs.findActive(runId);
    if (runName) {
      await this.writeTag(run.folder, validateTag({ key: RUN_NAME_TAG, value: runName }));
    }
    await this.editMeta(run, {
      ...(status === undefined ? {} : { status: statusNumber(status) }),
      ...(endTimeMs === undefined ? {} : { end_time: endTimeMs }),
      ...(runName ? { run_name: runName } : {}),
    });
    return this.runs.infoOf(this.runs.find(runId));
  }

  /** Sets the stage; deleting again refreshes the time of deletion, as in MLflow. */
  async setStage(run: StoredRun, stage: LifecycleStage): Promise<void> {
    await this.editMeta(run, {
      lifecycle_stage: stage,
      deleted_time: stage === 'deleted' ? Date.now() : undefined,
    });
  }

  /** Marks the runs of an experiment with it: deleted ones too when it is restored, as in MLflow. */
  async setStages(experimentFolder: string, stage: LifecycleStage): Promise<void> {
    const viewType = stage === 'deleted' ? 'ACTIVE_ONLY' : 'DELETED_ONLY';
    const runs = await this.runs.list(experimentFolder, viewType, new Turns(undefined));
    await forEachLimited(runs, PARALLEL_WRITES, run => this.setStage(run, stage));
  }

  async logMetric(runId: RunId, metric: Metric): Promise<void> {
    validateMetric(metric);
    const run = this.runs.findActive(runId);
    await this.batches.write({
      runFolder: run.folder,
      params: [],
      tags: [],
      lines: this.linesOf(run, [metric]),
      checkWritten: () => undefined,
    });
  }

  async logParam(runId: RunId, param: KeyValue): Promise<void> {
    const checked = validateParam(param);
    const run = this.runs.findActive(runId);
    this.checkUnchanged(run, checked);
    await this.writeParam(run, checked);
  }

  async setTag(runId: RunId, tag: KeyValue): Promise<void> {
    const checked = validateTag(tag);
    const run = this.runs.findActive(runId);
    await this.writeTag(run.folder, checked);
    await this.renameByTag(run, checked);
  }

  async deleteTag(runId: RunId, key: string): Promise<void> {
    const { folder } = this.runs.findActive(runId);
    if (!(await deleteKeyFile(join(folder, TAGS_FOLDER), key))) {
      throw new TrackingError(
        'RESOURCE_DOES_NOT_EXIST',
        `No tag with name: ${key} in run with id ${runId}`,
      );
    }
  }

  /** Everything that can be said against a batch is said before the first byte of it is written. */
  async logBatch(runId: RunId, batch: LogBatchRequest): Promise<void> {
    const { metrics, params, tags } = validateBatch(batch);
    const run = this.runs.findActive(runId);
    params.forEach(param => this.checkUnchanged(run, param));
    this.checkKeys(join(run.folder, PARAMS_FOLDER), params);
    this.checkKeys(join(run.folder, METRICS_FOLDER), metrics);
    this.checkKeys(join(run.folder, TAGS_FOLDER), tags);
    await this.batches.write({
      runFolder: run.folder,
      params,
      tags: [...new Map(tags.map(tag => [tag.key, tag])).values()],
      lines: this.linesOf(run, metrics),
      checkWritten: param => this.checkWritten(run, param),
    });
  }

  private checkKeys(folder: string, entries: readonly { readonly key: string }[]): void {
    const keys = [...new Set(entries.map(({ key }) => key))];
    checkKeysTogether(keys);
    keys.forEach(key => checkKeyConflict(folder, key));
  }

  private checkUnchanged(run: StoredRun, { key, value }: KeyValue): void {
    const logged = this.runs.readParam(run.folder, key);
    if (logged !== undefined && logged !== value) {
      throw changedParamError(run.info.runId, key, logged, value);
    }
  }

  private async writeParam(run: StoredRun, param: KeyValue): Promise<void> {
    if (!(await createKeyFile(join(run.folder, PARAMS_FOLDER), param, run.folder))) {
      this.checkWritten(run, param);
    }
  }

  /** Another process may have been faster: the same value again is no change. */
  private checkWritten(run: StoredRun, param: KeyValue): void {
    this.checkUnchanged(run, param);
    if (this.runs.readParam(run.folder, param.key) === undefined) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `Cannot write the param '${param.key}': its file ${keyPath(join(run.folder, PARAMS_FOLDER), param.key)} exists and cannot be read.`,
      );
    }
  }

  /** One write a file, whatever the number of points. */
  private linesOf(run: StoredRun, metrics: readonly Metric[]): KeyLines[] {
    const lines = new Map<
      string,
      { readonly folder: string; readonly key: string; text: string }
    >();
    const add = (folder: string, { key }: Metric, line: string): void => {
      const name = `${folder} ${key}`;
      const known = lines.get(name);
      if (known === undefined) {
        checkKeyConflict(join(folder, METRICS_FOLDER), key);
        lines.set(name, { folder, key, text: line });
      } else {
        known.text += line;
      }
    };
    for (const metric of metrics) {
      add(run.folder, metric, formatLine(metric));
      if (metric.modelId !== undefined) {
        const line = formatLine(metric, run.info.runId);
        add(this.models.requireFolder(metric.modelId), metric, line);
      }
    }
    return [...lines.values()];
  }

  private async writeTag(folder: string, tag: KeyValue): Promise<void> {
    await writeKeyFile(join(folder, TAGS_FOLDER), tag, folder);
  }

  private async renameByTag(run: StoredRun, { key, value }: KeyValue): Promise<void> {
    if (key === RUN_NAME_TAG && value !== '') {
      await this.editMeta(run, { run_name: value });
    }
  }

  private async editMeta(
    { folder }: StoredRun,
    changes: Readonly<Record<string, MetaInput | undefined>>,
  ): Promise<void> {
    await replaceFile(join(folder, META_FILE), editedMeta(folder, changes, this.problems));
  }
}

/** Tags of a new run; a repeated key keeps its last value. */
function validateNewRunTags(tags: readonly KeyValue[]): KeyValue[] {
  const checked = tags.map((tag, index) => validateTag(tag, `tags[${index}]`));
  const unique = [...new Map(checked.map(tag => [tag.key, tag])).values()];
  checkKeysTogether(unique.map(({ key }) => key));
  return unique;
}
