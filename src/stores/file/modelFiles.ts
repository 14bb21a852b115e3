import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { present } from '../../base/present';
import type {
  Experiment,
  KeyValue,
  LoggedModel,
  LoggedModelStatus,
  Metric,
  ModelId,
} from '../../tracking/entities';
import { generateRunName } from '../../tracking/runName';
import { TrackingError } from '../../tracking/trackingError';
import type { CreateLoggedModelRequest } from '../../tracking/trackingStore';
import {
  validateModelId,
  validateModelName,
  validateParam,
  validateTag,
} from '../../tracking/validation';
import type { ExperimentFiles } from './experimentFiles';
import { keyPath, listKeys, readKeyValues } from './keyFiles';
import { deleteKeyFile, writeKeyFile } from './keyWrites';
import { reportFaults } from './latestPoints';
import {
  appendToUri,
  ARTIFACTS_FOLDER,
  META_FILE,
  METRICS_FOLDER,
  MODELS_FOLDER,
  PARAMS_FOLDER,
  TAGS_FOLDER,
} from './layout';
import { integerField, textField } from './metaFields';
import { readMeta, readMetaText } from './metaFiles';
import { comparePoints, parseDatasetColumns, readPoints } from './metricLines';
import { editMeta, formatMeta, type MetaInput } from './metaYaml';
import type { ProblemList } from './problemList';
import { isFolder, listSubfolders, readBytes } from './readFiles';
import { makeFolder, replaceFile } from './writeFiles';

/** MLflow's numbers of statuses in meta files. */
const STATUS_NUMBERS: Readonly<Record<LoggedModelStatus, number>> = {
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
};
const STATUSES: readonly LoggedModelStatus[] = [
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
];

/** The logged models of a store: `<experiment>/models/<model id>`. */
export class ModelFiles {
  constructor(
    private readonly experiments: ExperimentFiles,
    private readonly problems: ProblemList,
  ) {}

  /** The models of an experiment that are not deleted and can be read. */
  listFolders(experimentFolder: string): string[] {
    const parent = join(experimentFolder, MODELS_FOLDER);
    return isFolder(parent)
      ? listSubfolders(parent, this.problems).map(name => join(parent, name))
      : [];
  }

  get(modelId: ModelId): LoggedModel {
    const model = this.read(this.requireFolder(modelId));
    if (!model) {
      throw notFound(modelId);
    }
    return model;
  }

  /** The folder of a model, deleted or not. Throws RESOURCE_DOES_NOT_EXIST. */
  requireFolder(modelId: ModelId): string {
    validateModelId(modelId);
    const folder = this.experiments
      .listFolders('ALL')
      .map(experimentFolder => join(experimentFolder, MODELS_FOLDER, modelId))
      .find(isFolder);
    if (folder === undefined) {
      throw notFound(modelId);
    }
    return folder;
  }

  /** `undefined` for a deleted model, or a folder that is none. */
  read(folder: string): LoggedModel | undefined {
    const meta = readMeta(folder, this.problems);
    if (!meta || textField(meta, 'lifecycle_stage') === 'deleted') {
      return undefined;
    }
    const modelId = textField(meta, 'model_id');
    const experimentId = textField(meta, 'experiment_id');
    if (modelId !== basename(folder) || experimentId !== basename(dirname(dirname(folder)))) {
      this.problems.report(
        join(folder, META_FILE),
        'It is left out because its model_id or experiment_id is not that of its folder.',
      );
      return undefined;
    }
    const status = textField(meta, 'status');
    const optional = {
      statusMessage: textField(meta, 'status_message'),
      modelType: textField(meta, 'model_type'),
      sourceRunId: textField(meta, 'source_run_id'),
    };
    return {
      modelId,
      experimentId,
      name: textField(meta, 'name') ?? '',
      creationTimestampMs: integerField(meta, 'creation_timestamp') ?? 0,
      lastUpdatedTimestampMs: integerField(meta, 'last_updated_timestamp') ?? 0,
      artifactUri: textField(meta, 'artifact_location') ?? '',
      status:
        STATUSES.find(name => name === status || String(STATUS_NUMBERS[name]) === status) ??
        'LOGGED_MODEL_PENDING',
      ...present(optional),
      tags: readKeyValues(join(folder, TAGS_FOLDER), undefined, this.problems),
      params: readKeyValues(join(folder, PARAMS_FOLDER), undefined, this.problems),
      metrics: this.readMetrics(folder, modelId),
    };
  }

