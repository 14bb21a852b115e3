import { sep } from 'node:path';
import { FileColumn, STAMP_SIZE, type ReadFile } from './fileColumn';
import type { StoredColumn, StoredIndex, StoredValue } from './indexFile';

/** A kind of file: how it is read, and how what it says is kept. */
export interface ColumnKind<T> {
  readonly read: ReadFile<T>;
  /** `undefined` for what cannot be kept. */
  pack(value: T): StoredValue | undefined;
  /** `undefined` for what `pack` does not make. */
  unpack(value: StoredValue, path: string): T | undefined;
}

/** The kind of the files of a name, which is a path in a run's folder. */
export type KindOf = (name: string) => ColumnKind<unknown>;

interface KnownColumn {
  readonly column: FileColumn<unknown>;
  readonly kind: ColumnKind<unknown>;
  lastUsed: number;
}

/** Fewer changes are not worth a new index file: without it a search reads as many files more. */
const MIN_CHANGES = 64;
/** One changed value in this many is worth a new index file: its cost then grows with what changed. */
const CHANGED_SHARE = 50;

/** What is remembered of the runs of one experiment: a row a run, a column a file. */
export class ExperimentIndex {
  private readonly rows = new Map<string, number>();
  private nextRow = 0;
  private readonly columns = new Map<string, KnownColumn>();
  private unsavedChanges = 0;
  private uses = 0;

  constructor(
    readonly folder: string,
    private readonly kindOf: KindOf,
    private readonly settleMs: number,
  ) {}

  rowOf(name: string): number {
    let row = this.rows.get(name);
    if (row === undefined) {
      row = this.nextRow++;
      this.rows.set(name, row);
    }
    return row;
  }

  /** Forgets the runs that are not among these names. */
  retain(names: readonly string[]): void {
    if (names.length >= this.rows.size) {
      return;
    }
    const kept = new Set(names);
    for (const [name, row] of this.rows) {
      if (!kept.has(name)) {
        this.rows.delete(name);
        // The row itself is not used again: a search under way may still hold it.
        this.columns.forEach(({ column }) => column.forget(row));
      }
    }
  }

  column(name: string): FileColumn<unknown> {
    const known = this.columns.get(name) ?? this.addColumn(name);
    this.uses += 1;
    known.lastUsed = this.uses;
    return known.column;
  }

  /** How many values are remembered. */
  get size(): number {
    return this.rows.size * this.columns.size;
  }

  /** Forgets the column that was not used for the longest time, unless it is the only one. */
  shrink(): void {
    const [oldest] = [...this.columns].sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
    if (oldest && this.columns.size > 1) {
      this.columns.delete(oldest[0]);
    }
  }

  /** What is worth being kept; `undefined` when little changed since the last time. */
  takeUnsaved(): StoredIndex | undefined {
    this.columns.forEach(({ column }) => (this.unsavedChanges += column.takeChanges()));
    if (this.unsavedChanges < Math.max(MIN_CHANGES, this.size / CHANGED_SHARE)) {
      return undefined;
    }
    this.unsavedChanges = 0;
    const rows = [...this.rows.values()];
    const columns = [...this.columns].map(([name, { column, kind }]): StoredColumn => {
      const { values, stamps } = column.export(rows);
      return { name, stamps, values: values.map((value, at) => pack(kind, value, stamps, at)) };
    });
    return { names: [...this.rows.keys()], columns };
  }

  /** Takes what `takeUnsaved` gave, perhaps in another process. */
  restore({ names, columns }: StoredIndex): void {
    names.forEach(name => this.rowOf(name));
    for (const { name, values, stamps } of columns) {
      const { column, kind } = this.addColumn(name);
      const unpacked = values.map((value, at) => {
        const path = this.folder + sep + (names[at] ?? '') + sep + name;
        return value === null ? undefined : kind.unpack(value, path);
      });
      unpacked.forEach((value, at) => {
        if (value === undefined && values[at] !== null) {
          forgetStamp(stamps, at);
        }
      });
      column.import(unpacked, stamps);
    }
  }

  private addColumn(name: string): KnownColumn {
    const kind = this.kindOf(name);
    const known = { column: new FileColumn(kind.read, this.settleMs), kind, lastUsed: 0 };
    this.columns.set(name, known);
    return known;
  }
}

function pack(
  kind: ColumnKind<unknown>,
  value: unknown,
  stamps: Float64Array,
  at: number,
): StoredValue {
  if (value === undefined) {
    return null;
  }
  const packed = kind.pack(value);
  if (packed === undefined) {
    forgetStamp(stamps, at);
  }
  return packed ?? null;
}

function forgetStamp(stamps: Float64Array, at: number): void {
  stamps.fill(NaN, at * STAMP_SIZE, (at + 1) * STAMP_SIZE);
}
