/**
 * Every id that the manifest contributes. `test/unit/host/manifest.test.ts` compares this file with `package.json` and
 * `package.nls.json` both ways.
 */
export const COMMANDS = {
  runScript: 'tracker.script.run',
  runScriptWithArguments: 'tracker.script.runWithArguments',
  debugScript: 'tracker.script.debug',
  runNotebook: 'tracker.notebook.run',
  runTask: 'tracker.task.run',
  runAgain: 'tracker.run.again',
  runAgainChanged: 'tracker.run.againChanged',
  setUri: 'tracker.uri.set',
  setCredentials: 'tracker.credentials.set',
  forgetCredentials: 'tracker.credentials.forget',
  restartServer: 'tracker.server.restart',
  showLog: 'tracker.log.show',
  refresh: 'tracker.runs.refresh',
  sort: 'tracker.runs.sort',
  filter: 'tracker.runs.filter',
  clearFilter: 'tracker.runs.clearFilter',
  showDeleted: 'tracker.runs.showDeleted',
  hideDeleted: 'tracker.runs.hideDeleted',
  loadMore: 'tracker.runs.loadMore',
  showHistories: 'tracker.runs.showHistories',
  previewHistories: 'tracker.run.previewHistories',
  compare: 'tracker.runs.compare',
  selectForCompare: 'tracker.run.selectForCompare',
  compareWithSelected: 'tracker.run.compareWithSelected',
  openLog: 'tracker.run.openLog',
  previewMetrics: 'tracker.metrics.preview',
  openTerminal: 'tracker.run.openTerminal',
  stop: 'tracker.run.stop',
  restoreCode: 'tracker.run.restoreCode',
  endStale: 'tracker.runs.endStale',
  setTag: 'tracker.run.setTag',
  setDescription: 'tracker.run.setDescription',
  createExperiment: 'tracker.experiment.create',
  copyId: 'tracker.item.copyId',
  copyName: 'tracker.item.copyName',
  copyValue: 'tracker.item.copyValue',
  rename: 'tracker.item.rename',
  remove: 'tracker.item.delete',
  restore: 'tracker.item.restore',
  openWeb: 'tracker.item.openWeb',
  openArtifact: 'tracker.artifact.open',
  saveArtifact: 'tracker.artifact.save',
} as const;
export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

export const VIEWS = { experiments: 'tracker.experiments', run: 'tracker.run' } as const;
export const VIEW_CONTAINER = 'tracker';

export const SETTINGS = {
  trackingUri: 'tracker.trackingUri',
  experimentName: 'tracker.experimentName',
  mainMetric: 'tracker.mainMetric',
  runPython: 'tracker.run.python',
  runCommands: 'tracker.run.commands',
  runAutolog: 'tracker.run.autolog',
  runCaptureParams: 'tracker.run.captureParams',
  runCaptureMetrics: 'tracker.run.captureMetrics',
  runMetricPatterns: 'tracker.run.metricPatterns',
  runSystemMetricsInterval: 'tracker.run.systemMetricsInterval',
  runEnvironmentVariables: 'tracker.run.environmentVariables',
  terminalInjectEnvironment: 'tracker.terminal.injectEnvironment',
  notebookRecordSource: 'tracker.notebook.recordSource',
  pageSize: 'tracker.runs.pageSize',
  hoverEnabled: 'tracker.hover.enabled',
} as const;
export type SettingId = (typeof SETTINGS)[keyof typeof SETTINGS];

/** Context keys that `when` clauses of the manifest read. */
export const CONTEXTS = {
  /** One of `StoreState['kind']`, or the kind of failure as `failed:<kind>`. */
  storeState: 'tracker:storeState',
  /** The store that is open has nothing to show. */
  empty: 'tracker:empty',
  /** The store is a server with MLflow's own web UI. */
  hasWebUi: 'tracker:hasWebUi',
  filtered: 'tracker:filtered',
  showDeleted: 'tracker:showDeleted',
  /** A run was chosen by "Select for compare". */
  compareCandidate: 'tracker:compareCandidate',
} as const;
export type ContextId = (typeof CONTEXTS)[keyof typeof CONTEXTS];

/** `type` of tasks in tasks.json. */
export const TASK_TYPE = 'tracker';

/**
 * What finds problems in a task's output: the line in which the wrapper tells where a script failed. The traces themselves
 * cannot be matched: to a terminal that is used again VS Code gives each line once more (microsoft/vscode#183262), and its
 * patterns have a fixed number of lines, which does not reach over a library's to the person's own.
 */
export const PROBLEM_MATCHER = '$tracker';

/** URI scheme of artifacts of runs in an editor: `mlflow-run:/<run id>/<path>`. */
export const ARTIFACT_SCHEME = 'mlflow-run';

/** URI scheme of the previews of captured metrics. */
export const PREVIEW_SCHEME = 'mlflow-metrics';
