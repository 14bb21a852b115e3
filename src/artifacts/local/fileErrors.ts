import { TrackingError } from '../../tracking/trackingError';

/** A file is not there, or a file stands where a directory would be needed to find it. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What the system's refusal means for a caller; an error that is none of the system's passes unchanged. */
export function translateFileError(error: unknown, file: string): unknown {
  const name = JSON.stringify(file);
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TrackingError('PERMISSION_DENIED', `${name} may not be accessed.`, {
        cause: error,
      });
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTDIR':
    case 'ENOTEMPTY':
      return new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `${name} cannot be written: a file stands where a directory is needed, or a directory where a file is.`,
        { cause: error },
      );
    case 'ENAMETOOLONG':
      return new TrackingError('INVALID_PARAMETER_VALUE', `${name} is too long for a file name.`, {
        cause: error,
      });
    case 'ELOOP':
      return new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `${name} is a symbolic link in a circle.`,
        {
          cause: error,
        },
      );
    // Clients try these again, and both may pass meanwhile.
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new TrackingError(
        'RESOURCE_EXHAUSTED',
        `${name} cannot be written: the disk is full, or a quota or limit is reached. Make room, and try again.`,
        { cause: error },
      );
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
    case 'EAGAIN':
    case 'EBUSY':
    case 'EIO':
    case 'ESTALE':
    case 'ETIMEDOUT':
      return new TrackingError(
        'TEMPORARILY_UNAVAILABLE',
        `${name} cannot be accessed now (${String(codeOf(error))}): try again.`,
        { cause: error },
      );
    default:
      return error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
