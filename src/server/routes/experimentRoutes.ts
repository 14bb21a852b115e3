import type { TrackingStore } from '../../tracking/trackingStore';
import * as experiments from '../../wire/endpoints/experimentEndpoints';
import type { Router } from '../router';

export function mountExperimentRoutes(router: Router, store: TrackingStore): void {
  router.mount(experiments.CREATE_EXPERIMENT, request => store.createExperiment(request));
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
