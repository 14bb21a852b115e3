import { TrackingError } from './trackingError';
import { validateKey } from './validation';

/** Whether a metric, param or tag can have this key; see `validateKey`. */
export function isValidKey(key: string): boolean {
  try {
    validateKey(key, 'key');
    return true;
  } catch (error) {
    if (TrackingError.is(error)) {
      return false;
    }
    throw error;
  }
}
