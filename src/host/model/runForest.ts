import type { Run, RunId } from '../../tracking/entities';
import type { CallOptions } from '../../tracking/trackingStore';
import { chooseMainMetric } from './mainMetric';
import type { ExperimentNode, MoreNode, RunNode, TreeNode } from './nodes';
import { RunListing, type SearchRuns } from './runListing';
import { idFilter, PARENT_TAG, rowProjection, runQuery } from './runQuery';
import type { SignsOfLife } from './signsOfLife';
import type { ViewState } from './viewState';

export interface ForestOptions {
  readonly node: ExperimentNode;
  readonly search: SearchRuns;
  readonly signs: SignsOfLife;
  readonly viewState: ViewState;
  readonly pageSize: number;
  /** The setting `tracker.mainMetric`; empty leaves the choice to the experiment and to the names. */
  readonly wantedMetric: string;
}

const PRIMARY_METRIC_TAG = 'mlflow.experiment.primaryMetric.name';
/** Enough rows to fill the view when one sweep's children fill whole pages. */
const MIN_ROOTS = 20;
const MAX_PAGES_AHEAD = 10;
/** Longer chains of parents are cut: a damaged store may hold a circle. */
const MAX_DEPTH = 8;

/**
 * The runs of one experiment as a forest. The list asked of the store is flat, in the person's order and filter; a child
 * stands below its parent, which is fetched when it is not in the list (and then stands where its first child would). A
 * child whose parent is gone stands by itself, so no run is ever hidden. Children are read when their parent is opened.
 */
export class RunForest {
  private top: RunListing | undefined;
  private readonly children = new Map<RunId, RunListing>();
  private readonly nodes = new Map<RunId, RunNode>();
  /** Runs that are shown only as parents of others. */
  private readonly parents = new Map<RunId, Run>();
  private mainMetric: string | undefined;

  constructor(private readonly options: ForestOptions) {}

  get isLoaded(): boolean {
    return this.top?.isLoaded === true;
  }

  /** Every run that has a row. */
  get shownRuns(): readonly RunNode[] {
    return [...this.nodes.values()];
  }

  find(runId: RunId): RunNode | undefined {
    return this.nodes.get(runId);
  }

  async roots(options?: CallOptions): Promise<readonly TreeNode[]> {
    const top = await this.topListing(options);
    await top.load(options);
    let rows = await this.arrange(top, options);
    for (let page = 1; rows.length < MIN_ROOTS && top.hasMore && page < MAX_PAGES_AHEAD; page++) {
      await top.loadMore(options);
      rows = await this.arrange(top, options);
    }
    const { node, signs } = this.options;
    signs.look(this.shownRuns);
    node.runCount = { loaded: top.runs.length, complete: !top.hasMore };
    return [...rows, ...moreRow(top, node)];
  }

  async childrenOf(parent: RunNode, options?: CallOptions): Promise<readonly TreeNode[]> {
    const runId = parent.run.info.runId;
    let listing = this.children.get(runId);
    if (!listing) {
      listing = this.listing(runId);
      this.children.set(runId, listing);
    }
    const runs = await listing.load(options);
    const rows = runs.map(run => this.nodeFor(run, parent));
    this.options.signs.look(rows);
    return [...rows, ...moreRow(listing, parent)];
  }

  async loadMore(more: MoreNode, options?: CallOptions): Promise<void> {
    const listing =
      more.parent.kind === 'experiment' ? this.top : this.children.get(more.parent.run.info.runId);
    await listing?.loadMore(options);
  }

