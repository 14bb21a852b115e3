import type { Endpoint } from '../../../src/wire/endpoint';
import * as artifacts from '../../../src/wire/endpoints/artifactEndpoints';
import * as experiments from '../../../src/wire/endpoints/experimentEndpoints';
import * as models from '../../../src/wire/endpoints/loggedModelEndpoints';
import * as logging from '../../../src/wire/endpoints/loggingEndpoints';
import * as runs from '../../../src/wire/endpoints/runEndpoints';

/** Every endpoint that the server has, found by its shape, so that a new one cannot be forgotten. */
export const ENDPOINTS = [experiments, models, logging, runs, artifacts]
  .flatMap(module => Object.values<object>(module))
  .filter((value): value is Endpoint<never, unknown> => 'methods' in value);

/** JSON texts in place of a member's value. */
export const VALUES = [
  'null',
  'true',
  '-1',
  '0',
  '1.5',
  '1e400',
  '99999999999999999999999999',
  'NaN',
  '-Infinity',
  '""',
  '"x"',
  '"0"',
  '"..%2f.."',
  '"\\u0000"',
  '"\\ud800"',
  '[]',
  '[null]',
  '[[]]',
  '[{}]',
  '["x"]',
  '[{"key": "k"}]',
  '[{"key": "", "value": ""}]',
  '[{"key": "k", "value": "v", "timestamp": -1, "step": 1.5}]',
  '[{"dataset": {"name": 1}}]',
  '{}',
  '{"a": {}}',
];
/** Names of members and of query parameters. */
export const MEMBERS = [
  'experiment_id',
  'experiment_ids',
  'experiment_name',
  'name',
  'new_name',
  'key',
  'value',
  'run_id',
  'status',
  'end_time',
  'start_time',
  'timestamp',
  'step',
  'metrics',
  'params',
  'tags',
  'datasets',
  'models',
  'max_results',
  'page_token',
  'filter',
  'order_by',
  'view_type',
  'run_view_type',
  'projection',
  'model_json',
  'metric_key',
  'path',
];
/** Bodies that are no object. */
export const BODIES = [
  '',
  '{',
  '[]',
  '"',
  'null',
  '\u0000',
  '{"a":1}}',
  '['.repeat(5000),
  '{"":{}}',
];
