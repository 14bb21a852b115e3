import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type {
  Dataset,
  DatasetInput,
  ModelInput,
  ModelOutput,
  Run,
  RunId,
} from '../../tracking/entities';
import { validateDatasetInputs, validateModelId } from '../../tracking/validation';
import { DATASETS_FOLDER, INPUTS_FOLDER, META_FILE, OUTPUTS_FOLDER } from './layout';
import { integerField, mappingField, textField } from './metaFields';
import { readMeta } from './metaFiles';
import { formatMeta } from './metaYaml';
import type { ProblemList } from './problemList';
import { isFolder, listSubfolders } from './readFiles';
import { makeFolder, replaceFile } from './writeFiles';

/**
 * What runs used and made: `<run>/inputs/<id>` names a dataset in `<experiment>/datasets/<id>` or a logged model,
 * `<run>/outputs/<model id>` a logged model.
 */
export class DatasetFiles {
  constructor(private readonly problems: ProblemList) {}

  readInputs(runFolder: string): Run['inputs'] {
    const datasets: DatasetInput[] = [];
    const models: ModelInput[] = [];
    for (const folder of this.listMetaFolders(join(runFolder, INPUTS_FOLDER))) {
      const meta = readMeta(folder, this.problems);
      const sourceId = meta && textField(meta, 'source_id');
      if (!meta || sourceId === undefined || !isFileName(sourceId)) {
        continue;
      }
      // `destination_id` is not what its name says: MLflow writes the source's id there.
      if (textField(meta, 'source_type') === 'MODEL') {
        models.push({ modelId: sourceId });
        continue;
      }
      const dataset = this.readDataset(join(dirname(runFolder), DATASETS_FOLDER, sourceId));
      if (dataset) {
        const tags = mappingField(meta, 'tags').map(([key, value]) => ({ key, value }));
        datasets.push({ dataset, tags });
      }
    }
    return { datasets, models };
  }

  readOutputs(runFolder: string): ModelOutput[] {
    return this.listMetaFolders(join(runFolder, OUTPUTS_FOLDER)).flatMap(folder => {
      const meta = readMeta(folder, this.problems);
      const modelId = meta && (textField(meta, 'source_id') ?? textField(meta, 'destination_id'));
      return meta && modelId !== undefined
        ? [{ modelId, step: integerField(meta, 'step') ?? 0 }]
        : [];
    });
  }

  /** The first registration of a dataset in an experiment stays, and so do the tags of its first use by a run. */
  async logInputs(
    runFolder: string,
    runId: RunId,
    datasets: readonly DatasetInput[],
    models: readonly ModelInput[],
  ): Promise<void> {
    for (const { dataset, tags } of datasets) {
      const datasetId = md5(dataset.name, dataset.digest);
      await this.writeOnce(
        join(dirname(runFolder), DATASETS_FOLDER, datasetId),
        formatMeta({
          digest: dataset.digest,
          name: dataset.name,
          profile: dataset.profile ?? null,
          schema: dataset.schema ?? null,
          source: dataset.source,
          source_type: dataset.sourceType,
        }),
      );
      await this.writeInput(
        runFolder,
        runId,
        'DATASET',
        datasetId,
        Object.fromEntries(tags.map(({ key, value }) => [key, value])),
      );
    }
    for (const { modelId } of models) {
      await this.writeInput(runFolder, runId, 'MODEL', modelId, {});
    }
  }

  async logOutputs(runFolder: string, models: readonly ModelOutput[]): Promise<void> {
    for (const { modelId, step } of models) {
      await this.writeOnce(
        join(runFolder, OUTPUTS_FOLDER, modelId),
        formatMeta({
          destination_id: modelId,
          destination_type: 'MODEL_OUTPUT',
          source_id: modelId,
          source_type: 'RUN_OUTPUT',
          step,
          tags: {},
        }),
      );
    }
  }

  private async writeInput(
    runFolder: string,
    runId: RunId,
    sourceType: 'DATASET' | 'MODEL',
    sourceId: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.writeOnce(
      join(runFolder, INPUTS_FOLDER, md5(sourceId, runId)),
      formatMeta({
        destination_id: sourceId,
        destination_type: 'RUN',
        source_id: sourceId,
        source_type: sourceType,
        tags,
      }),
    );
  }

  private async writeOnce(folder: string, meta: string): Promise<void> {
    if (readMeta(folder, this.problems) === undefined) {
      await makeFolder(folder);
      await replaceFile(join(folder, META_FILE), meta);
    }
  }

  private readDataset(folder: string): Dataset | undefined {
    const meta = readMeta(folder, this.problems);
    const name = meta && textField(meta, 'name');
    const digest = meta && textField(meta, 'digest');
    if (!meta || name === undefined || digest === undefined) {
      return undefined;
    }
    const schema = textField(meta, 'schema');
    const profile = textField(meta, 'profile');
    return {
      name,
      digest,
      sourceType: textField(meta, 'source_type') ?? '',
      source: textField(meta, 'source') ?? '',
      ...(schema === undefined ? {} : { schema }),
      ...(profile === undefined ? {} : { profile }),
    };
  }

  private listMetaFolders(parent: string): string[] {
    return isFolder(parent)
      ? listSubfolders(parent, this.problems)
          .sort()
          .map(name => join(parent, name))
      : [];
  }
}

/** Checks inputs before any of them is written. */
export function validateInputs(
  datasets: readonly DatasetInput[],
  models: readonly ModelInput[],
): void {
  validateDatasetInputs(datasets);
  validateModels(models);
}

/** Checks model ids, which become the names of folders. */
export function validateModels(models: readonly ModelInput[]): void {
  models.forEach(({ modelId }) => validateModelId(modelId));
}

/** An id read from a file must not lead out of its folder. */
function isFileName(id: string): boolean {
  return id !== '' && !/[/\\]/.test(id) && id !== '.' && id !== '..';
}

function md5(...parts: readonly string[]): string {
  const hash = createHash('md5');
  parts.forEach(part => hash.update(part, 'utf8'));
  return hash.digest('hex');
}
