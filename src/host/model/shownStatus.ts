import { signOfLife } from '../../launch/staleRun';
import type { Run, RunStatus } from '../../tracking/entities';

/** What a run is shown as: one that says RUNNING though its wrapper is dead is stale. */
export type ShownStatus = RunStatus | 'STALE';

/** Needs the run's heartbeat tag, see `heartbeat.ts`; without one the status is what the run says. */
export function shownStatusOf(run: Pick<Run, 'info' | 'data'>): ShownStatus {
  const { status } = run.info;
  return status === 'RUNNING' && signOfLife(run).kind === 'stale' ? 'STALE' : status;
}
