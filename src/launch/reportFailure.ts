import type { Logger } from '../base/logger';
import { TrackingError } from '../tracking/trackingError';

/** Says that a part of the recording failed; the stack only where it is a bug. */
export function reportFailure(logger: Logger, what: string, error: unknown): void {
  if (TrackingError.is(error)) {
    logger.warn(`Cannot ${what}: ${error.message}`);
  } else {
    logger.error(`Cannot ${what}.`, error);
  }
}
