import { HttpError } from '../../http/httpError';
import type { ProbeFailure } from '../../http/probeTrackingServer';
import { TrackingError } from '../../tracking/trackingError';
import { ServerStartError } from '../server/serverProcess';

/** What a person can do about it differs by kind; the manifest has a welcome text for each. */
export type FailureKind =
  /** No answer: refused, unknown host, timeout, closed. */
  | 'network'
  | 'tls'
  /** Credentials are missing, wrong or not enough. */
  | 'unauthenticated'
  /** Something answers that is no tracking server. */
  | 'notTrackingServer'
  /** The address cannot be understood. */
  | 'badUri'
  /** No such folder or file. */
  | 'notFound'
  /** There, but not an MLflow store, or one that this version does not know. */
  | 'unreadable'
  /** Our own server does not stay up. */
  | 'server';

export interface StoreFailure {
  readonly kind: FailureKind;
  /** One sentence that names cause and way out. */
  readonly message: string;
}

/** Why a store cannot be opened. Throws nothing; the cause is logged by the caller. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';

  constructor(
    readonly failure: StoreFailure,
    options?: ErrorOptions,
  ) {
    super(failure.message, options);
  }
}

export function failureKind(probe: ProbeFailure): FailureKind {
  switch (probe) {
    case 'tls':
      return 'tls';
    case 'unauthenticated':
    case 'forbidden':
      return 'unauthenticated';
    case 'notTrackingServer':
      return 'notTrackingServer';
    case 'badUrl':
      return 'badUri';
    case 'refused':
    case 'dns':
    case 'timeout':
    case 'reset':
    case 'unreachable':
    case 'serverError':
      return 'network';
  }
}

export function explainFailure(error: unknown): StoreFailure {
  if (error instanceof StoreOpenError) {
    return error.failure;
  }
  if (error instanceof HttpError) {
    return { kind: failureKind(error.failure), message: error.message };
  }
  if (TrackingError.is(error)) {
    return { kind: kindOfCode(error), message: error.message };
  }
  if (error instanceof ServerStartError) {
    return { kind: 'unreadable', message: error.message };
  }
  return { kind: 'server', message: error instanceof Error ? error.message : String(error) };
}

function kindOfCode(error: TrackingError): FailureKind {
  switch (error.code) {
    case 'UNAUTHENTICATED':
    case 'PERMISSION_DENIED':
    case 'CUSTOMER_UNAUTHORIZED':
      return 'unauthenticated';
    case 'NOT_FOUND':
    case 'RESOURCE_DOES_NOT_EXIST':
      return 'notFound';
    case 'TEMPORARILY_UNAVAILABLE':
    case 'DEADLINE_EXCEEDED':
      return 'network';
    default:
      return 'unreadable';
  }
}

/** What may be gone by itself when it is asked again: a database that restarts, a file that is locked. */
export function isPassing(error: unknown): boolean {
  return (
    TrackingError.is(error, 'TEMPORARILY_UNAVAILABLE') ||
    TrackingError.is(error, 'DEADLINE_EXCEEDED')
  );
}
