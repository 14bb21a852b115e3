import type { Run, RunId } from '../../tracking/entities';
import type { CallOptions, Page, SearchRunsRequest } from '../../tracking/trackingStore';

/** MLflow refuses more in one search. */
const MAX_RESULTS = 50_000;

export interface ListingQuery {
  readonly request: Omit<SearchRunsRequest, 'maxResults' | 'pageToken'>;
  /**
   * Orders here what MLflow's search cannot order (duration). Everything that matches is then read at once, with the
   * query's projection, and pages are cut from it.
   */
  readonly compare?: (a: Run, b: Run) => number;
}

export type SearchRuns = (request: SearchRunsRequest, options?: CallOptions) => Promise<Page<Run>>;

export interface ListingChange {
  /** Runs came, went or changed places: the list is to be drawn anew. */
  readonly structure: boolean;
  /** Runs that stayed where they are with other content. */
  readonly changed: readonly RunId[];
}

/**
 * The runs of one query, page by page. A refresh asks again for as many as are loaded and says what differs, so that the
 * view redraws no more than that.
 */
export class RunListing {
  private loaded: readonly Run[] | undefined;
  private all: readonly Run[] = [];
  private nextPageToken: string | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly search: SearchRuns,
    private readonly query: () => ListingQuery,
    private readonly pageSize: number,
  ) {}

  /** Empty before the first `load`. */
  get runs(): readonly Run[] {
    return this.loaded ?? [];
  }

  get isLoaded(): boolean {
    return this.loaded !== undefined;
  }

  get hasMore(): boolean {
    return this.nextPageToken !== undefined || this.all.length > this.runs.length;
  }

  /** How many more there are, when that is known. */
  get remaining(): number | undefined {
    if (this.query().compare) {
      return this.all.length - this.runs.length;
    }
    return this.hasMore ? undefined : 0;
  }

  load(options?: CallOptions): Promise<readonly Run[]> {
    return this.inTurn(async () => {
      if (!this.loaded) {
        await this.read(this.pageSize, options);
      }
      return this.runs;
    });
  }

  loadMore(options?: CallOptions): Promise<void> {
    return this.inTurn(async () => {
      const { compare, request } = this.query();
      if (compare) {
        this.loaded = this.all.slice(0, this.runs.length + this.pageSize);
        return;
      }
      if (this.nextPageToken === undefined) {
        return;
      }
      const page = await this.search(
        { ...request, maxResults: this.pageSize, pageToken: this.nextPageToken },
        options,
      );
      // A run that started since the last page has moved the others on by one place.
      const known = new Set(this.runs.map(run => run.info.runId));
      this.loaded = [...this.runs, ...page.items.filter(run => !known.has(run.info.runId))];
      this.nextPageToken = page.nextPageToken;
    });
  }

  refresh(options?: CallOptions): Promise<ListingChange> {
    return this.inTurn(async () => {
      if (!this.loaded) {
        return { structure: false, changed: [] };
      }
      const before = this.runs;
      const hadMore = this.hasMore;
      const spare = hadMore ? 0 : this.pageSize;
      await this.read(Math.max(this.pageSize, before.length + spare), options);
      return compareRuns(before, this.runs, hadMore !== this.hasMore);
    });
  }

  /** Puts newer content in the place of runs that are loaded. */
  replace(runs: readonly Run[]): void {
    const newer = new Map(runs.map(run => [run.info.runId, run]));
    const renew = (run: Run): Run => newer.get(run.info.runId) ?? run;
    this.all = this.all.map(renew);
    this.loaded = this.loaded?.map(renew);
  }

  private async read(count: number, options: CallOptions | undefined): Promise<void> {
    const { compare, request } = this.query();
    const maxResults = compare ? MAX_RESULTS : Math.min(count, MAX_RESULTS);
    const page = await this.search({ ...request, maxResults }, options);
    if (compare) {
      this.all = [...page.items].sort(compare);
      this.loaded = this.all.slice(0, count);
    } else {
      this.loaded = page.items;
      this.nextPageToken = page.nextPageToken;
    }
  }

  /** One request at a time, so that a page never lands on a list that a refresh has replaced. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

function compareRuns(
  before: readonly Run[],
  after: readonly Run[],
  moreChanged: boolean,
): ListingChange {
  const structure =
    moreChanged ||
    before.length !== after.length ||
    before.some((run, index) => run.info.runId !== after[index]?.info.runId);
  const old = new Map(before.map(run => [run.info.runId, fingerprint(run)]));
  const changed = after
    .filter(run => {
      const known = old.get(run.info.runId);
      return known !== undefined && known !== fingerprint(run);
    })
    .map(run => run.info.runId);
  return { structure, changed };
}

function fingerprint(run: Run): string {
  return JSON.stringify(run, (_key, value: unknown) =>
    typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
      ? String(value)
      : value,
  );
}
