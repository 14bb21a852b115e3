import { basename, dirname, sep } from 'node:path';
import { noCoverage, type Coverage } from './coverage';
import { ExperimentIndex, type KindOf } from './experimentIndex';
import type { IndexFolder } from './indexFolder';

/** Values remembered in all experiments together: about 100 bytes each. */
const MAX_VALUES = 2_000_000;
/** Index files are written when nobody searched for this long. */
const SAVE_AFTER_MS = 1000;

export interface RunIndexOptions {
  readonly kindOf: KindOf;
  /** See `FileColumn`. */
  readonly settleMs: number;
  /** Where what is known is kept for other processes; absent: nowhere. */
  readonly folder?: IndexFolder;
}

/** The runs of an experiment, by the names of their folders. */
export interface RunListing {
  readonly names: readonly string[];
  /** The folder, the row in the index, of each name. */
  readonly folders: readonly string[];
  readonly rows: readonly number[];
}

interface KnownListing extends RunListing {
  readonly checkedAt: number;
}

/** What is remembered of the files of all runs, in this process and between processes. See `FileColumn` for its rule. */
export class RunIndex {
  private readonly experiments = new Map<string, ExperimentIndex>();
  private readonly isLoaded = new Set<string>();
  private readonly listings = new Map<string, KnownListing>();
  private saveTimer: NodeJS.Timeout | undefined;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: RunIndexOptions,
    readonly coverage: Coverage = noCoverage,
  ) {}

  /** What a file of a run says, by a look at the file. */
  get(runFolder: string, name: string): unknown {
    const experiment = this.experiment(dirname(runFolder));
    const row = experiment.rowOf(basename(runFolder));
    const { tick } = this.coverage;
    return experiment.column(name).get(row, runFolder + sep + name, Infinity, tick);
  }

  experiment(folder: string): ExperimentIndex {
    let experiment = this.experiments.get(folder);
    if (!experiment) {
      experiment = this.newExperiment(folder);
      this.experiments.set(folder, experiment);
    }
    return experiment;
  }

  private newExperiment(folder: string): ExperimentIndex {
    return new ExperimentIndex(folder, this.options.kindOf, this.options.settleMs);
  }

  /** Searches profit from what other processes found; a look at one run is not worth reading that. */
  private load(folder: string): void {
    if (!this.options.folder || this.isLoaded.has(folder)) {
      return;
    }
    this.isLoaded.add(folder);
    const stored = this.options.folder.load(folder);
    if (stored) {
      const experiment = this.newExperiment(folder);
      experiment.restore(stored);
      this.experiments.set(folder, experiment);
    }
  }

  /** @param listNames reads the names; not called while they are known. */
  list(experimentFolder: string, listNames: () => readonly string[]): RunListing {
    const { tick } = this.coverage;
    const known = this.listings.get(experimentFolder);
    if (known && known.checkedAt >= this.coverage.namesKnownSince(experimentFolder)) {
      return known;
    }
    this.load(experimentFolder);
    const names = listNames();
    const experiment = this.experiment(experimentFolder);
    experiment.retain(names);
    const listing = {
      names,
      folders: names.map(name => experimentFolder + sep + name),
      rows: names.map(name => experiment.rowOf(name)),
      checkedAt: tick,
    };
    this.listings.set(experimentFolder, listing);
    return listing;
  }

  /** To be called after a search: limits what is remembered, and keeps it when nobody searches for a while. */
  settle(): void {
    let size = 0;
    this.experiments.forEach(experiment => (size += experiment.size));
    for (const experiment of size > MAX_VALUES ? this.experiments.values() : []) {
      experiment.shrink();
    }
    if (this.options.folder) {
      clearTimeout(this.saveTimer);
      this.saveTimer = setTimeout(() => void this.save(), SAVE_AFTER_MS).unref();
    }
  }

  /** Keeps what is worth it. Never rejects. */
  save(): Promise<void> {
    clearTimeout(this.saveTimer);
    const { folder: files } = this.options;
    if (files) {
      this.saving = this.saving.then(async () => {
        for (const [folder, experiment] of this.experiments) {
          const unsaved = experiment.takeUnsaved();
          if (unsaved) {
            await files.save(folder, unsaved);
          }
        }
      });
    }
    return this.saving;
  }
}
