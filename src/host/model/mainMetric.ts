import { isSystemMetric } from '../../base/systemMetric';
import type { Metric, Run } from '../../tracking/entities';

/** In the order in which a person would name the one number that matters; the first pattern that finds a key wins. */
const PREFERENCES: readonly RegExp[] = [
  /^(?!.*loss).*(val|valid|validation|eval|test).*(acc|f1|auc|score|r2|map|bleu|iou|dice)/i,
  /^(?!.*loss).*(acc|f1|auc|score|r2|bleu|iou|dice)/i,
  /(val|valid|validation|eval|test).*(loss|error|rmse|mae|mse)/i,
  /(loss|error|rmse|mae|mse)/i,
];

/**
 * The one metric shown beside a run: the first of `wanted` that the run has, else a guess from its name.
 * System metrics are never it.
 * @param wanted the setting, then the experiment's tag `mlflow.experiment.primaryMetric.name`
 */
export function chooseMainMetric(
  keys: readonly string[],
  wanted: readonly (string | undefined)[],
): string | undefined {
  const chosen = wanted.find(key => key !== undefined && keys.includes(key));
  if (chosen !== undefined) {
    return chosen;
  }
  const own = keys.filter(key => !isSystemMetric(key));
  for (const pattern of PREFERENCES) {
    const match = own.find(key => pattern.test(key));
    if (match !== undefined) {
      return match;
    }
  }
  return own[0];
}

/** Metrics in the order of a hover card: the main one, its own kind, the rest, system metrics last. */
export function orderMetrics<T extends { readonly key: string }>(
  metrics: readonly T[],
  mainKey: string | undefined,
): readonly T[] {
  const rank = (key: string): number => {
    if (key === mainKey) {
      return 0;
    }
    if (isSystemMetric(key)) {
      return 3 + PREFERENCES.length;
    }
    const preference = PREFERENCES.findIndex(pattern => pattern.test(key));
    return preference === -1 ? 2 + PREFERENCES.length : 1 + preference;
  };
  return metrics
    .map((metric, index) => ({ metric, index, rank: rank(metric.key) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ metric }) => metric);
}

/** Whether less is better, judged by the name; undefined when the name does not say. */
export function lowerIsBetter(key: string): boolean | undefined {
  if (/(loss|error|rmse|mae|mse|perplexity|ppl|nll|wer|cer)\b|loss|error/i.test(key)) {
    return true;
  }
  return /(acc|f1|auc|score|r2|precision|recall|bleu|rouge|iou|dice|reward)/i.test(key)
    ? false
    : undefined;
}

/** The metric that stands first, for a run alone. */
export function mainMetricOf(run: Run, wanted: string | undefined): string | undefined {
  return chooseMainMetric(
    run.data.metrics.map(metric => metric.key),
    [wanted],
  );
}

export function orderedMetrics(run: Run, wanted?: string): readonly Metric[] {
  return orderMetrics(run.data.metrics, mainMetricOf(run, wanted));
}
