import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { TrackingError } from '../../tracking/trackingError';
import type { SchemaInfo } from './schemaInfo';
import { SqliteConnection } from './sqliteConnection';
import {
  createSqliteSchema,
  makeDefaultExperiment,
  readDataVersion,
  readSchemaVersion,
  readSqliteRevision,
  readSqliteSchema,
  requireMlflowSchema,
} from './sqliteSchema';

export interface SqliteFileOptions {
  /** Of the experiment `Default`, when the database is made. */
  readonly defaultArtifactLocation: string;
  /** Decides the schema when the database is made: the one of this MLflow release, else the newest. */
  readonly createSchemaFor?: string | undefined;
}

interface OpenFile {
  readonly connection: SqliteConnection;
  /** Tells when another file has taken the path. */
  readonly identity: string;
  readonly isWritable: boolean;
  /** The state that `schema` was read in. */
  marks?: { readonly data: number; readonly schema: number };
  schema?: SchemaInfo;
  /** A state that was found with an experiment. */
  preparedAt?: number | undefined;
}

/**
 * A database file that may not exist yet, may be replaced and may be migrated by others at any time. Until the first write
 * an absent or empty file stays as it is and reads see an empty database in memory.
 */
export class SqliteFile {
  private open: OpenFile | undefined;
  private placeholder: OpenFile | undefined;

  constructor(
    readonly path: string,
    private readonly options: SqliteFileOptions,
  ) {}

  /** Throws when the path can never become a database that this store uses. */
  check(): void {
    const stats = statSync(this.path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `${this.path} is a folder, not a SQLite database.`,
      );
    }
    const folder = dirname(this.path);
    if (!stats && !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `The folder ${folder} of the SQLite database does not exist.`,
      );
    }
    this.schemaOf(this.forReading());
  }

  /** The connection to read from. */
  forReading(): OpenFile {
    const existing = this.existing();
    if (existing) {
      const schema = this.schemaOf(existing);
      if (!schema.isEmpty) {
        return existing;
      }
    }
    this.placeholder ??= {
      connection: this.emptyDatabase(),
      identity: 'absent',
      isWritable: canWrite(dirname(this.path)),
    };
    return this.placeholder;
  }

  /** The connection to write to; makes the database when there is none. Throws PERMISSION_DENIED when it is read-only. */
  forWriting(): OpenFile {
    const file = this.existing() ?? this.make();
    if (!file.isWritable) {
      throw new TrackingError('PERMISSION_DENIED', this.notWritable());
    }
    // A schema that is known is looked at again inside the transaction, where it cannot change any more.
    if ((file.schema ?? this.schemaOf(file)).isEmpty) {
      this.initialise(file.connection);
      delete file.marks;
      this.schemaOf(file);
    }
    file.connection.keepJournal();
    return file;
  }

  /**
   * What MLflow does when it opens a database, and this store before its first write. Call inside the transaction.
   * @returns whether there was nothing to do.
   */
  prepareForWriting(file: OpenFile): boolean {
    const schema = this.schemaOf(file);
    const location = this.options.defaultArtifactLocation;
    // One that is made now may still be rolled back, so it is looked for again.
    if (
      file.preparedAt !== file.marks?.data &&
      makeDefaultExperiment(file.connection, schema, location)
    ) {
      file.preparedAt = file.marks?.data;
    }
    return file.preparedAt === file.marks?.data;
  }

  /** The schema as it is now. Costs one short read while no one else has written: this connection alters no schema. */
  schemaOf(file: OpenFile): SchemaInfo {
    const data = readDataVersion(file.connection);
    const known = file.schema;
    if (known && data === file.marks?.data) {
      return known;
    }
    const marks = { data, schema: readSchemaVersion(file.connection) };
    const isSame = marks.schema === file.marks?.schema;
    // A migration may set another revision without changing a table.
    const schema =
      known && isSame && readSqliteRevision(file.connection, known) === known.revision
        ? known
        : readSqliteSchema(file.connection);
    requireMlflowSchema(schema, this.path);
    file.schema = schema;
    file.marks = marks;
    return schema;
  }

  /** Why the file cannot be written, as one sentence. */
  readOnlyReason(): string | undefined {
    const file = this.forReading();
    return file.isWritable ? this.schemaOf(file).readOnlyReason : this.notWritable();
  }

  close(): void {
    // Of a file that has gone, the journal may be another's.
    if (this.open && this.open === this.existing()) {
      this.open.connection.dropJournal();
    }
    this.open?.connection.close();
    this.placeholder?.connection.close();
    this.open = undefined;
    this.placeholder = undefined;
  }

  private notWritable(): string {
    return `The database is read-only here, because you may not write to ${this.path} or its folder.`;
  }

  /** The open file, reopened when another has taken its place; `undefined` when there is none or an empty one. */
  private existing(): OpenFile | undefined {
    const stats = statSync(this.path, { throwIfNoEntry: false });
    const identity = stats && `${stats.dev}:${stats.ino}`;
    if (this.open && this.open.identity !== identity) {
      this.open.connection.close();
      this.open = undefined;
    }
    if (!stats || !identity || stats.size === 0) {
      return undefined;
    }
    if (!this.open) {
      const isWritable = canWrite(this.path) && canWrite(dirname(this.path));
      const connection = new SqliteConnection(this.path, { readOnly: !isWritable });
      this.open = { connection, identity, isWritable };
    }
    return this.open;
  }

  private emptyDatabase(): SqliteConnection {
    const connection = new SqliteConnection(':memory:');
    createSqliteSchema(connection, this.options.createSchemaFor);
    return connection;
  }

  private make(): OpenFile {
    const connection = new SqliteConnection(this.path);
    try {
      this.initialise(connection);
    } finally {
      connection.close();
    }
    const made = this.existing();
    if (!made) {
      throw new TrackingError('INTERNAL_ERROR', `${this.path} was removed while it was made.`);
    }
    return made;
  }

  /** SQLite's own journal makes this all or nothing; another process that does the same waits, then finds it done. */
  private initialise(connection: SqliteConnection): void {
    connection.exec('BEGIN EXCLUSIVE');
    try {
      if (readSqliteSchema(connection).isEmpty) {
        createSqliteSchema(connection, this.options.createSchemaFor);
      }
      connection.exec('COMMIT');
    } catch (error) {
      connection.exec('ROLLBACK');
      throw error;
    }
  }
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
