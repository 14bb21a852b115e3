import { describe, expect, it } from 'vitest';
import { compileRunSearch } from '../../../../src/stores/sql/searchRuns';
import { SchemaInfo } from '../../../../src/stores/sql/schemaInfo';
import type { SqlSession } from '../../../../src/stores/sql/sqlDialect';
import { sqliteDialect } from '../../../../src/stores/sql/sqlite';
import { newRun } from './sqlFixture';

/** Compiling needs the schema and the dialect only. */
const session = {
  db: sqliteDialect.builder,
  dialect: sqliteDialect,
  schema: new SchemaInfo(
    'dc11669786a5',
    new Map(['latest_metrics', 'inputs', 'datasets', 'input_tags'].map(name => [name, new Set()])),
  ),
} as unknown as SqlSession;

const PAGE = { offset: 0, maxResults: 10 };

/** The condition that a filter adds, with its parameters, without what every search has. */
function conditionOf(filter: string): { sql: string; parameters: readonly unknown[] } {
  const { sql, parameters } = compileRunSearch(
    session,
    { experimentIds: ['1'], viewType: 'ACTIVE_ONLY', filter },
    PAGE,
  ).compile();
  const [, condition = ''] =
    /"runs"\."lifecycle_stage" in \(\?\) and (.*) order by/.exec(sql) ?? [];
  // The experiment and the lifecycle stage come first, the limit and the offset last.
  return { sql: condition.replaceAll('"', ''), parameters: parameters.slice(2, -2) };
}

function orderOf(...orderBy: readonly string[]): string {
  const { sql } = compileRunSearch(session, { experimentIds: ['1'], orderBy }, PAGE).compile();
  const [, order = ''] = /.* order by (.*) limit \? offset \?/.exec(sql) ?? [];
  return order.replaceAll('"', '');
}

describe('a filter', () => {
  it.each([
    ['', '1 = 1', []],
    [
      'metrics.loss < 0.5',
      'exists (select 1 as found from (select run_uuid, key, value, timestamp, step, is_nan from latest_metrics) as m' +
        ' where m.run_uuid = runs.run_uuid and m.key = ? and (not m.is_nan = ? and m.value < ?))',
      ['loss', 1, 0.5],
    ],
    [
      'metrics.loss != 1',
      'exists (select 1 as found from (select run_uuid, key, value, timestamp, step, is_nan from latest_metrics) as m' +
        ' where m.run_uuid = runs.run_uuid and m.key = ? and (m.is_nan = ? or m.value != ?))',
      ['loss', 1, 1],
    ],
    [
      "params.lr LIKE '0.%'",
      'exists (select 1 as found from params as t where t.run_uuid = runs.run_uuid and t.key = ? and t.value LIKE ?)',
      ['lr', '0.%'],
    ],
    [
      "tags.`a b` ILIKE 'ÄB%'",
      'exists (select 1 as found from tags as t where t.run_uuid = runs.run_uuid and t.key = ? and tracker_lower(t.value) LIKE ?)',
      ['a b', 'äb%'],
    ],
    [
      "status IN ('FINISHED', 'FAILED')",
      '(runs.status is not null and (runs.status = ? or runs.status = ?))',
      ['FINISHED', 'FAILED'],
    ],
    [
      'start_time BETWEEN 1 AND 9007199254740993',
      '(runs.start_time is not null and runs.start_time between ? and ?)',
      [1, 9007199254740993n],
    ],
    [
      'params.a IS NULL OR NOT end_time > 5',
      '(not (exists (select 1 as found from params as t where t.run_uuid = runs.run_uuid and t.key = ? and t.value is not null))' +
        ' or not ((runs.end_time is not null and runs.end_time > ?)))',
      ['a', 5],
    ],
    [
      "dataset.context = 'train'",
      'exists (select 1 as found from inputs inner join datasets on datasets.dataset_uuid = inputs.source_id' +
        ' inner join input_tags on input_tags.input_uuid = inputs.input_uuid where inputs.source_type = ?' +
        ' and inputs.destination_type = ? and inputs.destination_id = runs.run_uuid and input_tags.name = ? and input_tags.value = ?)',
      ['DATASET', 'RUN', 'mlflow.data.context', 'train'],
    ],
  ])('%s', (filter, sql, parameters) => {
    expect(conditionOf(filter)).toEqual({ sql, parameters });
  });

  it('of a thousand conditions is no deeper than databases allow', async () => {
    const { store, runId } = await newRun();
    await store.logParam(runId, { key: 'p', value: '999' });
    const filter = Array.from({ length: 1000 }, (_, i) => `params.p = '${i}'`).join(' OR ');
    expect((await store.searchRuns({ experimentIds: ['0'], filter })).items).toHaveLength(1);
  });
});

function missingLast(column: string): string {
  return `case when ${column} is null then 2 else 0 end asc`;
}

describe('an order', () => {
  it.each([
    [[], `${missingLast('runs.start_time')}, runs.start_time desc, runs.run_uuid asc`],
    [
      ['metrics.loss DESC', 'params.p'],
      'case when order_0.is_nan = ? then 1 when order_0.value is null then 2 else 0 end asc, order_0.value desc, ' +
        `${missingLast('order_1.value')}, order_1.value asc, ${missingLast('runs.start_time')}, runs.start_time desc, runs.run_uuid asc`,
    ],
    [
      ['run_id DESC'],
      `runs.run_uuid desc, ${missingLast('runs.start_time')}, runs.start_time desc`,
    ],
  ])('%j', (orderBy, sql) => {
    expect(orderOf(...orderBy)).toBe(sql);
  });
});

describe('hostile text', () => {
  const HOSTILE = [
    "'; DROP TABLE runs; --",
    '" OR ""="',
    '`) OR 1=1 --',
    '%_\\',
    '\u0000',
    "')) UNION SELECT * FROM experiments --",
    '$1 ? :name @x',
  ];

  it.each(HOSTILE)('%j is data in every place that takes text', async text => {
    const { store, runId } = await newRun();
    const quote = text.includes("'") ? '"' : "'";
    await store.setTag(runId, { key: 'hostile', value: text });
    const { tags } = (await store.getRun(runId)).data;
    expect(tags.find(({ key }) => key === 'hostile')?.value).toBe(text);

    for (const filter of [
      `tags.hostile = ${quote}${text}${quote}`,
      `tags.hostile IN (${quote}${text}${quote})`,
    ]) {
      if (!text.includes(quote)) {
        expect((await store.searchRuns({ experimentIds: ['0'], filter })).items).toHaveLength(1);
      }
    }
    const key = `tags.${text.includes('`') ? quote : '`'}${text}${text.includes('`') ? quote : '`'}`;
    const orderBy = [`${key} DESC`];
    expect((await store.searchRuns({ experimentIds: ['0'], orderBy })).items).toHaveLength(1);

    const experimentId = await store.createExperiment({ name: text });
    expect((await store.getExperimentByName(text)).experimentId).toBe(experimentId);
    const request = { runId: text, metricKey: text };
    expect((await store.getMetricHistory(request)).items).toEqual([]);
    expect(
      (
        await store.searchRuns({
          experimentIds: ['0'],
          projection: { tagKeys: [text], paramKeys: [text], metricKeys: [text] },
        })
      ).items[0]?.data,
    ).toEqual({ metrics: [], params: [], tags: [] });
    expect((await store.searchRuns({ experimentIds: ['0'] })).items).toHaveLength(1);
  });
});
