import { parseInt64, type Int64 } from '../../base/int64';
import type { ExperimentId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';

/** Experiments have integer ids in databases; any other text is a client's mistake (400), not an unknown one (404). */
export function parseExperimentId(experimentId: ExperimentId): Int64 {
  const id = /^-?\d+$/.test(experimentId) ? parseInt64(experimentId) : undefined;
  if (id === undefined) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `Invalid experiment ID '${experimentId}': experiments of a database have integer IDs.`,
    );
  }
  return id;
}