  /**
   * Brings what is loaded up to date.
   * @param changedIds the runs that changed, when that is known; only they are asked for as long as the order cannot change
   * @returns the nodes to redraw: the experiment's when its list changed, a parent's when its children did, else the runs'
   */
  async refresh(
    changedIds: ReadonlySet<RunId> | undefined,
    options?: CallOptions,
  ): Promise<readonly TreeNode[]> {
    const { top } = this;
    if (!top) {
      return [];
    }
    const patched = changedIds && (await this.patch(changedIds, options));
    if (patched) {
      return patched;
    }
    if (this.mainMetric === undefined) {
      await this.findMainMetric(options);
    }
    this.parents.clear();
    const redraw: TreeNode[] = [];
    const result = await top.refresh(options);
    redraw.push(...this.update(result.changed, top.runs));
    for (const [parentId, listing] of this.children) {
      const below = await listing.refresh(options);
      const parent = this.nodes.get(parentId);
      redraw.push(...this.update(below.changed, listing.runs));
      if (below.structure && parent) {
        redraw.push(parent);
      }
    }
    this.forgetUnlisted();
    return result.structure ? [this.options.node] : redraw;
  }

  /** Undefined when the whole list must be asked for: the order or the set of runs may be another now. */
  private async patch(
    changedIds: ReadonlySet<RunId>,
    options: CallOptions | undefined,
  ): Promise<readonly TreeNode[] | undefined> {
    const { viewState, search, node } = this.options;
    const plain =
      viewState.filter === '' &&
      viewState.sort.by === 'start_time' &&
      this.mainMetric !== undefined;
    if (!plain || changedIds.size === 0 || ![...changedIds].every(id => this.nodes.has(id))) {
      return undefined;
    }
    const page = await search(
      {
        experimentIds: [node.experiment.experimentId],
        filter: idFilter([...changedIds]),
        viewType: viewState.showDeleted ? 'ALL' : 'ACTIVE_ONLY',
        maxResults: changedIds.size,
        projection: rowProjection(this.mainMetric, viewState.sort),
      },
      options,
    );
    const samePlace = (run: Run): boolean => {
      const known = this.nodes.get(run.info.runId)?.run;
      return (
        known?.info.startTimeMs === run.info.startTimeMs && parentIdOf(known) === parentIdOf(run)
      );
    };
    if (page.items.length !== changedIds.size || !page.items.every(samePlace)) {
      return undefined;
    }
    for (const listing of [this.top, ...this.children.values()]) {
      listing?.replace(page.items);
    }
    return this.update([...changedIds], page.items);
  }

  private async topListing(options: CallOptions | undefined): Promise<RunListing> {
    if (!this.top) {
      await this.findMainMetric(options);
      this.top ??= this.listing(undefined);
    }
    return this.top;
  }

  private listing(parentRunId: RunId | undefined): RunListing {
    const { node, viewState, search, pageSize } = this.options;
    const query = () =>
      runQuery({
        experimentId: node.experiment.experimentId,
        filter: viewState.filter,
        sort: viewState.sort,
        showDeleted: viewState.showDeleted,
        mainMetric: this.mainMetric,
        ...(parentRunId === undefined ? {} : { parentRunId }),
      });
    return new RunListing(search, query, pageSize);
  }

  private async findMainMetric(options: CallOptions | undefined): Promise<void> {
    const { node, search, wantedMetric } = this.options;
    const { items } = await search(
      {
        experimentIds: [node.experiment.experimentId],
        maxResults: 5,
        projection: { paramKeys: [], tagKeys: [], inputs: false },
      },
      options,
    );
    const keys = new Set(items.flatMap(run => run.data.metrics.map(metric => metric.key)));
    const primary = node.experiment.tags.find(tag => tag.key === PRIMARY_METRIC_TAG)?.value;
    // A metric that was asked for by name is asked of the store even when the newest runs do not have it.
    this.mainMetric = wantedMetric || primary || chooseMainMetric([...keys].sort(), []);
  }

