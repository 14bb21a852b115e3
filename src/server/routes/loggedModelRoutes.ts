import type { TrackingStore } from '../../tracking/trackingStore';
import * as models from '../../wire/endpoints/loggedModelEndpoints';
import type { Router } from '../router';

export function mountLoggedModelRoutes(router: Router, store: TrackingStore): void {
  router.mount(models.CREATE_LOGGED_MODEL, request => store.createLoggedModel(request));
  router.mount(models.SEARCH_LOGGED_MODELS, (request, options) =>
    store.searchLoggedModels(request, options),
  );
  router.mount(models.GET_LOGGED_MODEL, (id, options) => store.getLoggedModel(id, options));
  router.mount(models.FINALIZE_LOGGED_MODEL, ({ modelId, status }) =>
    store.finalizeLoggedModel(modelId, status),
  );
  router.mount(models.DELETE_LOGGED_MODEL, id => store.deleteLoggedModel(id));
  router.mount(models.SET_LOGGED_MODEL_TAGS, async ({ modelId, tags }) => {
    await store.setLoggedModelTags(modelId, tags);
  });
  router.mount(models.DELETE_LOGGED_MODEL_TAG, ({ modelId, key }) =>
    store.deleteLoggedModelTag(modelId, key),
  );
  router.mount(models.LOG_LOGGED_MODEL_PARAMS, ({ modelId, params }) =>
    store.logLoggedModelParams(modelId, params),
  );
}
