import { describe, expect, it } from 'vitest';
import {
  parseExperimentOrderBy,
  parseLoggedModelOrderBy,
  parseRunOrderBy,
} from '../../../../src/tracking/search/parseOrderBy';
import { messageOf } from './messageOf';

describe('an order of runs', () => {
  it.each([
    ['metrics.loss', 'metric', 'loss', true],
    ['metrics.loss ASC', 'metric', 'loss', true],
    ['metrics.loss desc', 'metric', 'loss', false],
    [' start_time DESC ', 'attribute', 'start_time', false],
    ['created', 'attribute', 'start_time', true],
    ['attributes.run_name', 'attribute', 'run_name', true],
    ['params.`a b` DESC', 'param', 'a b', false],
    ['tags."mlflow.user"', 'tag', 'mlflow.user', true],
  ] as const)('%j is read', (clause, entity, key, ascending) => {
    expect(parseRunOrderBy([clause])).toEqual([{ field: { entity, key }, ascending }]);
  });

  it('drops a key that was named before, under any of its names', () => {
    expect(parseRunOrderBy(['created', 'attribute.start_time DESC'])).toEqual([
      { field: { entity: 'attribute', key: 'start_time' }, ascending: true },
    ]);
  });

  it.each([
    ['metrics.loss DSC', 13, 'expected ASC, DESC or the end, found DSC'],
    ['metrics.a, params.b', 9, 'expected ASC, DESC or the end, found ,'],
    ['metrics.a ASC DESC', 14, 'expected ASC, DESC or the end, found DESC'],
    ['', 0, 'expected a field'],
    ['foo', 0, "unknown attribute 'foo'"],
    ['dataset.name', 0, "unknown kind 'dataset'"],
  ])('%j is refused', (clause, offset, problem) => {
    const message = messageOf(() => parseRunOrderBy([clause]));
    expect(message).toContain(`Invalid order_by clause '${clause}' at offset ${offset}: `);
    expect(message).toContain(problem);
  });
});

describe('other orders', () => {
  it('orders experiments by id, and by nothing that they lack', () => {
    expect(parseExperimentOrderBy(['experiment_id DESC'])).toEqual([
      { field: { entity: 'attribute', key: 'experiment_id' }, ascending: false },
    ]);
    expect(messageOf(() => parseExperimentOrderBy(['tags.a']))).toContain("unknown kind 'tags'");
  });

  it('orders logged models by a metric on a dataset', () => {
    const orderBy = parseLoggedModelOrderBy([
      { fieldName: 'metrics.a b/c', ascending: false, datasetName: 'd', datasetDigest: '1' },
      { fieldName: 'creation_time' },
    ]);
    expect(orderBy).toEqual([
      {
        field: { entity: 'metric', key: 'a b/c' },
        ascending: false,
        datasetName: 'd',
        datasetDigest: '1',
      },
      { field: { entity: 'attribute', key: 'creation_timestamp' }, ascending: true },
    ]);
    expect(
      messageOf(() => parseLoggedModelOrderBy([{ fieldName: 'metrics.a', datasetDigest: '1' }])),
    ).toContain('`dataset_digest` can only be specified');
    expect(messageOf(() => parseLoggedModelOrderBy([{ fieldName: 'params.a' }]))).toContain(
      "unknown kind 'params'",
    );
  });
});
