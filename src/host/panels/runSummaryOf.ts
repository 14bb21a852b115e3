import { hueOf } from '../../protocol/runColours';
import type { RunSummary } from '../../protocol/runSummary';
import type { Int64 } from '../../base/int64';
import type { Run } from '../../tracking/entities';
import type { LoadedRuns } from './shownRuns';

/** The part of a run that every panel shows. Steps and times beyond 2^53 are rounded: this form is for drawing. */
export function runSummaryOf(run: Run, { revisions, colours }: LoadedRuns): RunSummary {
  const { info, data } = run;
  return {
    runId: info.runId,
    name: info.runName || info.runId.slice(0, 8),
    experimentId: info.experimentId,
    status: info.status,
    deleted: info.lifecycleStage === 'deleted',
    revision: revisions.get(info.runId) ?? 0,
    startTimeMs: toMs(info.startTimeMs),
    endTimeMs: toMs(info.endTimeMs),
    color: colours.get(info.runId) ?? hueOf(info.runId),
    metricKeys: data.metrics.map(metric => metric.key),
    latestValues: Float64Array.from(data.metrics, metric => metric.value),
    latestSteps: Float64Array.from(data.metrics, metric => Number(metric.step)),
    latestTimesMs: Float64Array.from(data.metrics, metric => Number(metric.timestampMs)),
  };
}

/** Clients that give no start leave 0 in the store. */
function toMs(time: Int64 | undefined): number | null {
  return time === undefined || time === 0 ? null : Number(time);
}
