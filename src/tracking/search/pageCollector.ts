import type { Paging, SortKey } from '../pageToken';
import type { Page } from '../trackingStore';
import type { OrderClause } from './ast';
import { compileOrder } from './ordering';

interface Found<T> {
  readonly item: T;
  readonly sortKey: SortKey;
}

/**
 * Takes what a search finds, in any order, and gives one page of it in the order of the search. A page begins after the last
 * item of the page before, wherever that is by now.
 */
export class PageCollector<T> {
  private readonly compare: (a: SortKey, b: SortKey) => number;
  private readonly found: Found<T>[] = [];

  /** @param orderBy complete: no two items may be equal in it. */
  constructor(
    orderBy: readonly OrderClause[],
    private readonly maxResults: number,
    private readonly paging: Paging,
  ) {
    this.compare = compileOrder(orderBy);
  }

  offer(item: T, sortKey: SortKey): void {
    const { after } = this.paging.start;
    if (after === undefined || this.compare(sortKey, after) > 0) {
      this.found.push({ item, sortKey });
    }
  }

  page(): Page<T> {
    const { after, offset } = this.paging.start;
    const begin = after === undefined ? offset : 0;
    const end = begin + this.maxResults;
    this.found.sort((a, b) => this.compare(a.sortKey, b.sortKey));
    const page = this.found.slice(begin, end);
    const items = page.map(({ item }) => item);
    const last = page.at(-1);
    if (last === undefined || end >= this.found.length) {
      return { items };
    }
    const next = { offset: offset + items.length, after: last.sortKey };
    return { items, nextPageToken: this.paging.tokenFor(next) };
  }
}
