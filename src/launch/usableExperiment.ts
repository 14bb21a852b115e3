import path from 'node:path';
import type { Logger } from '../base/logger';
import { TrackingError } from '../tracking/trackingError';
import type { TrackingStore } from '../tracking/trackingStore';
import type { LaunchRequest } from './launchRequest';

/**
 * The experiment for runs that name none. Asking also shows, before hours of training, that the store can be reached.
 * A deleted experiment takes no runs; one that was asked for is an error, the folder's is passed over.
 */
export async function usableExperiment(
  request: LaunchRequest,
  store: TrackingStore,
  logger: Logger,
): Promise<string> {
  const name = request.experimentName ?? (path.basename(request.workingDir) || 'Default');
  try {
    const { lifecycleStage } = await store.getExperimentByName(name);
    if (lifecycleStage === 'active') {
      return name;
    }
  } catch (error) {
    if (TrackingError.is(error, 'RESOURCE_DOES_NOT_EXIST')) {
      return name;
    }
    throw error;
  }
  if (request.experimentName !== undefined) {
    throw new TrackingError(
      'INVALID_STATE',
      `The experiment ${name} is deleted: restore it or choose another with --experiment.`,
    );
  }
  logger.warn(`The experiment ${name} is deleted, runs go to the experiment Default.`);
  return 'Default';
}
