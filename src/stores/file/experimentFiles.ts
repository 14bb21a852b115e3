import { randomInt } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Experiment, ExperimentId, KeyValue, ViewType } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { CreateExperimentRequest } from '../../tracking/trackingStore';
import {
  validateArtifactLocation,
  validateExperimentId,
  validateExperimentName,
  validateExperimentTag,
} from '../../tracking/validation';
import { readKeyValues } from './keyFiles';
import { deleteKeyFile, writeKeyFile } from './keyWrites';
import {
  DEFAULT_EXPERIMENT_ID,
  META_FILE,
  RESERVED_IN_ROOT,
  resolveIfLocal,
  TAGS_FOLDER,
  type Layout,
} from './layout';
import { integerField, textField } from './metaFields';
import { editedMeta, readMeta } from './metaFiles';
import { formatMeta, type MetaInput } from './metaYaml';
import type { ProblemList } from './problemList';
import { isFolder, listSubfolders } from './readFiles';
import { makeFolder, replaceFile, syncFolder } from './writeFiles';

/** The experiments of a store: `<root>/<id>`, and when deleted `<root>/.trash/<id>`. Where it lies decides which it is. */
export class ExperimentFiles {
  constructor(
    private readonly layout: Layout,
    private readonly problems: ProblemList,
  ) {}

  /** The folder of an experiment, an active one before a deleted one; `undefined` when there is none. */
  findFolder(experimentId: ExperimentId, viewType: ViewType = 'ALL'): string | undefined {
    validateExperimentId(experimentId);
    return this.parents(viewType)
      .map(parent => join(parent, experimentId))
      .find(folder => !this.isReserved(folder) && isFolder(folder));
  }

  /** The folders of all experiments, readable or not: their runs may be whole. */
  listFolders(viewType: ViewType): string[] {
    return this.parents(viewType).flatMap(parent =>
      listSubfolders(parent, this.problems)
        .map(name => join(parent, name))
        .filter(folder => !this.isReserved(folder)),
    );
  }

  list(viewType: ViewType): Experiment[] {
    return this.listFolders(viewType)
      .map(folder => this.read(folder))
      .filter(experiment => experiment !== undefined);
  }

  get(experimentId: ExperimentId): Experiment {
    const folder = this.findFolder(experimentId);
    const experiment = folder === undefined ? undefined : this.read(folder);
    if (!experiment) {
      throw notFound(`Could not find experiment with ID ${experimentId}`);
    }
    return experiment;
  }

  getByName(name: string): Experiment {
    const experiment = this.findByName(name);
    if (!experiment) {
      throw notFound(`Could not find experiment with name '${name}'`);
    }
    return experiment;
  }

  async create(request: CreateExperimentRequest): Promise<ExperimentId> {
    const { name, artifactLocation, tags = [] } = request;
    this.validateNew(request);
    this.checkNameIsFree(name);
    const experimentId = this.newId();
    await this.write(
      experimentId,
      name,
      artifactLocation ? resolveIfLocal(artifactLocation) : undefined,
      tags,
    );
    return experimentId;
  }

  /** What can be said against a request without looking at the store. */
  validateNew({ name, artifactLocation, tags = [] }: CreateExperimentRequest): void {
    validateExperimentName(name);
    if (artifactLocation) {
      validateArtifactLocation(artifactLocation);
    }
    tags.forEach(validateExperimentTag);
  }

  /** Experiment `0`, as MLflow makes it with a new store. */
  async createDefault(): Promise<void> {
    await this.write(DEFAULT_EXPERIMENT_ID, 'Default', undefined, []);
  }

  async rename(experimentId: ExperimentId, newName: string): Promise<void> {
    validateExperimentName(newName);
    const folder = this.requireActive(experimentId, 'be renamed');
    this.checkNameIsFree(newName);
    await this.edit(folder, { name: newName, last_update_time: Date.now() });
  }

  /** @param markRuns marks the runs in the folder deleted. */
  async delete(
    experimentId: ExperimentId,
    markRuns: (folder: string) => Promise<void>,
  ): Promise<void> {
    if (experimentId === DEFAULT_EXPERIMENT_ID) {
      throw invalid(
        `Cannot delete the default experiment '${DEFAULT_EXPERIMENT_ID}': a file store cannot do without it.`,
      );
    }
    const folder = this.findFolder(experimentId, 'ACTIVE_ONLY');
    if (folder === undefined) {
      throw notFound(`Could not find experiment with ID ${experimentId}`);
    }
    const target = join(this.layout.trash, experimentId);
    if (isFolder(target)) {
      throw invalid(
        `Cannot delete experiment ${experimentId}: the trash holds a deleted experiment with the same ID.`,
      );
    }
    await markRuns(folder);
    await this.edit(folder, { lifecycle_stage: 'deleted', last_update_time: Date.now() });
    await makeFolder(this.layout.trash);
    await this.move(folder, target);
  }

  /** @param markRuns marks all runs in the folder active, as MLflow does, also those deleted one by one before. */
  async restore(
    experimentId: ExperimentId,
    markRuns: (folder: string) => Promise<void>,
  ): Promise<void> {
    const folder = this.findFolder(experimentId, 'DELETED_ONLY');
    if (folder === undefined) {
      throw notFound(`Could not find deleted experiment with ID ${experimentId}`);
    }
    const target = join(this.layout.root, experimentId);
    if (isFolder(target)) {
      throw new TrackingError(
        'RESOURCE_ALREADY_EXISTS',
        `Cannot restore experiment with ID ${experimentId}. An experiment with same ID already exists.`,
      );
    }
    // Moved last: cut off before, it is still deleted and can be restored again.
    await markRuns(folder);
    await this.edit(folder, { lifecycle_stage: 'active', last_update_time: Date.now() });
    await this.move(folder, target);
  }

