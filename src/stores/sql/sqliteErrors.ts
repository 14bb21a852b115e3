import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { TrackingError } from '../../tracking/trackingError';
import { sqliteErrorCode } from './sqliteBusy';

const SQLITE_PERM = 3;
const SQLITE_NOMEM = 7;
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
    case SQLITE_FULL:
      return noRoom(path, error);
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      if (isFull(path)) {
        return noRoom(path, error);
      }
      if (code !== SQLITE_CANTOPEN || isAccessible(path)) {
        return new TrackingError(
          'TEMPORARILY_UNAVAILABLE',
          `The database ${path} cannot be read or written now (${error.message}). Nothing of this call was stored; look at its disk, and try again.`,
          options,
        );
      }
      return notAllowed(path, error);
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return notAllowed(path, error);
    case SQLITE_CORRUPT:
      return new TrackingError(
        'DATA_LOSS',
        `The database ${path} is damaged: ${error.message}. Restore a copy, or rescue it with sqlite3's .recover.`,
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

function notAllowed(path: string, error: Error): TrackingError {
  return new TrackingError(
    'PERMISSION_DENIED',
    `The database ${path} cannot be opened or written: ${error.message}.`,
    { cause: error },
  );
}

/** 429 is the one status that every client of MLflow tries again. */
function noRoom(path: string, error: Error): TrackingError {
  return new TrackingError(
    'RESOURCE_EXHAUSTED',
    `The disk with the database ${path} is full (${error.message}). Nothing of this call was stored; make room, and try again.`,
    { cause: error },
  );
}

/** SQLite does not tell a full disk from other reasons why its journal cannot be made. */
function isFull(path: string): boolean {
  try {
    const { bavail, files, ffree } = statfsSync(dirname(path));
    return bavail === 0 || (files > 0 && ffree === 0);
  } catch {
    // It cannot be looked at: that is another trouble.
    return false;
  }
}

function isAccessible(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