  /** @param experimentFolder the folder of the experiment, which is active. */
  async create(
    request: CreateLoggedModelRequest,
    experiment: Experiment,
    experimentFolder: string,
  ): Promise<LoggedModel> {
    if (request.name) {
      validateModelName(request.name);
    }
    const params = (request.params ?? []).map(param => validateParam(param));
    const tags = (request.tags ?? []).map(tag => validateTag(tag));
    const modelId = `m-${randomUUID().replaceAll('-', '')}`;
    const folder = join(experimentFolder, MODELS_FOLDER, modelId);
    await makeFolder(join(folder, METRICS_FOLDER));
    await makeFolder(join(folder, PARAMS_FOLDER));
    await this.writeKeys(join(folder, PARAMS_FOLDER), params, folder);
    await this.writeKeys(join(folder, TAGS_FOLDER), tags, folder);
    const now = Date.now();
    const meta = formatMeta({
      artifact_location: appendToUri(
        experiment.artifactLocation,
        MODELS_FOLDER,
        modelId,
        ARTIFACTS_FOLDER,
      ),
      creation_timestamp: now,
      experiment_id: experiment.experimentId,
      last_updated_timestamp: now,
      lifecycle_stage: 'active',
      model_id: modelId,
      model_type: request.modelType ?? null,
      name: request.name || generateRunName(),
      source_run_id: request.sourceRunId ?? null,
      status: STATUS_NUMBERS.LOGGED_MODEL_PENDING,
      status_message: null,
    });
    await replaceFile(join(folder, META_FILE), meta);
    return this.get(modelId);
  }

  async finalize(modelId: ModelId, status: LoggedModelStatus): Promise<LoggedModel> {
    await this.edit(this.get(modelId), { status: STATUS_NUMBERS[status] });
    return this.get(modelId);
  }

  async delete(modelId: ModelId): Promise<void> {
    await this.edit(this.get(modelId), { lifecycle_stage: 'deleted' });
  }

  async setTags(modelId: ModelId, tags: readonly KeyValue[]): Promise<LoggedModel> {
    const checked = tags.map(tag => validateTag(tag));
    const folder = this.requireFolder(this.get(modelId).modelId);
    await this.writeKeys(join(folder, TAGS_FOLDER), checked, folder);
    return this.get(modelId);
  }

  async deleteTag(modelId: ModelId, key: string): Promise<void> {
    const folder = this.requireFolder(this.get(modelId).modelId);
    if (!(await deleteKeyFile(join(folder, TAGS_FOLDER), key))) {
      throw new TrackingError(
        'RESOURCE_DOES_NOT_EXIST',
        `No tag with key '${key}' found for model with ID '${modelId}'.`,
      );
    }
  }

  async logParams(modelId: ModelId, params: readonly KeyValue[]): Promise<void> {
    const checked = params.map(param => validateParam(param));
    const folder = this.requireFolder(this.get(modelId).modelId);
    await this.writeKeys(join(folder, PARAMS_FOLDER), checked, folder);
  }

  private async writeKeys(
    folder: string,
    entries: readonly KeyValue[],
    tempFolder: string,
  ): Promise<void> {
    for (const entry of entries) {
      await writeKeyFile(folder, entry, tempFolder);
    }
  }

  private async edit(
    model: LoggedModel,
    changes: Readonly<Record<string, MetaInput>>,
  ): Promise<void> {
    const folder = this.requireFolder(model.modelId);
    const text = readMetaText(folder, this.problems)?.text ?? '';
    await replaceFile(
      join(folder, META_FILE),
      editMeta(text, { ...changes, last_updated_timestamp: Date.now() }),
    );
  }

  /** The latest point of each key and dataset. */
  private readMetrics(folder: string, modelId: ModelId): LoggedModel['metrics'] {
    const parent = join(folder, METRICS_FOLDER);
    return listKeys(parent, this.problems).flatMap(key => {
      const path = keyPath(parent, key);
      const latest = new Map<string, LoggedModel['metrics'][number]>();
      const bytes = readBytes(path, this.problems) ?? Buffer.alloc(0);
      const faults = readPoints(bytes, (timestampMs, value, step, rest = '') => {
        const [runId = ''] = rest.split(' ', 1);
        const dataset = rest.slice(runId.length + 1);
        const point: Metric = { key, value, timestampMs, step, modelId };
        const known = latest.get(dataset);
        if (!known || comparePoints(point, known) > 0) {
          latest.set(dataset, { ...point, ...parseDatasetColumns(dataset), runId });
        }
      });
      reportFaults(path, faults, this.problems);
      return [...latest.values()];
    });
  }
}

function notFound(modelId: ModelId): TrackingError {
  return new TrackingError('RESOURCE_DOES_NOT_EXIST', `Model '${modelId}' not found`);
}
