import { TrackingError } from '../../tracking/trackingError';

/** The code of a failed file operation, such as `ENOENT`; `undefined` for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** True when the path, or a folder on the way to it, does not exist. */
export function isMissing(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
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
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
  ENAMETOOLONG: 'its name is too long for the file system',
};

/** Why a file operation failed, as a part of a sentence. */
export function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  return REASONS[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
}

/**
 * What a failed write becomes. Errors that will not go away by themselves get a code below 500: clients of MLflow repeat
 * anything else for minutes.
 */
export function writeError(path: string, error: unknown): TrackingError {
  if (error instanceof TrackingError) {
    return error;
  }
  const code = errnoOf(error);
  const message = `Cannot write ${path}: ${reasonOf(error)}.`;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TrackingError('PERMISSION_DENIED', message, { cause: error });
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENAMETOOLONG':
      return new TrackingError('INVALID_PARAMETER_VALUE', message, { cause: error });
    default:
      return new TrackingError('INTERNAL_ERROR', message, { cause: error });
  }
}
