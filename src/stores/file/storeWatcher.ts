import { basename, dirname, join, relative, sep } from 'node:path';
import { toDisposable, type Disposable } from '../../base/disposable';
import { Emitter, type Event } from '../../base/emitter';
import type { Logger } from '../../base/logger';
import type { StoreChange } from '../../tracking/trackingStore';
import type { ExperimentFiles } from './experimentFiles';
import { FolderWatches } from './folderWatches';
import {
  META_FILE,
  RESERVED_IN_EXPERIMENT,
  TAGS_FOLDER,
  TRASH_FOLDER,
  type Layout,
} from './layout';
import type { RunFiles } from './runFiles';
import {
  experimentSignature,
  innerFolders,
  pathSignature,
  runChangedMs,
  runSignature,
  wholeRunSignature,
} from './signatures';
import { Turns } from './turns';

/** Changes are collected this long, so that a burst is one event. */
const BATCH_MS = 100;
/** How often what the system does not tell of is looked at. */
const TICK_MS = 800;
/** Runs of which every file is looked at on each tick: those running or changed last. */
const MAX_HOT_RUNS = 24;
/** Other runs and experiments looked at on each tick, in turn, so that its cost does not grow with the store. */
const ROUND_SIZE = 250;

interface SeenExperiment {
  signature: string;
  /** Changes when a run comes or goes. */
  listing: string;
  runs: ReadonlySet<string>;
}

/** How far the clock of a file system may be from ours. */
const CLOCK_SKEW_MS = 2000;

/**
 * Says what changed in a store, whoever changed it, while someone listens. The system watches the root, the experiments and
 * as many runs as it may; a tick looks into the runs that are being written, and in turn at everything else, which serves
 * file systems that cannot be watched.
 */
export class StoreWatcher implements Disposable {
  private readonly emitter = new Emitter<readonly StoreChange[]>();
  private readonly pending = new Map<string, StoreChange>();
  private readonly watches: FolderWatches;
  private rootSignature = '';
  /** Signatures by folder, and the runs that each experiment had. */
  private readonly experimentsSeen = new Map<string, SeenExperiment>();
  private readonly runsSeen = new Map<string, string>();
  /** Whole signatures of the runs that change, the one that changed last at the end. */
  private readonly hot = new Map<string, string>();
  /** What the system told of and was not looked at yet. */
  private readonly dirtyExperiments = new Set<string>();
  private readonly dirtyRuns = new Set<string>();
  private rootIsDirty = false;
  private experimentRound: Iterator<string> | undefined;
  private runRound: Iterator<string> | undefined;
  private batchTimer: NodeJS.Timeout | undefined;
  private tickTimer: NodeJS.Timeout | undefined;
  private generation = 0;

  constructor(
    private readonly layout: Layout,
    private readonly experiments: ExperimentFiles,
    private readonly runs: RunFiles,
    private readonly logger: Logger,
  ) {
    this.watches = new FolderWatches(path => this.onPathChanged(path), logger);
  }

  readonly onDidChange: Event<readonly StoreChange[]> = listener => {
    const subscription = this.emitter.event(listener);
    this.start();
    return toDisposable(() => {
      subscription.dispose();
      if (!this.emitter.hasListeners) {
        this.stop();
      }
    });
  };

  /** Tells of a change, such as one made by this process. */
  report(change: StoreChange): void {
    if (this.emitter.hasListeners) {
      this.pending.set(JSON.stringify(change), change);
      this.batchTimer ??= setTimeout(() => this.flush(), BATCH_MS);
    }
  }

  dispose(): void {
    this.stop();
    this.emitter.dispose();
  }

  private start(): void {
    if (this.tickTimer) {
      return;
    }
    this.rootSignature = this.readRootSignature();
    this.watchRoot();
    const folders = this.experiments.listFolders('ALL');
    folders.forEach(folder => this.addExperiment(folder));
    this.tickTimer = setInterval(() => this.tick(), TICK_MS).unref();
    this.addRuns(folders, Date.now(), this.generation).catch((error: unknown) => {
      this.logger.error('Cannot watch the runs of the file store.', error);
    });
  }

