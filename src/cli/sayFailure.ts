import { redactText } from '../base/urlSecrets';
import { TrackingError } from '../tracking/trackingError';
import { stderrLogger, writeLine } from './writers';

/** What was asked for makes no sense, or cannot be had. */
export const EXIT_USAGE = 2;
const EXIT_BUG = 1;

/** Tells why a command failed, on stderr. @returns the exit code for it */
export function sayFailure(error: unknown): number {
  if (TrackingError.is(error)) {
    writeLine(process.stderr, redactText(error.message));
    return EXIT_USAGE;
  }
  stderrLogger().error('mlflow-tracker failed; this is a bug.', error);
  return EXIT_BUG;
}
