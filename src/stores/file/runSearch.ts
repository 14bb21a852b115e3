import type { Run } from '../../tracking/entities';
import { decodePageToken, encodePageToken } from '../../tracking/pageToken';
import {
  compileOrder,
  completeRunOrder,
  readSortKey,
  type SortKey,
} from '../../tracking/search/ordering';
import { parseRunFilter } from '../../tracking/search/parseFilter';
import { parseRunOrderBy } from '../../tracking/search/parseOrderBy';
import { compileFilter } from '../../tracking/search/predicate';
import type { Page, SearchRunsRequest } from '../../tracking/trackingStore';
import { validateMaxResults } from '../../tracking/validation';
import type { ExperimentFiles } from './experimentFiles';
import { LoadedRuns } from './loadedRuns';
import type { StoredRun } from './runColumns';
import { RunCursor, type SearchedFiles } from './runCursor';
import { matchesView } from './runFiles';
import { Turns } from './turns';

const DEFAULT_MAX_RESULTS = 1000;

interface Found {
  readonly run: StoredRun;
  readonly sortKey: SortKey;
}

/**
 * Searches runs: only the files that the filter names, then for the runs that match the meta files and those that the order
 * names, and everything else only for the runs of the page.
 */
export class RunSearch {
  private readonly loaded: LoadedRuns;

  constructor(
    private readonly experiments: ExperimentFiles,
    private readonly files: SearchedFiles,
  ) {
    this.loaded = new LoadedRuns(files);
  }

  async search(request: SearchRunsRequest, signal: AbortSignal | undefined): Promise<Page<Run>> {
    const maxResults = request.maxResults ?? DEFAULT_MAX_RESULTS;
    validateMaxResults(maxResults);
    const offset = decodePageToken(request.pageToken);
    const matches = compileFilter(parseRunFilter(request.filter));
    const orderBy = completeRunOrder(parseRunOrderBy(request.orderBy));
    const viewType = request.viewType ?? 'ACTIVE_ONLY';
    const turns = new Turns(signal);
    const found: Found[] = [];
    await this.files.index.coverage.catchUp();
    for (const experimentId of new Set(request.experimentIds)) {
      const folder = this.experiments.findFolder(experimentId);
      const cursor = folder === undefined ? undefined : new RunCursor(this.files, folder);
      while (cursor?.next()) {
        await turns.next();
        const run = matches(cursor.read) ? cursor.run : undefined;
        if (run && matchesView(run.info.lifecycleStage, viewType)) {
          found.push({ run, sortKey: readSortKey(orderBy, cursor.read) });
        }
      }
    }
    const compare = compileOrder(orderBy);
    found.sort((a, b) => compare(a.sortKey, b.sortKey));
    const items: Run[] = [];
    for (const { run } of found.slice(offset, offset + maxResults)) {
      await turns.next();
      items.push(this.loaded.get(run, request.projection));
    }
    this.files.index.settle();
    return offset + maxResults < found.length
      ? { items, nextPageToken: encodePageToken(offset + maxResults) }
      : { items };
  }
}
