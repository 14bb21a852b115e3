import { join } from 'node:path';
import type { Logger } from '../../base/logger';
import { BatchWriter } from './batchWriter';
import { DatasetFiles } from './datasetFiles';
import { ExperimentFiles } from './experimentFiles';
import { settleMs } from './fileSystem';
import { IndexFolder } from './index/indexFolder';
import { RunIndex } from './index/runIndex';
import { LatestPoints } from './latestPoints';
import { Layout } from './layout';
import { ModelFiles } from './modelFiles';
import { ModelSearch } from './modelSearch';
import { ParentFolders } from './parentFolders';
import { ProblemList } from './problemList';
import { runColumnKinds } from './runColumns';
import { RunFiles } from './runFiles';
import { RunSearch } from './runSearch';
import { RunWriter } from './runWriter';
import { StoreWrites } from './storeWrites';
import { StoreWatcher } from './watch/storeWatcher';

export interface FileStoreOptions {
  readonly logger: Logger;
  /** Path or URI below which new experiments keep their artifacts; default the store's own folder, as a plain path. */
  readonly artifactRoot?: string;
  /** Where an index may be kept, outside the store; absent: each process reads the files anew. */
  readonly cacheFolder?: string;
  /** How many folders the system may be asked to tell changes of; default a share of its limit. */
  readonly maxWatches?: number;
}

/** What works on the files of one store. */
export type FileStoreParts = ReturnType<typeof fileStoreParts>;

/** Builds the parts, each of which knows only those that it uses. Nothing is read or made yet. */
export function fileStoreParts(
  root: string,
  { logger, artifactRoot, cacheFolder, maxWatches }: FileStoreOptions,
) {
  const layout = new Layout(root, artifactRoot);
  const problems = new ProblemList(logger);
  const latest = new LatestPoints(problems);
  const experiments = new ExperimentFiles(layout, problems);
  const datasets = new DatasetFiles(problems);
  const watcher = new StoreWatcher({ layout, experiments, runs: () => runs, logger, maxWatches });
  const index = new RunIndex(
    {
      kindOf: runColumnKinds(latest, problems),
      settleMs: settleMs(layout.root),
      ...(cacheFolder === undefined
        ? {}
        : { folder: new IndexFolder(join(cacheFolder, 'file-stores'), logger) }),
    },
    watcher.coverage,
  );
  const runs: RunFiles = new RunFiles({ layout, experiments, datasets, index, latest, problems });
  const models = new ModelFiles(experiments, problems);
  const batches = new BatchWriter(layout.root, problems, logger);
  const writes = new StoreWrites(layout.root, runs, watcher);
  return {
    layout,
    problems,
    experiments,
    parents: new ParentFolders({ layout, experiments, writes, watcher }),
    runs,
    runWriter: new RunWriter(runs, models, problems, batches),
    runSearch: new RunSearch(experiments, { runs, datasets, index }),
    datasets,
    models,
    modelSearch: new ModelSearch(experiments, models),
    batches,
    index,
    writes,
    watcher,
  };
}
