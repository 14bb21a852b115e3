import type { MlflowEnvironment } from './mlflowEnvironments';

export interface MlflowSearch {
  readonly filter: string;
  readonly orderBy: readonly string[];
}

const FILTERS: readonly string[] = [
  '',
  'metrics.loss >= 0.3',
  'metrics.loss < 1 AND metrics.loss != 0',
  'metrics.loss = 1',
  "metrics.`a/b c` = -1 AND metrics.'small exponent' < 1e-6",
  // Only this one of NaN: MLflow's SQL store takes it for 0 in comparisons, its file store and ours do not.
  'metrics.nan != 5',
  'metrics.inf > 1e300',
  'metrics.`-inf` <= -1e300',
  'metrics.points > 4',
  'metrics.never != 1',
  "params.lr = '2e-3'",
  "params.lr != '2e-3'",
  "params.lr LIKE '%E-3'",
  "params.lr ILIKE '%E-3'",
  "params.lr LIKE '_e-_'",
  "params.`a/b/c` = 'nested'",
  "params.empty = ''",
  "params.`größe.日本-٣` LIKE 'k%'",
  "params.quotes LIKE '%so%'",
  "tags.mlflow.user = 'ada'",
  'tags."mlflow.user" != "bob"',
  "tags.unicode LIKE '%日本%'",
  "tags.spaces = '  two  '",
  "tag.mlflow.parentRunId LIKE '%'",
  "status = 'FINISHED'",
  "attributes.status != 'FINISHED'",
  "status LIKE '%ED'",
  "run_name = 'renamed ü'",
  "attributes.run_name LIKE 'l%'",
  "run_name ILIKE 'RENAMED%'",
  "`run name` = 'renamed ü'",
  'start_time > 1700000000001',
  'attributes.start_time >= 9007199254740993',
  'created <= 1700000000003 AND end_time > 0',
  'end_time = 9007199254740997',
  "user_id != 'nobody'",
  "artifact_uri LIKE 's3://%'",
  "run_id IN ('nothing')",
  "run_id NOT IN ('nothing')",
  "dataset.name = 'iris / ü'",
  "dataset.digest IN ('d2', 'd3')",
  // Not with a metric: MLflow 2's SQL store fails on a filter that joins both.
  "dataset.context = 'eval' AND status = 'FINISHED'",
  "dataset.name ILIKE 'IRIS%'",
  'metrics.loss == 1',
  "params.lr > '1'",
  'params.lr = 1',
  "lifecycle_stage = 'active'",
  "nothing = 'x'",
  "metrics.loss > 'a'",
];

/** Since MLflow 3.11. */
const NEWER_FILTERS: readonly string[] = [
  'params.lr IS NULL',
  'params.lr IS NOT NULL AND tags.mlflow.user IS NOT NULL',
  'tags.unicode IS NULL',
];

const ORDERS: readonly (readonly string[])[] = [
  ['metrics.loss'],
  ['metrics.loss DESC'],
  ['metrics.nan ASC', 'metrics.loss ASC'],
  ['metrics.inf DESC'],
  ['metrics.`a/b c` ASC'],
  ['params.lr DESC'],
  ['params.`a/b/c`', 'params.lr ASC'],
  ['tags.mlflow.user', 'start_time ASC'],
  ['status', 'attributes.start_time ASC'],
  ['attributes.run_name DESC'],
  ['end_time ASC'],
  ['end_time DESC', 'run_id DESC'],
  ['created ASC'],
  ['artifact_uri'],
  ['nothing'],
  ['metrics.loss SIDEWAYS'],
];

/** Searches on what `writeStore` wrote, in the words of that MLflow; some of them it refuses. */
export function searchesFor(environment: MlflowEnvironment): readonly MlflowSearch[] {
  const filters = environment.isAtLeast('3.11') ? [...FILTERS, ...NEWER_FILTERS] : FILTERS;
  return [
    ...filters.map(filter => ({ filter, orderBy: [] })),
    ...ORDERS.map(orderBy => ({ filter: '', orderBy })),
    { filter: 'metrics.points < 5', orderBy: ['metrics.points DESC'] },
  ];
}
