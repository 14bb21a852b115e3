import type { CanonicalStore } from './canonicalStore';

/** MLflow reads some histories without an order, which is the database's to choose then. */
export function inOrder(store: CanonicalStore): CanonicalStore {
  const text = (point: unknown): string => JSON.stringify(point);
  const runs: Record<string, CanonicalStore['runs'][string]> = {};
  for (const [id, run] of Object.entries(store.runs)) {
    const histories: Record<string, (typeof run.histories)[string]> = {};
    for (const [key, points] of Object.entries(run.histories)) {
      histories[key] = points.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
    }
    runs[id] = { ...run, histories };
  }
  return { ...store, runs };
}
