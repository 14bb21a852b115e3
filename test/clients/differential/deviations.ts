import type { StoreKind } from '../storeKinds';

/** What ours answers otherwise than `mlflow server` 3.17.2, how, and why. */
export interface Deviation {
  readonly reason: string;
  readonly cases: readonly string[];
  readonly status: number;
  /** MLflow's code; absent: a success. */
  readonly code?: string;
  /** With MLflow's store of that kind only; absent: with both. */
  readonly store?: StoreKind;
}

const REFUSED = { status: 400, code: 'INVALID_PARAMETER_VALUE' };
const NOT_FOUND = { status: 404, code: 'RESOURCE_DOES_NOT_EXIST' };

/**
 * Beside these, for every case: where MLflow fails with a page or a 500, ours answers a 4xx in MLflow's error form, for
 * clients repeat a 5xx for minutes; and where MLflow answers 405, ours answers 404 ENDPOINT_NOT_FOUND, on which clients
 * fall back.
 */
export const DEVIATIONS: readonly Deviation[] = [
  {
    reason:
      'A value of the wrong type. MLflow stops reading the message there and stores zeros and nothing for what follows.',
    cases: [
      'run: create with half a start',
      'run: create beyond int64',
      'run: create with a numeric tag',
      'run: create with tags as text',
      'run: half an end',
      'run: search a numeric id',
      'metric: step beyond int64',
      'metric: half a step',
      'metric: half a timestamp',
      'metric: boolean value',
      'batch: metric with a word',
      'batch: numeric parameter',
      'history: a word for a limit',
      'model: unknown status',
      'inputs: without dataset',
      'inputs: without digest',
      'inputs: numeric name',
      'outputs: without model',
    ],
    ...REFUSED,
  },
  {
    reason:
      'MLflow hands the offset on to SQLite or to Python, which read it each in their own way.',
    cases: ['experiment: search with a negative token'],
    ...REFUSED,
  },
  {
    reason: 'Clients up to 1.27 ask for it, and nothing else is at that address.',
    cases: ['experiment: list'],
    status: 200,
  },
  {
    reason: 'The cause, instead of the error of a database.',
    cases: ['run: create nowhere', 'run: create in an empty id'],
    store: 'sqlite',
    ...REFUSED,
  },
  {
    reason:
      'Such a tag could be neither set, changed nor deleted afterwards, nor kept by a file store.',
    cases: ['run: create with a bad tag key'],
    store: 'sqlite',
    ...REFUSED,
  },
  {
    reason: 'A tag without a name is none.',
    cases: ['model: tag without key'],
    store: 'sqlite',
    ...REFUSED,
  },
  {
    reason: 'No run can have such an id: said as by the file store.',
    cases: ['run: get a bad id'],
    store: 'sqlite',
    ...REFUSED,
  },
  {
    reason: 'The alias run_uuid is understood by every endpoint, by MLflow only by some.',
    cases: ['batch: by alias'],
    status: 200,
  },
  {
    reason: 'As above, and no run has this id.',
    cases: ['run: delete by alias'],
    store: 'file',
    ...NOT_FOUND,
  },
  {
    reason: 'A page without rows would be asked for for ever.',
    cases: ['run: search with limit 0', 'run: search with limit -1'],
    store: 'file',
    ...REFUSED,
  },
  {
    reason: 'MLflow writes the bare token NaN, which is no JSON.',
    cases: ['bulk: NaN'],
    status: 200,
  },
  {
    reason:
      'One way to choose points, the one of MLflow’s SQL store: it returns no more than it was asked for.',
    cases: ['interval: thinned'],
    store: 'file',
    status: 200,
  },
  {
    reason: 'Saying the same twice is no error, as with the parameters of runs.',
    cases: ['model: log the same param', 'outputs: the same again'],
    store: 'sqlite',
    status: 200,
  },
  {
    reason: 'The id in the path is enough.',
    cases: ['model: id in the path only'],
    status: 200,
  },
  { reason: 'As above, and no model has this id.', cases: ['body: PATCH as text'], ...NOT_FOUND },
  {
    reason:
      'Says which model is missing: MLflow shows the error of the database, or stores the point with the run alone.',
    cases: ['model: metric of an unknown one'],
    ...NOT_FOUND,
  },
  {
    reason: 'What is deleted is not there, as with MLflow’s file store.',
    cases: ['model: delete again'],
    store: 'sqlite',
    ...NOT_FOUND,
  },
  {
    reason: 'Not yet: allow_deleted, which MLflow’s web UI alone uses.',
    cases: ['model: get a deleted one with leave'],
    ...NOT_FOUND,
  },
  {
    reason: 'The limits of the other stores, so that the store can be moved.',
    cases: ['inputs: long name', 'inputs: long digest'],
    store: 'file',
    ...REFUSED,
  },
  {
    reason: 'HTTP compares media types without regard to case.',
    cases: ['body: in capitals'],
    status: 200,
  },
  {
    reason: 'Not an address of the API; MLflow sends a browser on.',
    cases: ['route: two slashes'],
    status: 404,
    code: 'ENDPOINT_NOT_FOUND',
  },
  {
    reason: 'There is no gateway here.',
    cases: ['route: server-info', 'route: server-info through ajax'],
    status: 200,
  },
  {
    reason: 'The answer {} of MLflow before 3.17, for clients that expect JSON.',
    cases: ['proxy: put', 'proxy: put through ajax', 'proxy: put nothing', 'upload: a file'],
    status: 200,
  },
  { reason: 'Of an empty file, MLflow leaves the size out.', cases: ['proxy: list'], status: 200 },
  {
    reason: 'Says that the id is missing: MLflow looks for a run named None.',
    cases: ['artifacts: get no run'],
    store: 'sqlite',
    ...REFUSED,
  },
];
