import { INT64_MAX, INT64_MIN, type Int64 } from '../base/int64';
import type { Dataset, DatasetInput, KeyValue, Metric } from './entities';
import { TrackingError } from './trackingError';
import type { LogBatchRequest } from './trackingStore';

/** MLflow's limits (mlflow.utils.validation), in code points. */
export const LIMITS = {
  key: 250,
  paramValue: 6000,
  tagValue: 8000,
  /** 5000 before MLflow 3.13; MLflow truncates neither. */
  experimentTagValue: 20_000,
  experimentName: 500,
  artifactLocation: 2048,
  datasetName: 500,
  datasetDigest: 36,
  datasetSource: 65_535,
  datasetSchema: 1_048_575,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  entitiesPerBatch: 1000,
  searchPage: 50_000,
} as const;

/** Windows cannot hold `:` in a file name, so MLflow refuses it in keys there. */
const KEY_CHARACTERS =
  process.platform === 'win32' ? /^[/\p{L}\p{N}_.\- ]*$/u : /^[/\p{L}\p{N}_.\- :]*$/u;
const RUN_ID = /^[A-Za-z0-9][\p{L}\p{N}_-]{0,255}$/u;
const EXPERIMENT_ID = /^[A-Za-z0-9][\p{L}\p{N}_-]{0,63}$/u;
const MODEL_ID = /^[A-Za-z0-9][\p{L}\p{N}_-]{0,255}$/u;

/** Keys that passed: a training logs the same few again and again. */
const knownKeys = new Set<string>();
const MOST_KNOWN_KEYS = 10_000;

function invalid(message: string): TrackingError {
  return new TrackingError('INVALID_PARAMETER_VALUE', message);
}

function invalidValue(path: string, value: unknown, reason = ''): TrackingError {
  const shown = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return invalid(
    `Invalid value ${shown} for parameter '${path}' supplied${reason && `: ${reason}`}`,
  );
}

function exceeds(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || Array.from(text).length > limit);
}

function checkLength(name: string, text: string, limit: number): void {
  if (exceeds(text, limit)) {
    throw invalid(`'${name}' exceeds the maximum length of ${limit} characters`);
  }
}

/** Cuts a long value, as MLflow does unless `MLFLOW_TRUNCATE_LONG_VALUES` is false. */
function fitLength(name: string, text: string, limit: number): string {
  if (!exceeds(text, limit)) {
    return text;
  }
  const setting = process.env['MLFLOW_TRUNCATE_LONG_VALUES']?.toLowerCase();
  if (setting === 'false' || setting === '0') {
    throw invalid(`'${name}' exceeds the maximum length of ${limit} characters`);
  }
  // A code point takes one or two units, so the first `limit` of them lie in the first 2 × `limit` units.
  return Array.from(text.slice(0, 2 * limit))
    .slice(0, limit)
    .join('');
}

/** The key as `posixpath.normpath` would have it: a key must not name another key's file. */
function normalisePath(key: string): string {
  const parts: string[] = [];
  for (const part of key.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') {
      parts.pop();
    } else if (part !== '' && part !== '.' && !(part === '..' && key.startsWith('/'))) {
      parts.push(part);
    }
  }
  const root = key.startsWith('/') ? '/' : '';
  return root + parts.join('/') || '.';
}

/**
 * Checks the key of a metric, param or tag.
 * @param path names the key in the message, such as `params[0].key`.
 */
export function validateKey(key: string, path: string): void {
  if (knownKeys.has(key)) {
    return;
  }
  if (!KEY_CHARACTERS.test(key)) {
    const colon = process.platform === 'win32' ? '' : ', colon(:)';
    throw invalidValue(
      path,
      key,
      'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.),' +
        ` spaces ( )${colon} and slashes (/).`,
    );
  }
  const normal = normalisePath(key);
  if (normal !== key || normal === '.' || normal.startsWith('..') || normal.startsWith('/')) {
    throw invalidValue(
      path,
      key,
      'Names may be treated as files in certain cases, and must not resolve to other names' +
        ` when treated as such. This name would resolve to '${normal}'`,
    );
  }
  checkLength(path, key, LIMITS.key);
  if (knownKeys.size >= MOST_KNOWN_KEYS) {
    knownKeys.clear();
  }
  knownKeys.add(key);
}

/** Checks a metric; its numbers are already numbers by type, so what remains is their range. */
export function validateMetric(metric: Metric, path = ''): void {
  const at = path && `${path}.`;
  validateKey(metric.key, `${at}name`);
  if (!isInteger(metric.timestampMs) || metric.timestampMs < 0) {
    throw invalidValue(
      `${at}timestamp`,
      metric.timestampMs,
      `metric '${metric.key}' (value=${metric.value}). Timestamp must be a nonnegative long (64-bit integer)`,
    );
  }
  if (!isInteger(metric.step)) {
    throw invalidValue(
      `${at}step`,
      metric.step,
      `metric '${metric.key}' (value=${metric.value}). Step must be a valid long (64-bit integer).`,
    );
  }
}

function isInteger(value: Int64): boolean {
  return typeof value === 'bigint'
    ? value >= INT64_MIN && value <= INT64_MAX
    : Number.isSafeInteger(value);
}

/** Checks a param and returns it with its value cut to the limit. */
export function validateParam(param: KeyValue, path = ''): KeyValue {
  const at = path && `${path}.`;
  validateKey(param.key, `${at}key`);
  return { key: param.key, value: fitLength(`${at}value`, param.value, LIMITS.paramValue) };
}

/** Checks the tag of a run or a logged model and returns it with its value cut to the limit. */
export function validateTag(tag: KeyValue, path = ''): KeyValue {
  const at = path && `${path}.`;
  validateKey(tag.key, `${at}key`);
  return { key: tag.key, value: fitLength(`${at}value`, tag.value, LIMITS.tagValue) };
}

