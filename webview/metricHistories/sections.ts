import { isSystemMetric, SYSTEM_PREFIX } from '../../src/base/systemMetric';

/** Metrics below one prefix, such as `val/`. */
export interface Section {
  /** Text before the last `/` with it; '' for metrics without one. */
  readonly prefix: string;
  readonly metricKeys: readonly string[];
  /** System metrics are many and rarely wanted: closed until opened. */
  readonly closedAtFirst: boolean;
}

function prefixOf(metricKey: string): string {
  return isSystemMetric(metricKey)
    ? SYSTEM_PREFIX
    : metricKey.slice(0, metricKey.lastIndexOf('/') + 1);
}

/** Sections in the order in which they are shown: plain metrics, prefixes by name, system metrics last. */
export function sectionsOf(metricKeys: Iterable<string>): readonly Section[] {
  const byPrefix = new Map<string, string[]>();
  for (const metricKey of metricKeys) {
    const prefix = prefixOf(metricKey);
    const keys = byPrefix.get(prefix);
    if (keys) {
      keys.push(metricKey);
    } else {
      byPrefix.set(prefix, [metricKey]);
    }
  }
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  const rank = (prefix: string) => (prefix === '' ? 0 : prefix === SYSTEM_PREFIX ? 2 : 1);
  return [...byPrefix]
    .sort(([a], [b]) => rank(a) - rank(b) || compare(a, b))
    .map(([prefix, keys]) => ({
      prefix,
      metricKeys: keys.sort(compare),
      closedAtFirst: prefix === SYSTEM_PREFIX,
    }));
}
