import { basename, join } from 'node:path';
import type { StoreChange } from '../../../tracking/trackingStore';
import type { ExperimentFiles } from '../experimentFiles';
import { TAGS_FOLDER, type Layout } from '../layout';
import type { FolderWatches } from './folderWatches';
import type { RunCoverage } from './runCoverage';
import { experimentSignature, pathSignature } from './signatures';
import type { WatchedRuns } from './watchedRuns';

/** Experiments looked at on each tick, in turn. */
const ROUND_SIZE = 250;

interface SeenExperiment {
  signature: string;
  /** Changes when a run comes or goes. */
  listing: string;
  runs: ReadonlySet<string>;
}

export interface WatchedExperimentsOptions {
  readonly layout: Layout;
  readonly experiments: ExperimentFiles;
  readonly listRuns: (experimentFolder: string) => readonly string[];
  readonly watches: FolderWatches;
  readonly coverage: RunCoverage;
  /** Told which runs there are. */
  readonly runs: WatchedRuns;
  readonly onChanged: (change: StoreChange) => void;
}

/**
 * Finds out which experiments changed, came or went, and which runs came or went in them. All are watched while the system
 * has room; some are looked at on each tick, in turn.
 */
export class WatchedExperiments {
  private readonly seen = new Map<string, SeenExperiment>();
  private rootSignature = '';
  private round: Iterator<string> | undefined;

  constructor(private readonly options: WatchedExperimentsOptions) {}

  /** @returns the folders of all experiments, whose runs are known and not yet watched. */
  start(): readonly string[] {
    this.rootSignature = this.readRootSignature();
    this.watchRoot();
    const folders = this.options.experiments.listFolders('ALL');
    folders.forEach(folder => this.add(folder));
    return folders;
  }

  clear(): void {
    this.seen.clear();
    this.round = undefined;
  }

  /** Looks for experiments that came or went, if the root says so. */
  checkRoot(): void {
    const rootSignature = this.readRootSignature();
    if (rootSignature !== this.rootSignature) {
      this.rootSignature = rootSignature;
      this.sync();
    }
  }

  /** Looks at the next experiments in turn. */
  tick(): void {
    const round = this.round ?? this.seen.keys();
    this.round = round;
    for (let count = 0; count < ROUND_SIZE; count += 1) {
      const next = round.next();
      if (next.done) {
        this.round = undefined;
        return;
      }
      this.check(next.value);
    }
  }

  /** Takes note of experiments that came or went. */
  sync(): void {
    const { experiments, runs, onChanged } = this.options;
    this.watchRoot();
    const folders = new Set(experiments.listFolders('ALL'));
    for (const folder of [...this.seen.keys()]) {
      if (!folders.has(folder)) {
        this.remove(folder);
      }
    }
    for (const folder of folders) {
      if (!this.seen.has(folder)) {
        this.add(folder);
        this.seen.get(folder)?.runs.forEach(name => runs.watch(join(folder, name)));
        onChanged({ kind: 'runs', experimentId: basename(folder) });
      }
    }
    onChanged({ kind: 'experiments' });
  }

  /** @param isSure that runs came or went, even when the folder's time says nothing. */
  check(folder: string, isSure = false): void {
    const { runs, onChanged } = this.options;
    const seen = this.seen.get(folder);
    if (!seen) {
      return;
    }
    const signature = experimentSignature(folder);
    if (signature !== seen.signature) {
      seen.signature = signature;
      onChanged({ kind: 'experiments' });
    }
    const listing = pathSignature(folder);
    if (listing === seen.listing && !isSure) {
      return;
    }
    seen.listing = listing;
    const before = seen.runs;
    seen.runs = this.listRuns(folder);
    const experimentId = basename(folder);
    for (const runId of seen.runs) {
      if (!before.has(runId)) {
        runs.add(join(folder, runId));
        runs.changed(join(folder, runId));
      }
    }
    for (const runId of before) {
      if (!seen.runs.has(runId)) {
        runs.remove(join(folder, runId));
        onChanged({ kind: 'runs', experimentId, runId });
      }
    }
  }

  private add(folder: string): void {
    const { watches, coverage, runs } = this.options;
    if (watches.add(folder)) {
      coverage.coverExperiment(folder);
    }
    watches.add(join(folder, TAGS_FOLDER));
    const names = this.listRuns(folder);
    this.seen.set(folder, {
      signature: experimentSignature(folder),
      listing: pathSignature(folder),
      runs: names,
    });
    names.forEach(name => runs.add(join(folder, name)));
  }

  private remove(folder: string): void {
    const { watches, coverage, runs } = this.options;
    this.seen.get(folder)?.runs.forEach(name => runs.remove(join(folder, name)));
    this.seen.delete(folder);
    coverage.uncoverExperiment(folder);
    watches.remove(folder);
    watches.remove(join(folder, TAGS_FOLDER));
  }

  private listRuns(experimentFolder: string): Set<string> {
    return new Set(this.options.listRuns(experimentFolder));
  }

  private watchRoot(): void {
    const { watches, layout } = this.options;
    watches.add(layout.root);
    watches.add(layout.trash);
  }

  private readRootSignature(): string {
    const { root, trash } = this.options.layout;
    return pathSignature(root, trash);
  }
}
