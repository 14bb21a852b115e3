import { basename, dirname, join, relative, sep } from 'node:path';
import { toDisposable, type Disposable } from '../../../base/disposable';
import { Emitter, type Event } from '../../../base/emitter';
import type { Logger } from '../../../base/logger';
import type { StoreChange } from '../../../tracking/trackingStore';
import type { ExperimentFiles } from '../experimentFiles';
import { isLocalFolder } from '../fileSystem';
import type { Coverage } from '../index/coverage';
import {
  META_FILE,
  RESERVED_IN_EXPERIMENT,
  TAGS_FOLDER,
  TRASH_FOLDER,
  type Layout,
} from '../layout';
import type { RunFiles } from '../runFiles';
import { Turns } from '../turns';
import { FolderWatches } from './folderWatches';
import { RunCoverage } from './runCoverage';
import { experimentSignature, pathSignature } from './signatures';
import { WatchedRuns } from './watchedRuns';

/** Changes are collected this long, so that a burst is one event. */
const BATCH_MS = 100;
/** How often what the system does not tell of is looked at. */
const TICK_MS = 800;
/** Experiments looked at on each tick, in turn. */
const ROUND_SIZE = 250;
/** Running runs that are looked at on each tick from the start. */
const MAX_RUNNING = 24;
/** Folders that a run has at least: its own, metrics, params and tags. */
const FOLDERS_PER_RUN = 4;

interface SeenExperiment {
  signature: string;
  /** Changes when a run comes or goes. */
  listing: string;
  runs: ReadonlySet<string>;
}

export interface StoreWatcherOptions {
  readonly layout: Layout;
  readonly experiments: ExperimentFiles;
  /** What reads runs, which itself wants to know what is watched. */
  readonly runs: () => RunFiles;
  readonly logger: Logger;
  /** How many folders the system may be asked to tell of; default a share of its limit. */
  readonly maxWatches?: number | undefined;
}

/**
 * Says what changed in a store, whoever changed it, while someone listens. The system watches the root, the experiments and
 * as many runs as it may, see `WatchedRuns`; a tick looks in turn at what it does not tell of.
 */
export class StoreWatcher implements Disposable {
  private readonly emitter = new Emitter<readonly StoreChange[]>();
  private readonly pending = new Map<string, StoreChange>();
  private readonly layout: Layout;
  private readonly experiments: ExperimentFiles;
  private readonly watches: FolderWatches;
  private readonly covered: RunCoverage;
  private readonly watched: WatchedRuns;
  private rootSignature = '';
  private readonly experimentsSeen = new Map<string, SeenExperiment>();
  /** What the system told of and was not looked at yet. */
  private readonly dirtyExperiments = new Set<string>();
  private readonly dirtyRuns = new Set<string>();
  private rootIsDirty = false;
  private experimentRound: Iterator<string> | undefined;
  private batchTimer: NodeJS.Timeout | undefined;
  private tickTimer: NodeJS.Timeout | undefined;
  private generation = 0;

  constructor(private readonly options: StoreWatcherOptions) {
    const { layout, experiments, logger, maxWatches } = options;
    this.layout = layout;
    this.experiments = experiments;
    const events = {
      onChange: (path: string, cameOrWent: boolean) => this.onPathChanged(path, cameOrWent),
      onLost: () => this.startAgain(),
      logger,
    };
    this.watches = new FolderWatches(events, maxWatches);
    this.covered = new RunCoverage(this.watches, isLocalFolder(layout.root));
    this.watched = new WatchedRuns({
      coverage: this.covered,
      watchesTree: process.platform !== 'linux',
      onChanged: folder => this.reportRun(folder),
      logger,
    });
  }

  /** What is watched, for an index. */
  get coverage(): Coverage {
    return this.covered;
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
    this.watched.start();
    this.rootSignature = this.readRootSignature();
    this.watchRoot();
    const folders = this.experiments.listFolders('ALL');
    folders.forEach(folder => this.addExperiment(folder));
    this.tickTimer = setInterval(() => this.tick(), TICK_MS).unref();
    this.watchRuns(folders, this.generation).catch((error: unknown) => {
      this.options.logger.error('Cannot watch the runs of the file store.', error);
    });
  }

  /** More happened than the system could tell. */
  private startAgain(): void {
    this.options.logger.debug(`Too much happened in ${this.layout.root}: all is looked at again.`);
    this.stop();
    this.start();
    this.report({ kind: 'everything' });
  }

