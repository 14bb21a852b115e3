import type { Field } from './ast';

export type FieldType = 'text' | 'number';

interface EntityRule {
  readonly entity: Field['entity'];
  /** The keys that exist, with aliases resolved; `undefined` when any key may. */
  readonly keys?: ReadonlyMap<string, { readonly key: string; readonly type: FieldType }>;
  /** The type of every key, when `keys` is absent. */
  readonly type: FieldType;
}

/** What can be searched on one kind of thing: the words before the dot, and the keys after it. Both are case-sensitive. */
export interface SearchSchema {
  readonly entities: ReadonlyMap<string, EntityRule>;
  /** Used for a key without an entity word. */
  readonly attributes: EntityRule;
}

function keysOf(
  text: readonly string[],
  numbers: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): NonNullable<EntityRule['keys']> {
  const keys = new Map<string, { key: string; type: FieldType }>();
  for (const key of text) {
    keys.set(key, { key, type: 'text' });
  }
  for (const key of numbers) {
    keys.set(key, { key, type: 'number' });
  }
  for (const [alias, key] of Object.entries(aliases)) {
    const target = keys.get(key);
    if (target) {
      keys.set(alias, target);
    }
  }
  return keys;
}

function entitiesOf(
  ...groups: readonly (readonly [words: string, rule: EntityRule])[]
): SearchSchema['entities'] {
  return new Map(
    groups.flatMap(([words, rule]) => words.split(' ').map(word => [word, rule] as const)),
  );
}

const metrics: EntityRule = { entity: 'metric', type: 'number' };
const params: EntityRule = { entity: 'param', type: 'text' };
const tags: EntityRule = { entity: 'tag', type: 'text' };

const runAttributes: EntityRule = {
  entity: 'attribute',
  type: 'text',
  keys: keysOf(
    ['run_id', 'run_name', 'user_id', 'status', 'artifact_uri'],
    ['start_time', 'end_time'],
    {
      created: 'start_time',
      Created: 'start_time',
      'run name': 'run_name',
      'Run name': 'run_name',
      'Run Name': 'run_name',
    },
  ),
};

const runEntities = [
  ['attribute attributes attr run', runAttributes],
  ['metric metrics', metrics],
  ['param params parameter parameters', params],
  ['tag tags', tags],
] as const;

const datasets: EntityRule = {
  entity: 'dataset',
  type: 'text',
  keys: keysOf(['name', 'digest', 'context'], []),
};

export const runSchema: SearchSchema = {
  attributes: runAttributes,
  entities: entitiesOf(...runEntities, ['dataset datasets', datasets]),
};

/** Runs cannot be ordered by a dataset: they may have several. */
export const runOrderSchema: SearchSchema = {
  attributes: runAttributes,
  entities: entitiesOf(...runEntities),
};

const experimentAttributes: EntityRule = {
  entity: 'attribute',
  type: 'text',
  keys: keysOf(['name'], ['creation_time', 'last_update_time']),
};

export const experimentSchema: SearchSchema = {
  attributes: experimentAttributes,
  entities: entitiesOf(['attribute', experimentAttributes], ['tag tags', tags]),
};

const experimentOrderAttributes: EntityRule = {
  entity: 'attribute',
  type: 'text',
  keys: keysOf(['name', 'experiment_id'], ['creation_time', 'last_update_time']),
};

export const experimentOrderSchema: SearchSchema = {
  attributes: experimentOrderAttributes,
  entities: entitiesOf(['attribute', experimentOrderAttributes]),
};

const loggedModelAttributes: EntityRule = {
  entity: 'attribute',
  type: 'text',
  keys: keysOf(
    ['name', 'model_id', 'model_type', 'status', 'source_run_id'],
    ['creation_timestamp', 'last_updated_timestamp'],
    { creation_time: 'creation_timestamp', last_updated_time: 'last_updated_timestamp' },
  ),
};

export const loggedModelSchema: SearchSchema = {
  attributes: loggedModelAttributes,
  entities: entitiesOf(
    ['attributes', loggedModelAttributes],
    ['metrics', metrics],
    ['params', params],
    ['tags', tags],
  ),
};

export const loggedModelOrderSchema: SearchSchema = {
  attributes: loggedModelAttributes,
  entities: entitiesOf(['attributes', loggedModelAttributes], ['metrics', metrics]),
};
