import type { Run } from '../../tracking/entities';
import { completeRunOrder, pagingOf, readSortKey } from '../../tracking/search/ordering';
import { PageCollector } from '../../tracking/search/pageCollector';
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
    const { maxResults = DEFAULT_MAX_RESULTS, pageToken } = request;
    validateMaxResults(maxResults);
    const matches = compileFilter(parseRunFilter(request.filter));
    const orderBy = completeRunOrder(parseRunOrderBy(request.orderBy));
    const viewType = request.viewType ?? 'ACTIVE_ONLY';
    const turns = new Turns(signal);
    const found = new PageCollector<StoredRun>(orderBy, maxResults, pagingOf(orderBy, pageToken));
    await this.files.index.coverage.catchUp();
    for (const experimentId of new Set(request.experimentIds)) {
      const folder = this.experiments.findFolder(experimentId);
      const cursor = folder === undefined ? undefined : new RunCursor(this.files, folder);
      while (cursor?.next()) {
        await turns.next();
        const run = matches(cursor.read) ? cursor.run : undefined;
        if (run && matchesView(run.info.lifecycleStage, viewType)) {
          found.offer(run, readSortKey(orderBy, cursor.read));
        }
      }
    }
    const { items, ...next } = found.page();
    const runs: Run[] = [];
    for (const run of items) {
      await turns.next();
      runs.push(this.loaded.get(run, request.projection));
    }
    this.files.index.settle();
    return { items: runs, ...next };
  }
}
