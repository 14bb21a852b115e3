import {
  RUN_STATUSES,
  type DatasetInput,
  type KeyValue,
  type Metric,
} from '../../src/tracking/entities';
import type { LogBatchRequest, UpdateRunRequest } from '../../src/tracking/trackingStore';
import type { Random } from './seededRandom';

const METRICS = ['loss', 'val.loss', 'a/b c'] as const;
const METRIC_WITH_NAN = 'shaky';
const PARAMS = ['lr', 'model', 'größe'] as const;
const TAGS = ['stage', 'team tag'] as const;
export const WORDS = [
  '',
  'a',
  'A',
  'ab',
  'aB%',
  'a_b',
  'Ünï',
  'ÜNÏ',
  'ünï',
  '日本',
  '10',
  '9',
  'x.y',
  'a\\b',
  'z🎲',
  'z\uffee',
] as const;
export const NUMBERS = [0, 0.5, -1, 1e-3, 2.5, 1e10, 1e-320, -1e300, 9007199254740992] as const;
const STARTS = [1000, 1000, 2000, 3000, 2n ** 53n + 1n, 2n ** 53n + 3n] as const;
const DATASETS = ['iris', 'Iris', 'mnist'] as const;
const CONTEXTS = ['train', 'eval'] as const;

interface RandomRun {
  readonly create: { runName: string; userId: string; startTimeMs: number | bigint };
  readonly batches: readonly LogBatchRequest[];
  readonly inputs: { datasets: DatasetInput[] };
  readonly update: UpdateRunRequest;
  readonly deleted: boolean;
}

export function randomRun(random: Random, index: number): RandomRun {
  const some = <T>(from: readonly T[]) => from.filter(() => random.chance(0.6));
  const texts = (keys: readonly string[]): KeyValue[] =>
    some(keys).map(key => ({ key, value: random.pick(WORDS) }));
  const metric = (key: string, step: number): Metric => {
    const shaky = key === METRIC_WITH_NAN && random.chance(0.4);
    return {
      key,
      value: shaky ? NaN : random.pick(NUMBERS),
      step,
      timestampMs: 1 + random.below(3),
    };
  };
  const metrics = [...some(METRICS), ...some([METRIC_WITH_NAN])];
  const params = texts(PARAMS);
  return {
    // Start times repeat and run ids differ between stores: the name is made to settle nothing but identity.
    create: {
      runName: `${random.pick(['Run', 'run', 'läuft'])} ${String(index).padStart(3, '0')}`,
      userId: random.pick(['ada', 'bob']),
      startTimeMs: random.pick(STARTS),
    },
    batches: [
      // A step of its own: SQL takes NaN for 0 when it looks for the latest of equal steps, files for the smallest.
      { metrics: metrics.map(key => metric(key, -9)), params },
      { metrics: metrics.map(key => metric(key, random.below(5) - 2)), tags: texts(TAGS) },
    ],
    inputs: {
      datasets: some([0, 1]).map(i => ({
        dataset: {
          ...randomDataset(random, i),
          sourceType: 'local',
          source: 'x',
        },
        tags: random.chance(0.7)
          ? [{ key: 'mlflow.data.context', value: random.pick(CONTEXTS) }]
          : [],
      })),
    },
    update: {
      status: random.pick(RUN_STATUSES),
      ...(random.chance(0.5) ? { endTimeMs: 5000 + random.below(3) } : {}),
    },
    deleted: random.chance(0.1),
  };
}

/** @param compare makes one comparison; those of runs when absent. */
export function randomFilter(random: Random, compare = comparison, depth = 0): string {
  const kind = depth > 2 ? 0 : random.below(8);
  const inner = () => randomFilter(random, compare, depth + 1);
  switch (kind) {
    case 1:
    case 2:
      return `${inner()} AND ${inner()}`;
    case 3:
      return `(${inner()} OR ${inner()})`;
    case 4:
      return `NOT (${inner()})`;
    default:
      return compare(random);
  }
}

export function numericComparison(
  random: Random,
  field: string,
  numbers: readonly (number | bigint)[],
): string {
  return random.chance(0.2)
    ? `${field} BETWEEN ${random.pick(numbers)} AND ${random.pick(numbers)}`
    : `${field} ${random.pick(['=', '!=', '<', '<=', '>', '>='])} ${random.pick(numbers)}`;
}

/** @param word gives a quoted text. */
export function textComparison(random: Random, field: string, word: () => string): string {
  const comparator = random.pick([
    '=',
    '!=',
    'LIKE',
    'ILIKE',
    'IN',
    'NOT IN',
    'IS NULL',
    'IS NOT NULL',
  ]);
  if (comparator.startsWith('IS')) {
    return `${field} ${comparator}`;
  }
  if (comparator.endsWith('IN')) {
    return `${field} ${comparator} (${[word(), word()].join(', ')})`;
  }
  return `${field} ${comparator} ${word()}`;
}

export function randomPattern(random: Random): string {
  return random.pick([...WORDS, '%', 'a%', '%b%', '_', 'a_', '%ï', '__%']);
}

/** Backticks around a key, also where it could do without. */
export function maybeQuotedKey(random: Random, name: string): string {
  return /^[\w.]+$/.test(name) && random.chance(0.5) ? name : `\`${name}\``;
}

