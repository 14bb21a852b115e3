import { isValidKey } from '../../tracking/isValidKey';

/** A metric that was read from a line of output. */
export interface CapturedMetric {
  readonly key: string;
  readonly value: number;
  /** Absent when the line tells none. */
  readonly step?: number;
}

/** Reads one line; undefined when it is not of the reader's kind, an empty list when it is and tells nothing. */
export type LineReader = (line: string) => readonly CapturedMetric[] | undefined;

const STEP_NAMES = ['step', 'global_step', 'iteration', 'iter', 'it'];
const EPOCH_NAMES = ['epoch', 'epochs'];
/** Counts, clocks and rates of the loop itself. */
const NO_METRIC =
  /^(eta|time|elapsed|date|timestamp|seed|rank|pid|port|v_num|version|total|max_?steps?|max_?epochs?|total_?(steps|epochs)|it\/s|s\/it|batch(_size)?|samples|num_samples|n)$/i;
const NAME = /^[\p{L}_].{0,99}$/u;

/**
 * Turns the names and numbers of one line into metrics. The step is the line's `step`, else its epoch; where it tells both,
 * or an epoch that is no integer, the epoch is a metric too.
 */
export function metricsOf(
  pairs: readonly (readonly [string, number])[],
): readonly CapturedMetric[] {
  const step = numberNamed(pairs, STEP_NAMES);
  const epoch = numberNamed(pairs, EPOCH_NAMES);
  const wholeEpoch = epoch !== undefined && Number.isSafeInteger(epoch) ? epoch : undefined;
  const at = step !== undefined && Number.isSafeInteger(step) ? step : wholeEpoch;
  const metrics = new Map<string, number>();
  for (const [name, value] of pairs) {
    const isLoop = isNamed(name, STEP_NAMES) || isNamed(name, EPOCH_NAMES) || NO_METRIC.test(name);
    const key = keyOf(name);
    if (!isLoop && NAME.test(name) && isValidKey(key)) {
      metrics.set(key, value);
    }
  }
  if (epoch !== undefined && epoch !== at && metrics.size > 0) {
    metrics.set('epoch', epoch);
  }
  return [...metrics].map(([key, value]) =>
    at === undefined ? { key, value } : { key, value, step: at },
  );
}

/** Whether a line with such names tells where in the training it stands. */
export function tellsStep(pairs: readonly (readonly [string, number])[]): boolean {
  return numberNamed(pairs, [...STEP_NAMES, ...EPOCH_NAMES]) !== undefined;
}

/** A number as programs print it, `nan` and `inf` included; undefined for anything else. */
export function numberIn(text: string): number | undefined {
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) {
    return Number(text);
  }
  switch (text.toLowerCase().replace(/^\+/, '')) {
    case 'nan':
      return NaN;
    case 'inf':
    case 'infinity':
      return Infinity;
    case '-inf':
    case '-infinity':
      return -Infinity;
    default:
      return undefined;
  }
}

/** `ndcg@5` cannot be a key; MLflow's autologging writes it so. */
function keyOf(name: string): string {
  return name.replaceAll('@', '_at_');
}

function numberNamed(
  pairs: readonly (readonly [string, number])[],
  names: readonly string[],
): number | undefined {
  return pairs.find(([name]) => isNamed(name, names))?.[1];
}

function isNamed(name: string, names: readonly string[]): boolean {
  return names.includes(
    name
      .toLowerCase()
      .replace(/^(train|trainer)[/_.]/, '')
      .replace(/ /g, '_'),
  );
}
