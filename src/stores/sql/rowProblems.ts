import type { Int64 } from '../../base/int64';
import type { StoreProblem } from '../../tracking/trackingStore';
import type { TableName } from './mlflowTables';

/** More would help nobody. */
const MOST_PROBLEMS = 100;

/**
 * The values that reads have met and could not use: SQLite stores what it is given, whatever the column says. Each is left
 * out, its neighbours are not; it is forgotten when a later read finds it in order.
 */
export class RowProblems {
  private readonly found = new Map<string, StoreProblem>();

  get list(): readonly StoreProblem[] {
    return [...this.found.values()];
  }

  /** @returns the value of a column of whole numbers, `undefined` for NULL and for anything else. */
  int64(value: unknown, table: TableName, row: string, column: string): Int64 | undefined {
    const isReadable = typeof value === 'bigint' || Number.isSafeInteger(value);
    this.check(isReadable || value === null, value, table, row, column);
    return isReadable ? (value as Int64) : undefined;
  }

  /** Notes a value that is left out; forgets it when it is in order. @returns whether it is. */
  check(
    isReadable: boolean,
    value: unknown,
    table: TableName,
    row: string,
    column: string,
  ): boolean {
    if (isReadable && this.found.size === 0) {
      return true;
    }
    const where = `${table} ${row}`;
    const place = `${where}\n${column}`;
    if (isReadable) {
      this.found.delete(place);
    } else if (this.found.size < MOST_PROBLEMS) {
      const message = `The ${column} cannot be read and is left out, because it holds ${shown(value)}.`;
      this.found.set(place, { where, message });
    }
    return isReadable;
  }
}

function shown(value: unknown): string {
  return value instanceof Uint8Array
    ? `${value.length} bytes`
    : JSON.stringify(String(value)).slice(0, 100);
}
