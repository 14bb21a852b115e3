import type { TrackingStore } from './trackingStore';

type Args<M extends keyof TrackingStore> = TrackingStore[M] extends (...args: infer A) => unknown
  ? A
  : never;

/** Passes every call to another store: the base of stores that change a few calls only. */
export class ForwardingStore implements TrackingStore {
  readonly onDidChange: TrackingStore['onDidChange'];

  constructor(protected readonly inner: TrackingStore) {
    this.onDidChange = inner.onDidChange;
  }

  getStatus(...args: Args<'getStatus'>): ReturnType<TrackingStore['getStatus']> {
    return this.inner.getStatus(...args);
  }

  createExperiment(
    ...args: Args<'createExperiment'>
  ): ReturnType<TrackingStore['createExperiment']> {
    return this.inner.createExperiment(...args);
  }

  getExperiment(...args: Args<'getExperiment'>): ReturnType<TrackingStore['getExperiment']> {
    return this.inner.getExperiment(...args);
  }

  getExperimentByName(
    ...args: Args<'getExperimentByName'>
  ): ReturnType<TrackingStore['getExperimentByName']> {
    return this.inner.getExperimentByName(...args);
  }

  searchExperiments(
    ...args: Args<'searchExperiments'>
  ): ReturnType<TrackingStore['searchExperiments']> {
    return this.inner.searchExperiments(...args);
  }

  renameExperiment(
    ...args: Args<'renameExperiment'>
  ): ReturnType<TrackingStore['renameExperiment']> {
    return this.inner.renameExperiment(...args);
  }

  deleteExperiment(
    ...args: Args<'deleteExperiment'>
  ): ReturnType<TrackingStore['deleteExperiment']> {
    return this.inner.deleteExperiment(...args);
  }

  restoreExperiment(
    ...args: Args<'restoreExperiment'>
  ): ReturnType<TrackingStore['restoreExperiment']> {
    return this.inner.restoreExperiment(...args);
  }

  setExperimentTag(
    ...args: Args<'setExperimentTag'>
  ): ReturnType<TrackingStore['setExperimentTag']> {
    return this.inner.setExperimentTag(...args);
  }

  deleteExperimentTag(
    ...args: Args<'deleteExperimentTag'>
  ): ReturnType<TrackingStore['deleteExperimentTag']> {
    return this.inner.deleteExperimentTag(...args);
  }

  searchDatasets(...args: Args<'searchDatasets'>): ReturnType<TrackingStore['searchDatasets']> {
    return this.inner.searchDatasets(...args);
  }

  createRun(...args: Args<'createRun'>): ReturnType<TrackingStore['createRun']> {
    return this.inner.createRun(...args);
  }

  getRun(...args: Args<'getRun'>): ReturnType<TrackingStore['getRun']> {
    return this.inner.getRun(...args);
  }

  updateRun(...args: Args<'updateRun'>): ReturnType<TrackingStore['updateRun']> {
    return this.inner.updateRun(...args);
  }

  searchRuns(...args: Args<'searchRuns'>): ReturnType<TrackingStore['searchRuns']> {
    return this.inner.searchRuns(...args);
  }

  deleteRun(...args: Args<'deleteRun'>): ReturnType<TrackingStore['deleteRun']> {
    return this.inner.deleteRun(...args);
  }

  restoreRun(...args: Args<'restoreRun'>): ReturnType<TrackingStore['restoreRun']> {
    return this.inner.restoreRun(...args);
  }

  logMetric(...args: Args<'logMetric'>): ReturnType<TrackingStore['logMetric']> {
    return this.inner.logMetric(...args);
  }

  logParam(...args: Args<'logParam'>): ReturnType<TrackingStore['logParam']> {
    return this.inner.logParam(...args);
  }

  setTag(...args: Args<'setTag'>): ReturnType<TrackingStore['setTag']> {
    return this.inner.setTag(...args);
  }

  deleteTag(...args: Args<'deleteTag'>): ReturnType<TrackingStore['deleteTag']> {
    return this.inner.deleteTag(...args);
  }

  logBatch(...args: Args<'logBatch'>): ReturnType<TrackingStore['logBatch']> {
    return this.inner.logBatch(...args);
  }

  logInputs(...args: Args<'logInputs'>): ReturnType<TrackingStore['logInputs']> {
    return this.inner.logInputs(...args);
  }

  logOutputs(...args: Args<'logOutputs'>): ReturnType<TrackingStore['logOutputs']> {
    return this.inner.logOutputs(...args);
  }

  getMetricHistory(
    ...args: Args<'getMetricHistory'>
  ): ReturnType<TrackingStore['getMetricHistory']> {
    return this.inner.getMetricHistory(...args);
  }

  getMetricColumns(
    ...args: Args<'getMetricColumns'>
  ): ReturnType<TrackingStore['getMetricColumns']> {
    return this.inner.getMetricColumns(...args);
  }

  createLoggedModel(
    ...args: Args<'createLoggedModel'>
  ): ReturnType<TrackingStore['createLoggedModel']> {
    return this.inner.createLoggedModel(...args);
  }

  getLoggedModel(...args: Args<'getLoggedModel'>): ReturnType<TrackingStore['getLoggedModel']> {
    return this.inner.getLoggedModel(...args);
  }

  finalizeLoggedModel(
    ...args: Args<'finalizeLoggedModel'>
  ): ReturnType<TrackingStore['finalizeLoggedModel']> {
    return this.inner.finalizeLoggedModel(...args);
  }

  deleteLoggedModel(
    ...args: Args<'deleteLoggedModel'>
  ): ReturnType<TrackingStore['deleteLoggedModel']> {
    return this.inner.deleteLoggedModel(...args);
  }

  searchLoggedModels(
    ...args: Args<'searchLoggedModels'>
  ): ReturnType<TrackingStore['searchLoggedModels']> {
    return this.inner.searchLoggedModels(...args);
  }

  setLoggedModelTags(
    ...args: Args<'setLoggedModelTags'>
  ): ReturnType<TrackingStore['setLoggedModelTags']> {
    return this.inner.setLoggedModelTags(...args);
  }

  deleteLoggedModelTag(
    ...args: Args<'deleteLoggedModelTag'>
  ): ReturnType<TrackingStore['deleteLoggedModelTag']> {
    return this.inner.deleteLoggedModelTag(...args);
  }

  logLoggedModelParams(
    ...args: Args<'logLoggedModelParams'>
  ): ReturnType<TrackingStore['logLoggedModelParams']> {
    return this.inner.logLoggedModelParams(...args);
  }

  close(...args: Args<'close'>): ReturnType<TrackingStore['close']> {
    return this.inner.close(...args);
  }
}
