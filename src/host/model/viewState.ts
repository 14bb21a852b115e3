import { Emitter } from '../../base/emitter';
import type { Disposable } from '../../base/disposable';

/** `duration` is not one of MLflow's order keys: see `RunListing`. */
export interface SortOrder {
  readonly by: 'start_time' | 'run_name' | 'duration' | { readonly metric: string };
  readonly ascending: boolean;
}

export const DEFAULT_SORT: SortOrder = { by: 'start_time', ascending: false };

/** Where the state is kept between sessions: VS Code's `workspaceState`. */
export interface StateStorage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

interface Saved {
  readonly filter: string;
  readonly sort: SortOrder;
  readonly showDeleted: boolean;
  /** Absent until something was opened or closed. */
  readonly expanded?: readonly string[];
}

const KEY = 'tracker.viewState';
/** More than anyone keeps open by hand, few enough to store with every change. */
const MAX_EXPANDED = 200;

/** What the person chose to see in the Experiments view; survives a reload of the window. */
export class ViewState implements Disposable {
  private saved: Saved;
  private readonly changed = new Emitter<void>();
  /** Fires when the query changed; not for expansion. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly storage: StateStorage) {
    this.saved = readSaved(storage.get(KEY));
  }

  /** MLflow's search language; empty shows every run. */
  get filter(): string {
    return this.saved.filter;
  }

  get sort(): SortOrder {
    return this.saved.sort;
  }

  get showDeleted(): boolean {
    return this.saved.showDeleted;
  }

  /** Whether anything was ever opened or closed in this workspace. */
  get hasExpansion(): boolean {
    return this.saved.expanded !== undefined;
  }

  isExpanded(nodeId: string): boolean {
    return this.saved.expanded?.includes(nodeId) ?? false;
  }

  setExpanded(nodeId: string, expanded: boolean): void {
    const others = this.saved.expanded?.filter(id => id !== nodeId) ?? [];
    this.save({ expanded: expanded ? [...others, nodeId].slice(-MAX_EXPANDED) : others });
  }

  update(change: Partial<Pick<Saved, 'filter' | 'sort' | 'showDeleted'>>): void {
    this.save(change);
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private save(change: Partial<Saved>): void {
    this.saved = { ...this.saved, ...change };
    void this.storage.update(KEY, this.saved);
  }
}

/** State written by an older or newer version counts as far as it is understood. */
function readSaved(value: unknown): Saved {
  const saved: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  return {
    filter: typeof saved['filter'] === 'string' ? saved['filter'] : '',
    sort: isSortOrder(saved['sort']) ? saved['sort'] : DEFAULT_SORT,
    showDeleted: saved['showDeleted'] === true,
    ...(Array.isArray(saved['expanded'])
      ? { expanded: saved['expanded'].filter(id => typeof id === 'string') }
      : {}),
  };
}

function isSortOrder(value: unknown): value is SortOrder {
  if (typeof value !== 'object' || value === null || !('by' in value && 'ascending' in value)) {
    return false;
  }
  const { by, ascending } = value;
  const known =
    by === 'start_time' ||
    by === 'run_name' ||
    by === 'duration' ||
    (typeof by === 'object' && by !== null && 'metric' in by && typeof by.metric === 'string');
  return known && typeof ascending === 'boolean';
}