  /** The rows below the experiment, from the flat list. */
  private async arrange(
    top: RunListing,
    options: CallOptions | undefined,
  ): Promise<readonly RunNode[]> {
    const listed = new Map(top.runs.map(run => [run.info.runId, run]));
    await this.fetchParents(listed, options);
    const runOf = (id: RunId): Run | undefined => listed.get(id) ?? this.parents.get(id);
    const rows: RunNode[] = [];
    const placed = new Set<RunNode>();
    const filtered = this.options.viewState.filter !== '';
    for (const run of top.runs) {
      const chain = [run];
      for (let depth = 0; depth < MAX_DEPTH; depth++) {
        const parentId = parentIdOf(chain[0]);
        const parent = parentId === undefined ? undefined : runOf(parentId);
        if (parent && chain.includes(parent)) {
          // A circle, which only a damaged store has: the run stands by itself.
          chain.splice(0, chain.length, run);
          break;
        }
        if (!parent) {
          break;
        }
        chain.unshift(parent);
      }
      let above: ExperimentNode | RunNode = this.options.node;
      for (const member of chain) {
        const row: RunNode = this.nodeFor(member, above);
        row.contextOnly = filtered && !listed.has(member.info.runId);
        above = row;
      }
      // A root that is in the list stands where the order puts it, any other where its first child is.
      const [root = run] = chain;
      const here = root === run || !listed.has(root.info.runId);
      const row = this.nodes.get(root.info.runId);
      if (here && row && !placed.has(row)) {
        placed.add(row);
        rows.push(row);
      }
    }
    return rows;
  }

  private async fetchParents(
    listed: ReadonlyMap<RunId, Run>,
    options: CallOptions | undefined,
  ): Promise<void> {
    const { node, search, viewState } = this.options;
    let wanted = new Set<RunId>();
    const want = (runs: Iterable<Run>): void => {
      wanted = new Set();
      for (const run of runs) {
        const id = parentIdOf(run);
        if (id !== undefined && !listed.has(id) && !this.parents.has(id)) {
          wanted.add(id);
        }
      }
    };
    want(listed.values());
    for (let depth = 0; depth < MAX_DEPTH && wanted.size > 0; depth++) {
      const { items } = await search(
        {
          experimentIds: [node.experiment.experimentId],
          filter: idFilter([...wanted]),
          viewType: viewState.showDeleted ? 'ALL' : 'ACTIVE_ONLY',
          maxResults: wanted.size,
          projection: rowProjection(this.mainMetric, viewState.sort),
        },
        options,
      );
      for (const run of items) {
        this.parents.set(run.info.runId, run);
      }
      want(items);
    }
  }

  private nodeFor(run: Run, parent: ExperimentNode | RunNode): RunNode {
    const { runId } = run.info;
    const known = this.nodes.get(runId);
    if (known) {
      known.parent = parent;
      known.run = run;
      known.mainMetric = this.mainMetric;
      return known;
    }
    const node: RunNode = {
      kind: 'run',
      id: `run/${runId}`,
      parent,
      run,
      mainMetric: this.mainMetric,
      curve: '',
      isStale: false,
      contextOnly: false,
    };
    this.nodes.set(runId, node);
    return node;
  }

  private update(changed: readonly RunId[], runs: readonly Run[]): readonly RunNode[] {
    const byId = new Map(runs.map(run => [run.info.runId, run]));
    return changed.flatMap(runId => {
      const node = this.nodes.get(runId);
      const run = byId.get(runId);
      if (!node || !run) {
        return [];
      }
      node.run = run;
      node.mainMetric = this.mainMetric;
      this.options.signs.look([node]);
      return [node];
    });
  }

  private forgetUnlisted(): void {
    const listed = new Set<RunId>();
    for (const listing of [this.top, ...this.children.values()]) {
      for (const run of listing?.runs ?? []) {
        listed.add(run.info.runId);
        for (let id = parentIdOf(run), depth = 0; id !== undefined && depth < MAX_DEPTH; depth++) {
          listed.add(id);
          id = parentIdOf(this.nodes.get(id)?.run);
        }
      }
    }
    for (const runId of this.nodes.keys()) {
      if (!listed.has(runId)) {
        this.nodes.delete(runId);
        this.children.delete(runId);
      }
    }
  }
}

export function parentIdOf(run: Run | undefined): RunId | undefined {
  return run?.data.tags.find(tag => tag.key === PARENT_TAG)?.value;
}

function moreRow(listing: RunListing, parent: ExperimentNode | RunNode): readonly MoreNode[] {
  return listing.hasMore
    ? [{ kind: 'more', id: `${parent.id}/more`, parent, remaining: listing.remaining }]
    : [];
}
