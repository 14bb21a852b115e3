import type { ExperimentId } from './entities';
import { TrackingError } from './trackingError';
import type { TrackingStore } from './trackingStore';

/** The id of the experiment with this name, deleted ones included; it is made when there is none. */
export async function experimentByName(
  store: Pick<TrackingStore, 'getExperimentByName' | 'createExperiment'>,
  name: string,
): Promise<ExperimentId> {
  try {
    return (await store.getExperimentByName(name)).experimentId;
  } catch (error) {
    if (!TrackingError.is(error, 'RESOURCE_DOES_NOT_EXIST')) {
      throw error;
    }
  }
  try {
    return await store.createExperiment({ name });
  } catch (error) {
    if (!TrackingError.is(error, 'RESOURCE_ALREADY_EXISTS')) {
      throw error;
    }
    // Another process was faster.
    return (await store.getExperimentByName(name)).experimentId;
  }
}
