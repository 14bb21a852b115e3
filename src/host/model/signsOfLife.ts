import type { Run } from '../../tracking/entities';
import type { RunNode } from './nodes';
import { shownStatusOf } from './shownStatus';

/**
 * Which of the rows' runs that say RUNNING are stale. A look asks the system about a process, so each run is looked at once
 * when it was read, and again when that is asked for; drawing a row asks nobody.
 */
export class SignsOfLife {
  private readonly seen = new WeakSet<Run>();

  /** @param again looks also at those whose run is the one that was seen */
  look(nodes: readonly RunNode[], again = false): void {
    for (const node of nodes) {
      const { run } = node;
      if (run.info.status === 'RUNNING' && (again || !this.seen.has(run))) {
        this.seen.add(run);
        node.isStale = shownStatusOf(run) === 'STALE';
      }
    }
  }
}
