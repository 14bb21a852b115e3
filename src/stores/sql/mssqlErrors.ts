import { TrackingError } from '../../tracking/trackingError';
import type { Trouble } from './databaseServer';
import { networkError } from './networkErrors';

/** Numbers of SQL Server's errors. */
const LOGIN_FAILED = [18452, 18456, 18470, 18486, 18487, 18488];
const NO_DATABASE = [911, 4060];
const SCHEMA = [207, 208];
const DUPLICATE = [2601, 2627];
/** A deadlock, a lock that was not given in time, two snapshots that change the same. */
const CONFLICTS = [1205, 1222, 3960];
/** The server is ending this connection. */
const LOST = [596, 6005, 6006, 10053, 10054];
/** Out of memory, disk or threads, or Azure's ways to say: not now. */
const BUSY = [
  701, 802, 1105, 8645, 9002, 10928, 10929, 17809, 17810, 40197, 40501, 40613, 49918, 49919, 49920,
];
const NO_WRITES = [229, 230, 262, 297, 3906, 3908];
/** Constraints, and values that do not fit their column. */
const REFUSALS = [220, 232, 515, 547, 2628, 8115, 8152];

function numberOf(error: unknown): number {
  return error instanceof Error && 'number' in error && typeof error.number === 'number'
    ? error.number
    : 0;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export function mssqlTrouble(error: unknown): Trouble {
  const number = numberOf(error);
  if (
    LOST.includes(number) ||
    // The driver's words for a socket that broke in use, and for a request after that.
    (codeOf(error) === 'ESOCKET' && /^Connection lost/.test(messageOf(error))) ||
    ['ECLOSE', 'EINVALIDSTATE', 'ECONNRESET', 'EPIPE'].includes(codeOf(error))
  ) {
    return 'lost';
  }
  if (CONFLICTS.includes(number)) {
    return 'conflict';
  }
  if (DUPLICATE.includes(number)) {
    return 'duplicate';
  }
  return SCHEMA.includes(number) ? 'schema' : 'other';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

/** Turns what SQL Server or its driver reports into an error that a person understands. */
export function describeMssqlError(error: unknown, title: string): unknown {
  if (!(error instanceof Error) || error instanceof TrackingError) {
    return error;
  }
  const number = numberOf(error);
  const options = { cause: error };
  const message = error.message.replace(/\.$/, '');
  if (codeOf(error) === 'ELOGIN' || LOGIN_FAILED.includes(number)) {
    return NO_DATABASE.includes(number) || /Cannot open database/.test(message)
      ? new TrackingError(
          'INVALID_PARAMETER_VALUE',
          `There is no such thing as ${title}, or this login may not open it (${message}): make it with CREATE DATABASE, or correct the name in the tracking URI.`,
          options,
        )
      : new TrackingError(
          'PERMISSION_DENIED',
          `The login to ${title} failed: check user and password in the tracking URI (${message}).`,
          options,
        );
  }
  if (codeOf(error) === 'EENCRYPT') {
    return new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The server of ${title} and the tracking URI do not agree about encryption (${message}): write Encrypt=yes or Encrypt=no.`,
      options,
    );
  }
  if (NO_WRITES.includes(number)) {
    return new TrackingError('PERMISSION_DENIED', `${message}, in ${title}.`, options);
  }
  if (['lost', 'conflict'].includes(mssqlTrouble(error)) || BUSY.includes(number)) {
    return new TrackingError(
      'TEMPORARILY_UNAVAILABLE',
      `The server of ${title} cannot do this now (${message}); try again.`,
      options,
    );
  }
  if (DUPLICATE.includes(number)) {
    return new TrackingError(
      'RESOURCE_ALREADY_EXISTS',
      `The database takes this for something that it has: ${message}. Its collation may not tell upper from lower case.`,
      options,
    );
  }
  if (REFUSALS.includes(number)) {
    return new TrackingError('BAD_REQUEST', `The database refuses this: ${message}.`, options);
  }
  return connectionError(error, title) ?? otherError(error, number, message);
}

/** The driver wraps what Node.js says, several times where a host has several addresses. */
function connectionError(error: Error, title: string): TrackingError | undefined {
  if (!['ESOCKET', 'ETIMEOUT', 'EINSTLOOKUP'].includes(codeOf(error))) {
    return undefined;
  }
  for (const cause of causesOf(error)) {
    const described = networkError(cause, title);
    if (described) {
      return described;
    }
  }
  return new TrackingError(
    'TEMPORARILY_UNAVAILABLE',
    `The server of ${title} cannot be reached (${error.message.replace(/\.$/, '')}): check host, port, instance and network, then try again.`,
    { cause: error },
  );
}

function causesOf(error: Error): readonly Error[] {
  const inner = [
    error.cause,
    ...(error instanceof AggregateError ? (error.errors as unknown[]) : []),
  ];
  return [error, ...inner.flatMap(each => (each instanceof Error ? causesOf(each) : []))];
}

function otherError(error: Error, number: number, message: string): unknown {
  return number === 0
    ? error
    : new TrackingError('INTERNAL_ERROR', `SQL Server reports: ${message}.`, { cause: error });
}