  private stop(): void {
    this.generation += 1;
    clearInterval(this.tickTimer);
    clearTimeout(this.batchTimer);
    this.tickTimer = this.batchTimer = undefined;
    this.pending.clear();
    this.watches.clear();
    this.experimentsSeen.clear();
    this.runsSeen.clear();
    this.hot.clear();
    this.dirtyExperiments.clear();
    this.dirtyRuns.clear();
    this.rootIsDirty = false;
    this.experimentRound = this.runRound = undefined;
  }

  private flush(): void {
    this.checkDirty();
    const changes = [...this.pending.values()];
    this.pending.clear();
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    if (changes.length > 0) {
      this.emitter.fire(changes);
    }
  }

  /**
   * Notes how the runs are now, in slices: there may be many. A listener knows the store as it was when it began to listen,
   * so what may have changed since is told.
   */
  private async addRuns(
    experimentFolders: readonly string[],
    sinceMs: number,
    generation: number,
  ): Promise<void> {
    const turns = new Turns(undefined);
    const running: { readonly folder: string; readonly startedMs: number }[] = [];
    for (const experimentFolder of experimentFolders) {
      const experimentId = basename(experimentFolder);
      for (const runId of this.experimentsSeen.get(experimentFolder)?.runs ?? []) {
        await turns.next();
        if (generation !== this.generation) {
          return;
        }
        const folder = join(experimentFolder, runId);
        this.addRun(folder);
        const info = this.runs.read(folder)?.info;
        if (info?.status === 'RUNNING' && info.lifecycleStage === 'active') {
          running.push({ folder, startedMs: Number(info.startTimeMs ?? 0) });
        } else if (runChangedMs(folder) > sinceMs - CLOCK_SKEW_MS) {
          this.report({ kind: 'runs', experimentId, runId });
        }
      }
    }
    running.sort((a, b) => a.startedMs - b.startedMs);
    running.slice(-MAX_HOT_RUNS).forEach(({ folder }) => this.runChanged(folder));
  }

  private tick(): void {
    const rootSignature = this.readRootSignature();
    if (rootSignature !== this.rootSignature) {
      this.rootSignature = rootSignature;
      this.syncExperiments();
    }
    for (const [folder, signature] of [...this.hot]) {
      if (wholeRunSignature(folder) !== signature) {
        this.runChanged(folder);
      }
    }
    this.experimentRound = this.nextRound(this.experimentRound, this.experimentsSeen, folder =>
      this.checkExperiment(folder),
    );
    this.runRound = this.nextRound(this.runRound, this.runsSeen, folder => {
      if (this.runsSeen.get(folder) !== runSignature(folder)) {
        this.runChanged(folder);
      }
    });
  }

  private nextRound(
    round: Iterator<string> | undefined,
    folders: ReadonlyMap<string, unknown>,
    check: (folder: string) => void,
  ): Iterator<string> | undefined {
    const current = round ?? folders.keys();
    for (let count = 0; count < ROUND_SIZE; count += 1) {
      const next = current.next();
      if (next.done) {
        return undefined;
      }
      check(next.value);
    }
    return current;
  }

