import { TrackingError } from '../../tracking/trackingError';
import type { TableName } from './mlflowTables';
import chain from './schema/chain.json';

/** Every schema has had these since MLflow 0.9. */
const CORE_TABLES: readonly TableName[] = ['experiments', 'runs', 'metrics', 'params', 'tags'];
/** Writers must keep `latest_metrics`, which came with this revision (MLflow 1.3). */
const FIRST_WRITABLE = chain.indexOf('89d4b8295536');

/**
 * The tables and columns that a database has, and so what can be read and written. Features are told by what is there,
 * not by the revision: MLflow changes schemas under open connections.
 */
export class SchemaInfo {
  /** Why this schema is not written, as one sentence; absent when it is understood. */
  readonly readOnlyReason: string | undefined;

  constructor(
    /** Alembic's; absent before MLflow 1.0. */
    readonly revision: string | undefined,
    private readonly columns: ReadonlyMap<string, ReadonlySet<string>>,
  ) {
    this.readOnlyReason = readOnlyReasonOf(revision);
  }

  /** No table at all: MLflow and this store then create theirs. */
  get isEmpty(): boolean {
    return this.columns.size === 0;
  }

  get isMlflow(): boolean {
    return CORE_TABLES.every(table => this.columns.has(table));
  }

  has(table: TableName, column?: string): boolean {
    const columns = this.columns.get(table);
    return columns !== undefined && (column === undefined || columns.has(column));
  }

  /** Throws NOT_IMPLEMENTED when the database was made by an MLflow that did not have the feature yet. */
  require(feature: string, ...tables: readonly TableName[]): void {
    if (!tables.every(table => this.columns.has(table))) {
      throw new TrackingError(
        'NOT_IMPLEMENTED',
        `This database has no ${feature}: its schema, revision ${this.revision ?? 'none'}, is older. ` +
          'A newer MLflow adds them with `mlflow db upgrade`.',
      );
    }
  }
}

function readOnlyReasonOf(revision: string | undefined): string | undefined {
  if (revision === undefined) {
    return 'The database is read-only here, because it has no schema revision: it is older than MLflow 1.0 or was not finished.';
  }
  const index = chain.indexOf(revision);
  if (index < 0) {
    return `The database is read-only here, because its schema (revision ${revision}) is newer than this version of MLflow Tracker knows.`;
  }
  if (index < FIRST_WRITABLE) {
    return `The database is read-only here, because its schema (revision ${revision}) is older than MLflow 1.3; \`mlflow db upgrade\` brings it up to date.`;
  }
  return undefined;
}
