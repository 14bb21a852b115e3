import type { ExperimentId, RunId } from '../../tracking/entities';
import type { StoreChange } from '../../tracking/trackingStore';

/** What must be read again. */
export interface RefreshPlan {
  readonly experiments: boolean;
  readonly everyRun: boolean;
  readonly runIds: ReadonlySet<RunId>;
  /** Undefined: some runs, not known which. */
  readonly byExperiment: ReadonlyMap<ExperimentId, ReadonlySet<RunId> | undefined>;
}

/** What a batch of changes comes to, each thing once. */
export function refreshPlan(
  changes: readonly StoreChange[],
  loadedExperiments: readonly ExperimentId[],
): RefreshPlan {
  const byExperiment = new Map<ExperimentId, Set<RunId> | undefined>();
  const runIds = new Set<RunId>();
  let experiments = false;
  let everyRun = false;
  for (const change of changes) {
    switch (change.kind) {
      case 'experiments':
        experiments = true;
        break;
      case 'everything':
        experiments = true;
        everyRun = true;
        for (const experimentId of loadedExperiments) {
          byExperiment.set(experimentId, undefined);
        }
        break;
      case 'runs': {
        if (change.runId === undefined) {
          everyRun = true;
          byExperiment.set(change.experimentId, undefined);
          break;
        }
        runIds.add(change.runId);
        const known = byExperiment.has(change.experimentId)
          ? byExperiment.get(change.experimentId)
          : new Set<RunId>();
        known?.add(change.runId);
        byExperiment.set(change.experimentId, known);
        break;
      }
    }
  }
  return { experiments, everyRun, runIds, byExperiment };
}
