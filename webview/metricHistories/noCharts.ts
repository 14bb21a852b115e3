import type { TemplateResult } from 'lit';
import type { RunSummary } from '../../src/protocol/runSummary';
import { emptyState } from '../shared/notices';

/** In place of the charts, when the runs have no metrics or the filter hides them all. @param count metrics of the runs */
export function noCharts(
  runs: readonly RunSummary[],
  count: number,
  clearFilter: () => void,
): TemplateResult {
  if (count > 0) {
    return emptyState(
      'filter',
      'No metric matches the filter',
      `${count} metrics are hidden by it.`,
      { label: 'Clear filter', run: clearFilter },
    );
  }
  const goesOn = runs.some(({ status }) => status === 'RUNNING' || status === 'SCHEDULED');
  return goesOn
    ? emptyState('graph-line', 'No metrics yet', 'They show up here as soon as a run logs them.')
    : emptyState('graph-line', 'No metrics', 'What is shown ended without logging any.');
}
