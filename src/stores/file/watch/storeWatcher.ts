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
import { WatchedExperiments } from './watchedExperiments';
import { WatchedRuns } from './watchedRuns';

/** Changes are collected this long, so that a burst is one event. */
const BATCH_MS = 100;
/** How often what the system does not tell of is looked at. */
const TICK_MS = 800;
/** Running runs that are looked at on each tick from the start. */
const MAX_RUNNING = 24;
/** Folders that a run has at least: its own, metrics, params and tags. */
const FOLDERS_PER_RUN = 4;

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
 * as many runs as it may, see `WatchedExperiments` and `WatchedRuns`; a tick looks in turn at what it does not tell of.
 */
export class StoreWatcher implements Disposable {
  private readonly emitter = new Emitter<readonly StoreChange[]>();
  private readonly pending = new Map<string, StoreChange>();
  private readonly layout: Layout;
  private readonly watches: FolderWatches;
  private readonly covered: RunCoverage;
  private readonly watchedRuns: WatchedRuns;
  private readonly watchedExperiments: WatchedExperiments;
  /** What the system told of and was not looked at yet. */
  private readonly dirtyExperiments = new Set<string>();
  private readonly dirtyRuns = new Set<string>();
  private rootIsDirty = false;
  private batchTimer: NodeJS.Timeout | undefined;
  private tickTimer: NodeJS.Timeout | undefined;
  private generation = 0;

  constructor(private readonly options: StoreWatcherOptions) {
    const { layout, logger, maxWatches } = options;
    this.layout = layout;
    const events = {
      onChange: (path: string, cameOrWent: boolean) => this.onPathChanged(path, cameOrWent),
      onLost: () => this.startAgain(),
      logger,
    };
    this.watches = new FolderWatches(events, maxWatches);
    this.covered = new RunCoverage(this.watches, isLocalFolder(layout.root));
    this.watchedRuns = new WatchedRuns({
      coverage: this.covered,
      watchesTree: process.platform !== 'linux',
      onChanged: folder => this.reportRun(folder),
      logger,
    });
    this.watchedExperiments = new WatchedExperiments({
      layout,
      experiments: options.experiments,
      listRuns: folder => options.runs().listNames(folder),
      watches: this.watches,
      coverage: this.covered,
      runs: this.watchedRuns,
      onChanged: change => this.report(change),
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
    this.watchedRuns.start();
    const folders = this.watchedExperiments.start();
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
    this.watchedRuns.clear();
    this.watchedExperiments.clear();
    this.dirtyExperiments.clear();
    this.dirtyRuns.clear();
    this.rootIsDirty = false;
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
      if (this.watchedRuns.has(folder)) {
        this.watchedRuns.watch(folder);
      }
    }
    for (const { folder } of runs.filter(run => run.isRunning).slice(-MAX_RUNNING)) {
      if (this.watchedRuns.has(folder)) {
        this.watchedRuns.changed(folder);
      }
    }
  }

  private tick(): void {
    this.watchedExperiments.checkRoot();
    this.watchedRuns.tick();
    this.watchedExperiments.tick();
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
      this.watchedExperiments.sync();
    }
    this.dirtyExperiments.forEach(folder => this.watchedExperiments.check(folder, true));
    for (const folder of this.dirtyRuns) {
      if (this.watchedRuns.has(folder)) {
        this.watchedRuns.changed(folder);
      }
    }
    this.dirtyExperiments.clear();
    this.dirtyRuns.clear();
  }

  private reportRun(folder: string): void {
    this.report({
      kind: 'runs',
      experimentId: basename(dirname(folder)),
      runId: basename(folder),
    });
  }
}
