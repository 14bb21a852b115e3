import { TrackingError } from '../../tracking/trackingError';
import { sqliteErrorCode } from './sqliteBusy';

const SQLITE_PERM = 3;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_TOOBIG = 18;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;

/** Turns what SQLite reports into an error that a person understands; anything else is returned as it is. */
export function describeSqliteError(error: unknown, path: string): unknown {
  const code = sqliteErrorCode(error);
  if (code === undefined || !(error instanceof Error)) {
    return error;
  }
  const options = { cause: error };
  switch (code) {
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return new TrackingError(
        'PERMISSION_DENIED',
        `The database ${path} cannot be opened or written: ${error.message}.`,
        options,
      );
    case SQLITE_CORRUPT:
      return new TrackingError(
        'DATA_LOSS',
        `The database ${path} is damaged: ${error.message}. Restore a copy, or rescue it with sqlite3's .recover.`,
        options,
      );
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return new TrackingError(
        'INTERNAL_ERROR',
        `The database ${path} could not be read or written: ${error.message}. Nothing of this call was stored.`,
        options,
      );
    case SQLITE_NOTADB:
      return new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `${path} is not a SQLite database.`,
        options,
      );
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
      return new TrackingError(
        'BAD_REQUEST',
        `The database refuses this: ${error.message}.`,
        options,
      );
    default:
      return new TrackingError('INTERNAL_ERROR', `SQLite reports: ${error.message}.`, options);
  }
}