  async setTag(experimentId: ExperimentId, tag: KeyValue): Promise<void> {
    validateExperimentTag(tag);
    const folder = this.requireActive(experimentId, 'set tags');
    await writeKeyFile(join(folder, TAGS_FOLDER), tag, folder);
  }

  async deleteTag(experimentId: ExperimentId, key: string): Promise<void> {
    const folder = this.requireActive(experimentId, 'delete tags');
    if (!(await deleteKeyFile(join(folder, TAGS_FOLDER), key))) {
      throw notFound(`No tag with name: ${key} in experiment with id ${experimentId}`);
    }
  }

  /** Compares exactly: MLflow itself cannot find names with a quote in them. */
  private findByName(name: string): Experiment | undefined {
    return (
      this.list('ACTIVE_ONLY').find(experiment => experiment.name === name) ??
      this.list('DELETED_ONLY').find(experiment => experiment.name === name)
    );
  }

  private read(folder: string): Experiment | undefined {
    const meta = readMeta(folder, this.problems);
    if (!meta) {
      return undefined;
    }
    const path = join(folder, META_FILE);
    const name = textField(meta, 'name');
    const experimentId = textField(meta, 'experiment_id');
    if (name === undefined || experimentId === undefined) {
      this.problems.report(path, 'It is left out because it lacks a name or an experiment_id.');
      return undefined;
    }
    if (join(dirname(folder), experimentId) !== folder) {
      this.problems.report(
        path,
        `It is left out because its experiment_id ${experimentId} is not its folder's name.`,
      );
      return undefined;
    }
    const creationTimeMs = integerField(meta, 'creation_time');
    const lastUpdateTimeMs = integerField(meta, 'last_update_time');
    return {
      experimentId,
      name,
      artifactLocation:
        textField(meta, 'artifact_location') ?? this.layout.defaultArtifactLocation(experimentId),
      lifecycleStage: this.isTrashed(folder) ? 'deleted' : 'active',
      ...(creationTimeMs === undefined ? {} : { creationTimeMs }),
      ...(lastUpdateTimeMs === undefined ? {} : { lastUpdateTimeMs }),
      tags: readKeyValues(join(folder, TAGS_FOLDER), undefined, this.problems),
    };
  }

  private async write(
    experimentId: ExperimentId,
    name: string,
    artifactLocation: string | undefined,
    tags: readonly KeyValue[],
  ): Promise<void> {
    const folder = join(this.layout.root, experimentId);
    await makeFolder(folder);
    for (const tag of tags) {
      await writeKeyFile(join(folder, TAGS_FOLDER), tag, folder);
    }
    const now = Date.now();
    // The meta file comes last: it makes the experiment visible, complete.
    const meta = formatMeta({
      artifact_location: artifactLocation ?? this.layout.defaultArtifactLocation(experimentId),
      creation_time: now,
      experiment_id: experimentId,
      last_update_time: now,
      lifecycle_stage: 'active',
      name,
      workspace: 'default',
    });
    await replaceFile(join(folder, META_FILE), meta);
  }

  private async edit(folder: string, changes: Readonly<Record<string, MetaInput>>): Promise<void> {
    await replaceFile(join(folder, META_FILE), editedMeta(folder, changes, this.problems));
  }

  private async move(from: string, to: string): Promise<void> {
    await rename(from, to);
    await syncFolder(dirname(to));
    await syncFolder(dirname(from));
  }

  private requireActive(experimentId: ExperimentId, action: string): string {
    const experiment = this.get(experimentId);
    if (experiment.lifecycleStage !== 'active') {
      throw invalid(
        `The experiment ${experimentId} must be in the 'active' lifecycle_stage to ${action}`,
      );
    }
    return join(this.layout.root, experimentId);
  }

  private checkNameIsFree(name: string): void {
    const existing = this.findByName(name);
    if (existing) {
      throw new TrackingError(
        'RESOURCE_ALREADY_EXISTS',
        existing.lifecycleStage === 'deleted'
          ? `Experiment '${name}' already exists in deleted state. You can restore the experiment, or permanently delete it from the .trash folder, in order to use this experiment name again.`
          : `Experiment '${name}' already exists.`,
      );
    }
  }

  /** Eighteen digits, as MLflow 2 and later make them. */
  private newId(): ExperimentId {
    for (;;) {
      const digits = Array.from({ length: 6 }, () => String(randomInt(1000)).padStart(3, '0'));
      const id = digits.join('');
      if (!id.startsWith('0') && this.findFolder(id) === undefined) {
        return id;
      }
    }
  }

  private parents(viewType: ViewType): string[] {
    const { root, trash } = this.layout;
    return viewType === 'ALL' ? [root, trash] : viewType === 'ACTIVE_ONLY' ? [root] : [trash];
  }

  private isTrashed(folder: string): boolean {
    return dirname(folder) === this.layout.trash;
  }

  private isReserved(folder: string): boolean {
    return [...RESERVED_IN_ROOT].some(name => join(this.layout.root, name) === folder);
  }
}

function notFound(message: string): TrackingError {
  return new TrackingError('RESOURCE_DOES_NOT_EXIST', message);
}

function invalid(message: string): TrackingError {
  return new TrackingError('INVALID_PARAMETER_VALUE', message);
}
