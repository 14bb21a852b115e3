import { basename } from 'node:path';
import { RUN_STATUSES, type RunInfo, type RunStatus } from '../../tracking/entities';
import { integerField, textField } from './metaFields';
import type { Meta } from './metaYaml';

/** MLflow's numbers of statuses in meta files (mlflow.protos.service_pb2.RunStatus). */
const STATUS_NUMBERS: Readonly<Record<RunStatus, number>> = {
  RUNNING: 1,
  SCHEDULED: 2,
  FINISHED: 3,
  FAILED: 4,
  KILLED: 5,
};

export function statusNumber(status: RunStatus): number {
  return STATUS_NUMBERS[status];
}

/** What a run's meta file says. The name is empty before MLflow 1.30: the tag `mlflow.runName` then has it. */
export type StoredRunInfo = Omit<RunInfo, 'artifactUri'> & { readonly artifactUri?: string };

/** @returns the reason, as a sentence, when the file cannot be the meta file of a run in this folder. */
export function readRunInfo(
  meta: Meta,
  folder: string,
  experimentId: string,
): StoredRunInfo | string {
  const runId = textField(meta, 'run_id') ?? textField(meta, 'run_uuid');
  if (runId === undefined) {
    return 'It is left out because it has no run_id.';
  }
  if (runId !== basename(folder)) {
    return `It is left out because its run_id ${runId} is not its folder's name.`;
  }
  const recorded = textField(meta, 'experiment_id');
  if (recorded !== undefined && recorded !== experimentId) {
    return `It is left out because it says that it belongs to experiment ${recorded}.`;
  }
  const startTimeMs = integerField(meta, 'start_time');
  const endTimeMs = integerField(meta, 'end_time');
  const artifactUri = textField(meta, 'artifact_uri');
  return {
    runId,
    runName: textField(meta, 'run_name') ?? textField(meta, 'name') ?? '',
    experimentId,
    userId: textField(meta, 'user_id') ?? '',
    status: readStatus(textField(meta, 'status')),
    ...(startTimeMs === undefined ? {} : { startTimeMs }),
    ...(endTimeMs === undefined ? {} : { endTimeMs }),
    ...(artifactUri === undefined ? {} : { artifactUri }),
    lifecycleStage: textField(meta, 'lifecycle_stage') === 'deleted' ? 'deleted' : 'active',
  };
}

/** A number, or in files by other writers a name. Missing and unknown ones are RUNNING, as in MLflow. */
function readStatus(text: string | undefined): RunStatus {
  const byNumber = RUN_STATUSES.find(status => String(STATUS_NUMBERS[status]) === text);
  return byNumber ?? RUN_STATUSES.find(status => status === text?.toUpperCase()) ?? 'RUNNING';
}
