import { TrackingError } from './trackingError';

/** MLflow's page token: base64 of the JSON text `{"offset": N}` (mlflow.utils.search_utils.SearchUtils). */
export function encodePageToken(offset: number): string {
  return Buffer.from(`{"offset": ${offset}}`, 'utf8').toString('base64');
}

/** @returns the offset; 0 for an absent or empty token. Throws INVALID_PARAMETER_VALUE for anything that is not one. */
export function decodePageToken(token: string | undefined): number {
  if (token === undefined || token === '') {
    return 0;
  }
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'offset' in parsed) {
      const { offset } = parsed;
      if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) {
        return offset;
      }
    }
  } catch {
    // Not JSON: the same answer as for any other text that is no token.
  }
  throw new TrackingError(
    'INVALID_PARAMETER_VALUE',
    'Invalid page token, could not base64-decode an offset',
  );
}
