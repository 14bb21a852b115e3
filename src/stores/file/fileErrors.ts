import { TrackingError } from '../../tracking/trackingError';

/** The code of a failed file operation, such as `ENOENT`; `undefined` for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** True when the path, or a folder on the way to it, does not exist, or no longer does on its file server. */
export function isMissing(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ESTALE';
}

/** What is no plain file, with a code as the system's own errors have. */
export class SpecialFileError extends Error {
  constructor(readonly code: 'EISDIR' | 'ENOTREG' | 'ETOOLARGE') {
    super(code);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'a folder is in place of a file',
  ENOTDIR: 'a file is in place of a folder',
  ELOOP: 'a symbolic link leads back to itself',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the limit for files allows',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
  ETOOLARGE: 'it is too large',
  ENOTREG: 'a pipe, a socket or a device is in place of a file',
  ENXIO: 'a pipe, a socket or a device is in place of a file',
  ENODEV: 'a pipe, a socket or a device is in place of a file',
  ENAMETOOLONG: 'its name is too long for the file system',
};

/** Why a file operation failed, as a part of a sentence. */
export function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  return REASONS[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
}

/** No room: it may come back while the client waits, and 429 is the one status that every client of MLflow tries again. */
const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** These pass without anybody changing the request: too much at a time, a file server that restarts. */
const PASSING: ReadonlySet<string> = new Set([
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'EIO', 'ESTALE', 'ETIMEDOUT'],
]);

export function isNoRoom(error: unknown): boolean {
  return NO_ROOM.has(errnoOf(error) ?? '');
}

/**
 * What a failed write becomes: RESOURCE_EXHAUSTED or TEMPORARILY_UNAVAILABLE when it may succeed later, so that clients of
 * MLflow repeat it, a code below 500 when it will not go away by itself.
 */
export function writeError(path: string, error: unknown): TrackingError {
  if (error instanceof TrackingError) {
    return error;
  }
  const code = errnoOf(error) ?? '';
  const message = `Cannot write ${path}: ${reasonOf(error)}.`;
  if (isNoRoom(error)) {
    return new TrackingError('RESOURCE_EXHAUSTED', `${message} Make room, and try again.`, {
      cause: error,
    });
  }
  if (PASSING.has(code)) {
    return new TrackingError('TEMPORARILY_UNAVAILABLE', `${message} Try again.`, { cause: error });
  }
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TrackingError('PERMISSION_DENIED', message, { cause: error });
    case 'ENOENT':
      // Its folder has gone since it was looked at: someone deleted the experiment.
      return new TrackingError('RESOURCE_DOES_NOT_EXIST', message, { cause: error });
    case 'EISDIR':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'EEXIST':
    case 'ENOTEMPTY':
    case 'ENOTREG':
    case 'ENXIO':
    case 'ENODEV':
    case 'EINVAL':
    case 'ENAMETOOLONG':
      return new TrackingError('INVALID_PARAMETER_VALUE', message, { cause: error });
    default:
      return new TrackingError('INTERNAL_ERROR', message, { cause: error });
  }
}
