import { TrackingError } from '../../tracking/trackingError';
import type { Trouble } from './databaseServer';
import { networkError } from './networkErrors';

/** Numbers of the server's errors: MySQL's and MariaDB's, which agree on these. */
const DATABASE_ACCESS_DENIED = 1044;
const ACCESS_DENIED = 1045;
const UNKNOWN_DATABASE = 1049;
const DUPLICATE = 1062;
const SCHEMA = [1054, 1146];
const CONFLICTS = [1020, 1205, 1213];
const LOST = [1053, 1080, 1152, 1184, 1927, 4031];
const BUSY = [1040, 1203, 1226];
/** The disk, or the space that the server may use, is full. */
const NO_ROOM = [1021, 1114];
/** A storage engine reports what the system did, in words: `Got error 28 "No space left on device" from storage engine`. */
const ENGINE_TROUBLE = [1005, 1026, 1030];
const NO_WRITES = [1142, 1143, 1290, 1792, 1836];
const NO_SPACE = /\b(28|122)\b|[Nn]o space left|quota/;
/** Constraints, and values that do not fit their column. */
const REFUSALS = [1048, 1264, 1265, 1366, 1406, 1451, 1452, 3819, 4025];

function numberOf(error: unknown): number | undefined {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number'
    ? error.errno
    : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export function mysqlTrouble(error: unknown): Trouble {
  const number = numberOf(error) ?? 0;
  if (
    ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE'].includes(codeOf(error)) ||
    LOST.includes(number) ||
    (error instanceof Error && /connection is in closed state/.test(error.message))
  ) {
    return 'lost';
  }
  if (CONFLICTS.includes(number)) {
    return 'conflict';
  }
  if (number === DUPLICATE) {
    return 'duplicate';
  }
  return SCHEMA.includes(number) ? 'schema' : 'other';
}

/** Turns what MySQL, MariaDB or the driver reports into an error that a person understands. */
export function describeMysqlError(error: unknown, title: string): unknown {
  if (!(error instanceof Error) || error instanceof TrackingError) {
    return error;
  }
  const number = numberOf(error) ?? 0;
  const options = { cause: error };
  const { message } = error;
  if (number === ACCESS_DENIED) {
    return new TrackingError(
      'PERMISSION_DENIED',
      `The login to ${title} failed: check user and password in the tracking URI (${message}).`,
      options,
    );
  }
  if (number === UNKNOWN_DATABASE) {
    return new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `There is no such thing as ${title}: make it with CREATE DATABASE, or correct the name in the tracking URI.`,
      options,
    );
  }
  if (number === DATABASE_ACCESS_DENIED || NO_WRITES.includes(number)) {
    return new TrackingError('PERMISSION_DENIED', `${message}, in ${title}.`, options);
  }
  if (codeOf(error) === 'HANDSHAKE_NO_SSL_SUPPORT') {
    return new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The server of ${title} does not speak TLS, which the tracking URI asks for.`,
      options,
    );
  }
  if (NO_ROOM.includes(number) || (ENGINE_TROUBLE.includes(number) && NO_SPACE.test(message))) {
    return new TrackingError(
      'RESOURCE_EXHAUSTED',
      `The disk of ${title} is full (${message}). Nothing of this call was stored; make room there, and try again.`,
      options,
    );
  }
  if (['lost', 'conflict'].includes(mysqlTrouble(error)) || BUSY.includes(number)) {
    return new TrackingError(
      'TEMPORARILY_UNAVAILABLE',
      `The server of ${title} cannot do this now (${message}); try again.`,
      options,
    );
  }
  if (number === DUPLICATE) {
    return new TrackingError(
      'RESOURCE_ALREADY_EXISTS',
      `The database takes this for something that it has: ${message}. Its collation may not tell upper from lower case.`,
      options,
    );
  }
  if (REFUSALS.includes(number)) {
    return new TrackingError('BAD_REQUEST', `The database refuses this: ${message}.`, options);
  }
  return (
    networkError(error, title) ??
    (number === 0
      ? error
      : new TrackingError('INTERNAL_ERROR', `The database reports: ${message}.`, options))
  );
}
