import { TrackingError } from '../tracking/trackingError';

const MAX_DECODES = 10;

/**
 * Checks a path that a client or a server named, as MLflow does (facts: validation after repeated percent-decoding).
 * @returns the decoded path, relative and POSIX, without empty and `.` segments; '' is the root. Throws
 * INVALID_PARAMETER_VALUE for a path that could leave the root.
 */
export function checkArtifactPath(path: string): string {
  const decoded = escapeControls(decodeFully(path));
  const segments = decoded.split('/');
  if (
    decoded.includes('#') ||
    decoded.startsWith('/') ||
    decoded.startsWith('\\') ||
    /^[A-Za-z]:[\\/]/.test(decoded) ||
    segments.includes('..') ||
    (process.platform === 'win32' && /\\|^[A-Za-z]:/.test(decoded))
  ) {
    throw invalidPath(path);
  }
  return segments.filter(segment => segment !== '' && segment !== '.').join('/');
}

function decodeFully(path: string): string {
  let text = path;
  for (let round = 0; round < MAX_DECODES; round += 1) {
    const decoded = decodeOnce(text);
    if (decoded === text) {
      return text;
    }
    text = decoded;
  }
  throw invalidPath(path);
}

/** A percent sign that begins no UTF-8 sequence stands for itself, as in Python's unquote. */
function decodeOnce(text: string): string {
  return text.replace(/(%[0-9a-fA-F]{2})+/g, encoded => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, control => {
    const code = control.charCodeAt(0);
    return code > 0x7f ? control : `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function invalidPath(path: string): TrackingError {
  return new TrackingError(
    'INVALID_PARAMETER_VALUE',
    `Invalid path: ${JSON.stringify(path)} must be relative and stay below the artifact root.`,
  );
}

/** Joins checked paths; either may be ''. */
export function joinPath(...parts: readonly string[]): string {
  return parts.filter(part => part !== '').join('/');
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
