import { expect } from 'vitest';
import { TrackingError } from '../../../../src/tracking/trackingError';

/** The message of the INVALID_PARAMETER_VALUE that a call must throw. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(TrackingError);
    if (error instanceof TrackingError) {
      expect(error.code).toBe('INVALID_PARAMETER_VALUE');
      return error.message;
    }
  }
  throw new Error('The call did not throw.');
}
