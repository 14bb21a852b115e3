import { join } from 'node:path';
import type { ExperimentId } from '../../tracking/entities';
import type { DatasetSummary } from '../../tracking/trackingStore';
import type { DatasetFiles } from './datasetFiles';
import type { ExperimentFiles } from './experimentFiles';
import type { RunFiles } from './runFiles';
import { Turns } from './turns';

/** The most summaries that one look-up returns, as in MLflow. */
const MAX_SUMMARIES = 1000;
/** The tag of an input that says what the run used the dataset for. */
export const DATASET_CONTEXT_TAG = 'mlflow.data.context';

/** Every dataset that a run of the experiments used, once for each context. */
export async function searchDatasets(
  files: {
    readonly experiments: ExperimentFiles;
    readonly runs: RunFiles;
    readonly datasets: DatasetFiles;
  },
  experimentIds: readonly ExperimentId[],
  signal: AbortSignal | undefined,
): Promise<DatasetSummary[]> {
  const turns = new Turns(signal);
  const summaries = new Map<string, DatasetSummary>();
  for (const experimentId of new Set(experimentIds)) {
    const folder = files.experiments.findFolder(experimentId) ?? '';
    for (const runId of folder === '' ? [] : files.runs.listNames(folder)) {
      await turns.next();
      for (const { dataset, tags } of files.datasets.readInputs(join(folder, runId)).datasets) {
        const context = tags.find(tag => tag.key === DATASET_CONTEXT_TAG)?.value;
        const { name, digest } = dataset;
        summaries.set(JSON.stringify([experimentId, name, digest, context]), {
          experimentId,
          name,
          digest,
          ...(context === undefined ? {} : { context }),
        });
        if (summaries.size === MAX_SUMMARIES) {
          return [...summaries.values()];
        }
      }
    }
  }
  return [...summaries.values()];
}
