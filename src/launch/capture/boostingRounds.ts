import { metricsOf, numberIn, type CapturedMetric } from './capturedMetric';

/** XGBoost: `[10]⇥train-rmse:0.41⇥eval-ndcg@5:0.5`. LightGBM: `[10]⇥valid_0's l2: 0.24`, in R `[10]:  test's l2:0.24`. */
const ROUND = /^\[(\d+)\](?:\t|:\s)\s*(\S.*)$/;
/** Of a cross-validation the deviation follows the mean: `test-rmse:0.5+0.01`. */
const PART = /^([\w@.-]+)(?:'s ([\w@.-]+))?\s*:\s*([-+\w.]+?)(?:\s?\+\s?[\d.e-]+)?$/i;

/** A round of boosting; its metrics have the names that MLflow's autologging gives them. */
export function readBoostingRound(line: string): readonly CapturedMetric[] | undefined {
  const [, round, tail = ''] = ROUND.exec(line) ?? [];
  if (round === undefined) {
    return undefined;
  }
  const pairs = tail
    .trim()
    .split(/\t+| {2,}/)
    .map(part => {
      const [, data = '', metric, number = ''] = PART.exec(part.trim()) ?? [];
      return [metric === undefined ? data : `${data}-${metric}`, numberIn(number)] as const;
    });
  const found = pairs.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return found.length === pairs.length ? metricsOf([['step', Number(round)], ...found]) : undefined;
}
