import { sep } from 'node:path';
import type { Field } from '../../tracking/search/ast';
import type { FieldReader, FieldValue } from '../../tracking/search/values';
import type { DatasetFiles } from './datasetFiles';
import { DATASET_CONTEXT_TAG } from './datasetSearch';
import type { RunIndex, RunListing } from './index/runIndex';
import { safeKeyPath } from './keyFiles';
import { META_FILE, METRICS_FOLDER, PARAMS_FOLDER, TAGS_FOLDER } from './layout';
import type { StoredRun } from './runColumns';
import type { RunFiles } from './runFiles';

/** What a cursor reads from. */
export interface SearchedFiles {
  readonly runs: RunFiles;
  readonly datasets: DatasetFiles;
  readonly index: RunIndex;
}

/**
 * Goes over the runs of an experiment for a search, which asks for the fields of one after the other. Only what is asked for
 * is looked at: a run that a metric rules out costs a look at that metric's file.
 */
export class RunCursor {
  private readonly listing: RunListing;
  /** How each field is found: done once, since with ten thousand runs even joining a path counts. */
  private readonly readers = new Map<Field, () => FieldValue>();
  private readonly readMeta: () => unknown;
  private readonly isWatched: boolean;
  private at = -1;
  private folder = '';
  private row = 0;
  /** See `Coverage.knownSince`. */
  private since = Infinity;

  constructor(
    private readonly files: SearchedFiles,
    private readonly experimentFolder: string,
  ) {
    const { index, runs } = files;
    this.listing = index.list(experimentFolder, () => runs.listNames(experimentFolder));
    this.isWatched = index.coverage.namesKnownSince(experimentFolder) !== Infinity;
    this.readMeta = this.fileReader(META_FILE);
  }

  /** Moves to the next run, if there is one. */
  next(): boolean {
    this.at += 1;
    const folder = this.listing.folders[this.at];
    if (folder === undefined) {
      return false;
    }
    this.folder = folder;
    this.row = this.listing.rows[this.at] ?? 0;
    this.since = this.isWatched ? this.files.index.coverage.knownSince(folder) : Infinity;
    return true;
  }

  /** The run at which the cursor stands; `undefined` when its folder is none. */
  get run(): StoredRun | undefined {
    return this.readMeta() as StoredRun | undefined;
  }

  /** Reads a field of the run at which the cursor stands. */
  readonly read: FieldReader = field => {
    let reader = this.readers.get(field);
    if (!reader) {
      reader = this.fieldReader(field);
      this.readers.set(field, reader);
    }
    return reader();
  };

  /** A key that cannot exist, such as one that would lead out of the folder, is missing everywhere. */
  private fieldReader({ entity, key }: Field): () => FieldValue {
    switch (entity) {
      case 'dataset':
        return () => this.readDatasets(key);
      case 'attribute':
        return () => this.readAttribute(key);
      default: {
        const name = safeKeyPath(FOLDERS[entity], key);
        return name === undefined
          ? () => undefined
          : (this.fileReader(name) as () => string | number | undefined);
      }
    }
  }

  /** @param name a path in a run's folder. */
  private fileReader(name: string): () => unknown {
    const { index } = this.files;
    const column = index.experiment(this.experimentFolder).column(name);
    const suffix = sep + name;
    return () => column.get(this.row, this.folder + suffix, this.since, index.coverage.tick);
  }

  private readDatasets(key: Field['key']): FieldValue {
    const { datasets } = this.files.datasets.readInputs(this.folder);
    switch (key) {
      case 'name':
        return datasets.map(({ dataset }) => dataset.name);
      case 'digest':
        return datasets.map(({ dataset }) => dataset.digest);
      default:
        return datasets
          .flatMap(({ tags }) => tags)
          .filter(tag => tag.key === DATASET_CONTEXT_TAG)
          .map(tag => tag.value);
    }
  }

  private readAttribute(key: Field['key']): FieldValue {
    const { run } = this;
    const { info } = run ?? {};
    switch (key) {
      case 'run_id':
        return info?.runId;
      case 'start_time':
        return info?.startTimeMs;
      case 'end_time':
        return info?.endTimeMs;
      case 'status':
        return info?.status;
      case 'user_id':
        return info?.userId;
      case 'run_name':
        return run && this.files.runs.infoOf(run).runName;
      default:
        return run && this.files.runs.infoOf(run).artifactUri;
    }
  }
}

const FOLDERS = { metric: METRICS_FOLDER, param: PARAMS_FOLDER, tag: TAGS_FOLDER } as const;
