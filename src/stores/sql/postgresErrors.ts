import { TrackingError } from '../../tracking/trackingError';
import type { Trouble } from './databaseServer';
import { networkError } from './networkErrors';

/** SQLSTATE of an error of the server, code of one of the network, or nothing. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

const DISK_FULL = '53100';

/** The driver has no codes for these. */
const LOST = /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

export function postgresTrouble(error: unknown): Trouble {
  const code = codeOf(error);
  if (
    ['ECONNRESET', 'EPIPE', '57P01', '57P02'].includes(code ?? '') ||
    code?.startsWith('08') ||
    (error instanceof Error && !(error instanceof TrackingError) && LOST.test(error.message))
  ) {
    return 'lost';
  }
  switch (code) {
    case '40001':
    case '40P01':
    case '55P03':
      return 'conflict';
    case '23505':
      return 'duplicate';
    case '42P01':
    case '42703':
      return 'schema';
    default:
      return 'other';
  }
}

export function refusesTls(error: unknown): boolean {
  return error instanceof Error && error.message === 'The server does not support SSL connections';
}

/** Turns what PostgreSQL or its driver reports into an error that a person understands. */
export function describePostgresError(error: unknown, title: string): unknown {
  if (!(error instanceof Error) || error instanceof TrackingError) {
    return error;
  }
  const code = codeOf(error) ?? '';
  const options = { cause: error };
  const { message } = error;
  if (refusesTls(error)) {
    return new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The server of ${title} does not speak TLS, which sslmode asks for: use sslmode=disable, or set up TLS there.`,
      options,
    );
  }
  if (code === '28P01' || code === '28000' || /password|SASL/.test(message)) {
    return new TrackingError(
      'PERMISSION_DENIED',
      `The login to ${title} failed: check user and password in the tracking URI (${message}).`,
      options,
    );
  }
  if (code === '3D000') {
    return new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `There is no such thing as ${title}: make it with createdb, or correct the name in the tracking URI.`,
      options,
    );
  }
  if (code === '42501' || code === '25006') {
    return new TrackingError('PERMISSION_DENIED', `${message}, in ${title}.`, options);
  }
  if (code === DISK_FULL) {
    return new TrackingError(
      'RESOURCE_EXHAUSTED',
      `The disk of ${title} is full (${message}). Nothing of this call was stored; make room there, and try again.`,
      options,
    );
  }
  if (
    postgresTrouble(error) === 'lost' ||
    postgresTrouble(error) === 'conflict' ||
    // Insufficient resources, operator intervention such as a shutdown, input and output.
    /^(53|57|58)/.test(code) ||
    message.startsWith('timeout exceeded when trying to connect')
  ) {
    return new TrackingError(
      'TEMPORARILY_UNAVAILABLE',
      `The server of ${title} cannot do this now (${message}); try again.`,
      options,
    );
  }
  if (postgresTrouble(error) === 'duplicate') {
    return new TrackingError(
      'RESOURCE_ALREADY_EXISTS',
      `The database has this already: ${message}.`,
      options,
    );
  }
  // Data exceptions, constraints, program limits.
  if (/^(22|23|54)/.test(code)) {
    return new TrackingError('BAD_REQUEST', `The database refuses this: ${message}.`, options);
  }
  return (
    networkError(error, title) ??
    (code === ''
      ? error
      : new TrackingError('INTERNAL_ERROR', `PostgreSQL reports: ${message}.`, options))
  );
}
