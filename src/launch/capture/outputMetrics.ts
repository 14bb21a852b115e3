import { readOwnPatterns } from './ownPatterns';
import { readBoostingRound } from './boostingRounds';
import type { CapturedMetric, LineReader } from './capturedMetric';
import { readJsonLine } from './jsonLine';
import { KeyValueLines } from './keyValueLines';

/**
 * Reads metrics out of the lines that a training script prints: JSON or Python dicts, `key=value` beside a step or an epoch,
 * the final lines of Keras' and Lightning's progress bars, the rounds of XGBoost and LightGBM, and patterns of the person's own, which win over all of them.
 * Stateful: a line `Epoch 3/10` holds for those after it.
 */
export class OutputMetrics {
  private readonly readers: readonly LineReader[];
  private readonly counts = new Map<string, number>();

  /**
   * @param patterns regular expressions with named groups: `step` or `epoch`, and one group for each metric, or `key` and
   * `value`. Throws INVALID_PARAMETER_VALUE for one that is none.
   */
  constructor(patterns: readonly string[] = []) {
    const keyValues = new KeyValueLines();
    this.readers = [
      ...readOwnPatterns(patterns),
      readJsonLine,
      readBoostingRound,
      line => keyValues.read(line),
    ];
  }

  /** @param line without its end, colours removed. @returns one metric for each key */
  read(line: string): readonly CapturedMetric[] {
    for (const read of this.readers) {
      const found = read(line);
      if (found !== undefined) {
        return found.map(metric => this.withStep(metric));
      }
    }
    return [];
  }

  /** Where the script tells no step, its lines are counted. */
  private withStep({ key, value, step }: CapturedMetric): CapturedMetric {
    const count = this.counts.get(key) ?? 0;
    this.counts.set(key, count + 1);
    return { key, value, step: step ?? count };
  }
}
