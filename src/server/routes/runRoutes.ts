import type { TrackingStore } from '../../tracking/trackingStore';
import * as runs from '../../wire/endpoints/runEndpoints';
import type { Router } from '../router';

export function mountRunRoutes(router: Router, store: TrackingStore): void {
  router.mount(runs.CREATE_RUN, request => store.createRun(request));
  router.mount(runs.GET_RUN, (runId, options) => store.getRun(runId, options));
  router.mount(runs.UPDATE_RUN, ({ runId, update }) => store.updateRun(runId, update));
  router.mount(runs.SEARCH_RUNS, (request, options) => store.searchRuns(request, options));
  router.mount(runs.DELETE_RUN, runId => store.deleteRun(runId));
  router.mount(runs.RESTORE_RUN, runId => store.restoreRun(runId));
}
