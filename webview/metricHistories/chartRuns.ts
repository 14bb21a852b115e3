import { runLooks } from '../../src/protocol/runColours';
import type { RunSummary } from '../../src/protocol/runSummary';
import type { ChartRun } from './chartContract';

/** The runs that have a line in the chart of a metric. */
export function chartRuns(
  runs: readonly RunSummary[],
  hidden: readonly string[],
  metricKey: string,
): readonly ChartRun[] {
  const looks = runLooks(runs);
  return runs.flatMap(({ runId, name, revision, metricKeys }) => {
    const look = looks.get(runId);
    return look && !hidden.includes(runId) && metricKeys.includes(metricKey)
      ? [{ runId, name, look, revision }]
      : [];
  });
}
