import { schemeOf } from '../../artifacts/openRepository';
import { TrackingError } from '../../tracking/trackingError';
import type { TrackingStore } from '../../tracking/trackingStore';
import * as experiments from '../../wire/endpoints/experimentEndpoints';
import type { Router } from '../router';

export function mountExperimentRoutes(
  router: Router,
  store: TrackingStore,
  /** False where callers are on other machines: a path would let them read and write any file here. */
  { allowLocalLocations }: { readonly allowLocalLocations: boolean },
): void {
  router.mount(experiments.CREATE_EXPERIMENT, async request => {
    if (!allowLocalLocations && isLocal(request.artifactLocation)) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        'This server keeps artifacts in its own place: leave out the artifact location, or use mlflow-artifacts:/.',
      );
    }
    return store.createExperiment(request);
  });
  router.mount(experiments.GET_EXPERIMENT, (id, options) => store.getExperiment(id, options));
  router.mount(experiments.GET_EXPERIMENT_BY_NAME, (name, options) =>
    store.getExperimentByName(name, options),
  );
  router.mount(experiments.SEARCH_EXPERIMENTS, (request, options) =>
    store.searchExperiments(request, options),
  );
  router.mount(experiments.LIST_EXPERIMENTS, (request, options) =>
    store.searchExperiments(request, options),
  );
  router.mount(experiments.UPDATE_EXPERIMENT, ({ experimentId, newName }) =>
    store.renameExperiment(experimentId, newName),
  );
  router.mount(experiments.DELETE_EXPERIMENT, id => store.deleteExperiment(id));
  router.mount(experiments.RESTORE_EXPERIMENT, id => store.restoreExperiment(id));
  router.mount(experiments.SET_EXPERIMENT_TAG, ({ experimentId, tag }) =>
    store.setExperimentTag(experimentId, tag),
  );
  router.mount(experiments.DELETE_EXPERIMENT_TAG, ({ experimentId, key }) =>
    store.deleteExperimentTag(experimentId, key),
  );
  router.mount(experiments.SEARCH_DATASETS, (ids, options) => store.searchDatasets(ids, options));
}

function isLocal(location: string | undefined): boolean {
  const scheme = location === undefined ? undefined : schemeOf(location);
  return scheme === '' || scheme === 'file';
}