  private stop(): void {
    this.generation += 1;
    clearInterval(this.tickTimer);
    clearTimeout(this.batchTimer);
    this.tickTimer = this.batchTimer = undefined;
    this.pending.clear();
    this.watches.clear();
    this.covered.clear();
    this.watched.clear();
    this.experimentsSeen.clear();
    this.dirtyExperiments.clear();
    this.dirtyRuns.clear();
    this.rootIsDirty = false;
    this.experimentRound = undefined;
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

  /** Has the newest runs watched, in slices: there may be many. */
  private async watchRuns(experimentFolders: readonly string[], generation: number): Promise<void> {
    const turns = new Turns(undefined);
    const runs: {
      readonly folder: string;
      readonly startedMs: number;
      readonly isRunning: boolean;
    }[] = [];
    for (const folder of experimentFolders) {
      for (const { folder: runFolder, info } of await this.options
        .runs()
        .list(folder, 'ALL', turns)) {
        runs.push({
          folder: runFolder,
          startedMs: Number(info.startTimeMs ?? 0),
          isRunning: info.status === 'RUNNING' && info.lifecycleStage === 'active',
        });
      }
    }
    runs.sort((a, b) => a.startedMs - b.startedMs);
    const newest = runs.slice(-Math.max(1, Math.floor(this.watches.room / FOLDERS_PER_RUN)));
    for (const { folder } of newest) {
      await turns.next();
      if (generation !== this.generation) {
        return;
      }
      if (this.watched.has(folder)) {
        this.watched.watch(folder);
      }
    }
    for (const { folder } of runs.filter(run => run.isRunning).slice(-MAX_RUNNING)) {
      if (this.watched.has(folder)) {
        this.watched.changed(folder);
      }
    }
  }

  private tick(): void {
    const rootSignature = this.readRootSignature();
    if (rootSignature !== this.rootSignature) {
      this.rootSignature = rootSignature;
      this.syncExperiments();
    }
    this.watched.tick();
    const round = this.experimentRound ?? this.experimentsSeen.keys();
    this.experimentRound = round;
    for (let count = 0; count < ROUND_SIZE; count += 1) {
      const next = round.next();
      if (next.done) {
        this.experimentRound = undefined;
        return;
      }
      this.checkExperiment(next.value);
    }
  }

  /** A path below the root changed, by what the system says; what it belongs to follows from where it is. */
  private onPathChanged(path: string, cameOrWent: boolean): void {
    const parts = relative(this.layout.root, path).split(sep);
    const depth = parts[0] === TRASH_FOLDER ? 1 : 0;
    const [experimentId, child, ...inside] = parts.slice(depth);
    if (!experimentId || !child) {
      this.rootIsDirty = true;
    }
    if (experimentId) {
      const folder = join(this.layout.root, ...parts.slice(0, depth + 1));
      if (inside.length === 0) {
        this.covered.touchExperiment(folder);
        this.dirtyExperiments.add(folder);
      }
      if (child === META_FILE || child === TAGS_FOLDER) {
        this.report({ kind: 'experiments' });
      } else if (child && RESERVED_IN_EXPERIMENT.has(child)) {
        this.report({ kind: 'runs', experimentId });
      } else if (child) {
        const runFolder = join(folder, child);
        if (cameOrWent) {
          this.covered.doubt(runFolder);
        } else {
          this.covered.touch(runFolder);
        }
        this.dirtyRuns.add(runFolder);
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
    this.dirtyExperiments.forEach(folder => this.checkExperiment(folder, true));
    for (const folder of this.dirtyRuns) {
      if (this.watched.has(folder)) {
        this.watched.changed(folder);
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
        this.experimentsSeen
          .get(folder)
          ?.runs.forEach(name => this.watched.watch(join(folder, name)));
        this.report({ kind: 'runs', experimentId: basename(folder) });
      }
    }
    this.report({ kind: 'experiments' });
  }

  private addExperiment(folder: string): void {
    if (this.watches.add(folder)) {
      this.covered.coverExperiment(folder);
    }
    this.watches.add(join(folder, TAGS_FOLDER));
    const runs = this.listRuns(folder);
    this.experimentsSeen.set(folder, {
      signature: experimentSignature(folder),
      listing: pathSignature(folder),
      runs,
    });
    runs.forEach(name => this.watched.add(join(folder, name)));
  }

  private listRuns(experimentFolder: string): Set<string> {
    return new Set(this.options.runs().listNames(experimentFolder));
  }

  private removeExperiment(folder: string): void {
    this.experimentsSeen.get(folder)?.runs.forEach(name => this.watched.remove(join(folder, name)));
    this.experimentsSeen.delete(folder);
    this.covered.uncoverExperiment(folder);
    this.watches.remove(folder);
    this.watches.remove(join(folder, TAGS_FOLDER));
  }

  /** @param isSure that runs came or went, even when the folder's time says nothing. */
  private checkExperiment(folder: string, isSure = false): void {
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
    if (listing === seen.listing && !isSure) {
      return;
    }
    seen.listing = listing;
    const before = seen.runs;
    seen.runs = this.listRuns(folder);
    const experimentId = basename(folder);
    for (const runId of seen.runs) {
      if (!before.has(runId)) {
        this.watched.add(join(folder, runId));
        this.watched.changed(join(folder, runId));
      }
    }
    for (const runId of before) {
      if (!seen.runs.has(runId)) {
        this.watched.remove(join(folder, runId));
        this.report({ kind: 'runs', experimentId, runId });
      }
    }
  }

  private reportRun(folder: string): void {
    this.report({
      kind: 'runs',
      experimentId: basename(dirname(folder)),
      runId: basename(folder),
    });
  }

  private watchRoot(): void {
    this.watches.add(this.layout.root);
    this.watches.add(this.layout.trash);
  }

  private readRootSignature(): string {
    return pathSignature(this.layout.root, this.layout.trash);
  }
}
