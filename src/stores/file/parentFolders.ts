import { join } from 'node:path';
import type { Experiment, ExperimentId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { ExperimentFiles } from './experimentFiles';
import { DEFAULT_EXPERIMENT_ID, type Layout } from './layout';
import { stampOf } from './readFiles';
import type { StoreWrites } from './storeWrites';
import type { StoreWatcher } from './watch/storeWatcher';
import { makeFolder } from './writeFiles';

export interface ParentFoldersOptions {
  readonly layout: Layout;
  readonly experiments: ExperimentFiles;
  readonly writes: StoreWrites;
  readonly watcher: StoreWatcher;
}

/** The folders that new experiments, runs and models go to. */
export class ParentFolders {
  constructor(private readonly options: ParentFoldersOptions) {}

  /** As MLflow: a root that does not exist is made with experiment 0; one that exists is taken as it is. */
  async ensureRoot(): Promise<void> {
    const { layout, experiments, watcher } = this.options;
    if (stampOf(layout.root) !== undefined) {
      return;
    }
    await makeFolder(layout.root);
    await makeFolder(layout.trash);
    await experiments.createDefault();
    watcher.report({ kind: 'experiments' });
  }

  /** The active experiment that a new run or model goes to; a missing store is created for its default experiment. */
  async ofNew(
    child: 'run' | 'model',
    experimentId: ExperimentId,
  ): Promise<{ readonly experiment: Experiment; readonly folder: string }> {
    const { layout, experiments, writes } = this.options;
    if (experimentId === DEFAULT_EXPERIMENT_ID) {
      await writes.inTurnOfExperiments(() => this.ensureRoot());
    }
    const experiment = experiments.get(experimentId);
    if (experiment.lifecycleStage !== 'active') {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `Could not create ${child} under non-active experiment with ID ${experimentId}.`,
      );
    }
    return { experiment, folder: join(layout.root, experimentId) };
  }
}