  /** A path below the root changed, by what the system says; what it belongs to follows from where it is. */
  private onPathChanged(path: string): void {
    const parts = relative(this.layout.root, path).split(sep);
    const depth = parts[0] === TRASH_FOLDER ? 1 : 0;
    const [experimentId, child, ...inside] = parts.slice(depth);
    if (!experimentId || !child) {
      this.rootIsDirty = true;
    }
    if (experimentId) {
      const folder = join(this.layout.root, ...parts.slice(0, depth + 1));
      if (inside.length === 0) {
        this.dirtyExperiments.add(folder);
      }
      if (child === META_FILE || child === TAGS_FOLDER) {
        this.report({ kind: 'experiments' });
      } else if (child && RESERVED_IN_EXPERIMENT.has(child)) {
        this.report({ kind: 'runs', experimentId });
      } else if (child) {
        this.dirtyRuns.add(join(folder, child));
      }
    }
    this.batchTimer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  /** Looks once at what may have been written a hundred times. */
  private checkDirty(): void {
    if (this.rootIsDirty) {
      this.rootIsDirty = false;
      this.syncExperiments();
    }
    this.dirtyExperiments.forEach(folder => this.checkExperiment(folder));
    for (const folder of this.dirtyRuns) {
      if (this.runsSeen.has(folder)) {
        this.runChanged(folder);
      }
    }
    this.dirtyExperiments.clear();
    this.dirtyRuns.clear();
  }

  private syncExperiments(): void {
    this.watchRoot();
    const folders = new Set(this.experiments.listFolders('ALL'));
    for (const folder of [...this.experimentsSeen.keys()]) {
      if (!folders.has(folder)) {
        this.removeExperiment(folder);
      }
    }
    for (const folder of folders) {
      if (!this.experimentsSeen.has(folder)) {
        this.addExperiment(folder);
        this.experimentsSeen.get(folder)?.runs.forEach(name => this.addRun(join(folder, name)));
        this.report({ kind: 'runs', experimentId: basename(folder) });
      }
    }
    this.report({ kind: 'experiments' });
  }

  private addExperiment(folder: string): void {
    this.watches.add(folder);
    this.watches.add(join(folder, TAGS_FOLDER));
    this.experimentsSeen.set(folder, {
      signature: experimentSignature(folder),
      listing: pathSignature(folder),
      runs: new Set(this.runs.listNames(folder)),
    });
  }

  private removeExperiment(folder: string): void {
    this.experimentsSeen.get(folder)?.runs.forEach(name => this.removeRun(join(folder, name)));
    this.experimentsSeen.delete(folder);
    this.watches.remove(folder);
    this.watches.remove(join(folder, TAGS_FOLDER));
  }

  private checkExperiment(folder: string): void {
    const seen = this.experimentsSeen.get(folder);
    if (!seen) {
      return;
    }
    const signature = experimentSignature(folder);
    if (signature !== seen.signature) {
      seen.signature = signature;
      this.report({ kind: 'experiments' });
    }
    const listing = pathSignature(folder);
    if (listing === seen.listing) {
      return;
    }
    seen.listing = listing;
    const before = seen.runs;
    seen.runs = new Set(this.runs.listNames(folder));
    const experimentId = basename(folder);
    for (const runId of seen.runs) {
      if (!before.has(runId)) {
        this.addRun(join(folder, runId));
        this.heat(join(folder, runId));
        this.report({ kind: 'runs', experimentId, runId });
      }
    }
    for (const runId of before) {
      if (!seen.runs.has(runId)) {
        this.removeRun(join(folder, runId));
        this.report({ kind: 'runs', experimentId, runId });
      }
    }
  }

  private addRun(folder: string): void {
    this.watches.add(folder);
    this.runsSeen.set(folder, runSignature(folder));
  }

  private removeRun(folder: string): void {
    this.runsSeen.delete(folder);
    this.hot.delete(folder);
    this.watches.remove(folder);
    innerFolders(folder).forEach(inner => this.watches.remove(inner));
  }

  private runChanged(folder: string): void {
    this.runsSeen.set(folder, runSignature(folder));
    this.heat(folder);
    const experimentId = basename(dirname(folder));
    this.report({ kind: 'runs', experimentId, runId: basename(folder) });
  }

  /** From now on every file of the run is looked at, until as many others changed after it. */
  private heat(folder: string): void {
    this.hot.delete(folder);
    this.hot.set(folder, wholeRunSignature(folder));
    innerFolders(folder).forEach(inner => this.watches.add(inner));
    const [coldest] = this.hot.keys();
    if (coldest !== undefined && this.hot.size > MAX_HOT_RUNS) {
      this.hot.delete(coldest);
      this.runsSeen.set(coldest, runSignature(coldest));
    }
  }

  private watchRoot(): void {
    this.watches.add(this.layout.root);
    this.watches.add(this.layout.trash);
  }

  private readRootSignature(): string {
    return pathSignature(this.layout.root, this.layout.trash);
  }
}