/** Checks an experiment's tag, which is never cut. */
export function validateExperimentTag(tag: KeyValue): void {
  validateKey(tag.key, 'key');
  checkLength('value', tag.value, LIMITS.experimentTagValue);
}

/** Checks a whole batch before any of it is written, and returns it with values cut and repeated tags resolved (last wins). */
export function validateBatch(batch: LogBatchRequest): Required<LogBatchRequest> {
  const { metrics = [], params = [], tags = [] } = batch;
  checkBatchSize('metrics', metrics.length, LIMITS.metricsPerBatch);
  checkBatchSize('params', params.length, LIMITS.paramsPerBatch);
  checkBatchSize('tags', tags.length, LIMITS.tagsPerBatch);
  checkBatchSize(
    'metrics, params, and tags',
    metrics.length + params.length + tags.length,
    LIMITS.entitiesPerBatch,
  );
  metrics.forEach((metric, index) => validateMetric(metric, `metrics[${index}]`));
  const checkedParams = params.map((param, index) => validateParam(param, `params[${index}]`));
  const checkedTags = tags.map((tag, index) => validateTag(tag, `tags[${index}]`));
  validateUniqueParams(checkedParams);
  return {
    metrics,
    params: checkedParams,
    tags: [...new Map(checkedTags.map(tag => [tag.key, tag])).values()],
  };
}

function checkBatchSize(entities: string, count: number, limit: number): void {
  if (count > limit) {
    throw invalid(
      `A batch logging request can contain at most ${limit} ${entities}. Got ${count} ${entities}. ` +
        `Please split up ${entities} across multiple requests and try again.`,
    );
  }
}

function validateUniqueParams(params: readonly KeyValue[]): void {
  const seen = new Set<string>();
  const repeated = params.filter(({ key }) => seen.size === seen.add(key).size);
  if (repeated.length > 0) {
    const keys = repeated.map(({ key }) => `'${key}'`).join(', ');
    throw invalid(
      `Duplicate parameter keys have been submitted: [${keys}]. Please ensure the request contains only one param value per param key.`,
    );
  }
}

/** The error of a param logged again with another value. */
export function changedParamError(
  runId: string,
  key: string,
  oldValue: string,
  newValue: string,
): TrackingError {
  return invalid(
    `Changing param values is not allowed. Param with key='${key}' was already logged with value='${oldValue}' for run ID='${runId}'. Attempted logging new value '${newValue}'.`,
  );
}

export function validateRunId(runId: string): void {
  if (!RUN_ID.test(runId)) {
    throw invalidValue('run_id', runId);
  }
}

export function validateExperimentId(experimentId: string): void {
  if (!EXPERIMENT_ID.test(experimentId)) {
    throw invalid(`Invalid experiment ID: '${experimentId}'`);
  }
}

export function validateModelId(modelId: string): void {
  if (!MODEL_ID.test(modelId)) {
    throw invalidValue('model_id', modelId);
  }
}

export function validateExperimentName(name: string): void {
  if (name === '') {
    throw invalid(`Invalid experiment name: '${name}'`);
  }
  checkLength('name', name, LIMITS.experimentName);
}

/** Checks the name of a logged model. */
export function validateModelName(name: string): void {
  if (name === '' || /[/:.%"']/.test(name)) {
    throw invalid(
      `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: / : . % " '`,
    );
  }
}

/** Checks where an experiment's artifacts are to be: a path or URI, no `runs:` URI, no fragment, no way up in its query. */
export function validateArtifactLocation(location: string): void {
  if (location.startsWith('runs:')) {
    throw invalid(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  }
  checkLength('artifact_location', location, LIMITS.artifactLocation);
  const isUri = /^[A-Za-z][A-Za-z0-9+.-]+:/.test(location);
  const query = isUri ? (/\?(.*)$/s.exec(location)?.[1] ?? '') : '';
  if (isUri && (location.includes('#') || query.includes('..'))) {
    throw invalidValue(
      'artifact_location',
      location,
      'A URI with a fragment, or with .. in its query, cannot be used as an artifact location.',
    );
  }
}

/** Checks datasets that a run used, with the tags of their use. */
export function validateDatasetInputs(inputs: readonly DatasetInput[]): void {
  for (const { dataset, tags } of inputs) {
    validateDataset(dataset);
    for (const tag of tags) {
      checkLength('key', tag.key, LIMITS.inputTagKey);
      checkLength('value', tag.value, LIMITS.inputTagValue);
    }
  }
}

function validateDataset(dataset: Dataset): void {
  checkLength('name', dataset.name, LIMITS.datasetName);
  checkLength('digest', dataset.digest, LIMITS.datasetDigest);
  checkLength('source', dataset.source, LIMITS.datasetSource);
  checkLength('schema', dataset.schema ?? '', LIMITS.datasetSchema);
  checkLength('profile', dataset.profile ?? '', LIMITS.datasetProfile);
}

/** Checks the page size of a search: 1 to 50,000. */
export function validateMaxResults(maxResults: number): void {
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > LIMITS.searchPage) {
    throw invalidValue(
      'max_results',
      maxResults,
      `It must be at least 1 and at most ${LIMITS.searchPage}.`,
    );
  }
}

/**
 * The name of a new run from its two sources, which must agree. `undefined` when neither names it.
 * @param tag the value of the tag `mlflow.runName`.
 */
export function agreedRunName(
  runName: string | undefined,
  tag: string | undefined,
): string | undefined {
  if (runName && tag && runName !== tag) {
    throw invalid(
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${runName}', mlflow.runName='${tag}').`,
    );
  }
  return runName || tag || undefined;
}