function comparison(random: Random): string {
  const text = () => quoted(random, random.pick(WORDS));
  const texts = () => `(${[text(), text()].join(', ')})`;
  const key = (name: string) => maybeQuotedKey(random, name);
  const numeric = (field: string, numbers: readonly (number | bigint)[]) =>
    numericComparison(random, field, numbers);
  const textual = (field: string, word: () => string) => textComparison(random, field, word);
  const pattern = () => quoted(random, randomPattern(random));
  switch (random.below(9)) {
    case 0:
    case 1:
      return numeric(`metrics.${key(random.pick([...METRICS, METRIC_WITH_NAN]))}`, NUMBERS);
    case 2:
      return `metrics.${random.pick([...METRICS.map(key), METRIC_WITH_NAN])} IS ${random.pick(['', 'NOT '])}NULL`;
    case 3:
      return textual(`params.${key(random.pick(PARAMS))}`, pattern);
    case 4:
      return textual(`tags.${key(random.pick(TAGS))}`, pattern);
    case 5:
      return numeric(random.pick(['start_time', 'end_time', 'created']), [...STARTS, 5001]);
    case 6:
      return textual('status', () => quoted(random, random.pick([...RUN_STATUSES, '%ED', 'r%'])));
    case 7:
      return textual('run_name', () =>
        quoted(random, random.pick(['Run%', '%1_', 'run 007', 'LÄUFT%'])),
      );
    default:
      return random.chance(0.3)
        ? `params.${key(random.pick(PARAMS))} IN ${texts()}`
        : textual(`dataset.${random.pick(['name', 'digest', 'context'])}`, () =>
            quoted(random, random.pick([...DATASETS, ...CONTEXTS, 'd_1', '%s'])),
          );
  }
}

/** On experiments; their times differ from store to store. */
export function experimentComparison(random: Random): string {
  const { numeric, textual, pattern } = comparisonsOf(random);
  switch (random.below(4)) {
    case 0:
      return numeric(random.pick(['creation_time', 'last_update_time']), [0, -1, 2n ** 62n]);
    case 1:
      return textual('tags.`team tag`', pattern);
    case 2:
      return textual('tag.stage', pattern);
    default:
      return textual(random.pick(['name', 'attribute.name']), () =>
        quoted(random, random.pick([...EXPERIMENT_NAMES.map(name => `${name}%`), 'e_ 1', '%1%'])),
      );
  }
}

export const EXPERIMENT_NAMES = [
  'exp',
  'Exp',
  'ÜNÏ',
  'ünï',
  'z🎲',
  'z\uffee',
  'a\\b',
  '%',
] as const;

/** The words of a comparison, whatever is compared. */
function comparisonsOf(random: Random) {
  const key = (name: string) =>
    /^[\w.]+$/.test(name) && random.chance(0.5) ? name : `${random.pick(['`', '"'])}${name}`;
  const quotedKey = (name: string) => {
    const begun = key(name);
    return begun === name ? name : `${begun}${begun.charAt(0)}`;
  };
  const list = (field: string, comparator: string, values: readonly unknown[]) =>
    `${field} ${comparator} (${values.join(', ')})`;
  const numeric = (field: string, numbers: readonly (number | bigint)[]) => {
    const comparator = random.pick(['=', '!=', '<', '<=', '>', '>=', 'IN', 'NOT IN', 'BETWEEN']);
    const [low, high] = [random.pick(numbers), random.pick(numbers)];
    if (comparator === 'BETWEEN') {
      return `${field} BETWEEN ${low} AND ${high}`;
    }
    return comparator.endsWith('IN')
      ? list(field, comparator, [low, high])
      : `${field} ${comparator} ${low}`;
  };
  const textual = (field: string, word: () => string) => {
    const comparator = random.pick([
      '=',
      '!=',
      'LIKE',
      'ILIKE',
      'IN',
      'NOT IN',
      'BETWEEN',
      'IS NULL',
      'IS NOT NULL',
    ]);
    if (comparator.startsWith('IS')) {
      return `${field} ${comparator}`;
    }
    if (comparator === 'BETWEEN') {
      return `${field} BETWEEN ${word()} AND ${word()}`;
    }
    return comparator.endsWith('IN')
      ? list(field, comparator, [word(), word()])
      : `${field} ${comparator} ${word()}`;
  };
  const pattern = () =>
    quoted(random, random.pick([...WORDS, '%', 'a%', '%b%', '_', 'a_', '%ï', '__%']));
  return { key: quotedKey, numeric, textual, pattern };
}

/** No two differ by case alone: in MySQL the primary key takes those for one. */
function randomDataset(random: Random, index: number): { name: string; digest: string } {
  const name = random.pick(DATASETS);
  return { name, digest: `d${index + (name === 'Iris' ? 5 : 0)}${random.below(2)}` };
}

/** Every word here lacks both kinds of quotes. */
export function quoted(random: Random, word: string): string {
  return random.chance(0.8) ? `'${word}'` : `"${word}"`;
}

/** Ends in the run name: start times repeat, and run ids would settle the order differently in each store. */
export function randomOrderBy(random: Random): string[] {
  const fields = [
    ...METRICS.map(key => `metrics.\`${key}\``),
    `metrics.${METRIC_WITH_NAN}`,
    ...PARAMS.map(key => `params.\`${key}\``),
    ...TAGS.map(key => `tags.\`${key}\``),
    'status',
    'start_time',
    'end_time',
    'user_id',
  ];
  const clauses = [...Array(random.below(3)).keys()].map(() => random.pick(fields));
  return [...new Set(clauses), 'run_name'].map(
    field => `${field} ${random.pick(['ASC', 'DESC', 'asc'])}`,
  );
}
