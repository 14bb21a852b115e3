import type { Run } from '../src/tracking/entities';

/** A figure counts only when both gave the same answer. */
export function sameIds(runs: readonly Run[], expected: readonly string[] | undefined): void {
  if (expected === undefined) {
    return;
  }
  const ids = runs.map(run => run.info.runId);
  if (ids.length !== expected.length || ids.some((id, i) => id !== expected[i])) {
    throw new Error(
      `The answers differ: ${ids.slice(0, 3).join()} … against ${expected.slice(0, 3).join()} …`,
    );
  }
}
