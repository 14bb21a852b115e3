import { dirname } from 'node:path';
import type { Run } from '../../tracking/entities';
import type { RunProjection } from '../../tracking/trackingStore';
import type { StoredRun } from './runColumns';
import type { SearchedFiles } from './runCursor';

/** Runs of the pages shown last; a person does not look at more. */
const LIMIT = 1000;

interface Loaded {
  readonly data: Run['data'];
  readonly projection: string;
  readonly checkedAt: number;
}

/** Loads the runs of a page. What was logged to a run that is watched is not read again until something happens to it. */
export class LoadedRuns {
  private readonly entries = new Map<string, Loaded>();

  constructor(private readonly files: SearchedFiles) {}

  get(run: StoredRun, projection: RunProjection = {}): Run {
    const { runs, index } = this.files;
    const { tick } = index.coverage;
    const { coverage } = index;
    const isWatched = coverage.namesKnownSince(dirname(run.folder)) !== Infinity;
    const since = isWatched ? coverage.knownSince(run.folder) : Infinity;
    const asked = JSON.stringify(projection);
    const known = this.entries.get(run.folder);
    if (known && known.projection === asked && known.checkedAt >= since) {
      return runs.load(run, projection, known.data);
    }
    const loaded = runs.load(run, projection);
    this.entries.delete(run.folder);
    if (since !== Infinity) {
      if (this.entries.size >= LIMIT) {
        this.entries.clear();
      }
      this.entries.set(run.folder, { data: loaded.data, projection: asked, checkedAt: tick });
    }
    return loaded;
  }
}
