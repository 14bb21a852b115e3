import { beforeAll, describe, expect, it, afterAll } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { silentLogger } from '../../../../src/base/logger';
import { openSqlStore } from '../../../../src/stores/sql/openSqlStore';
import type { Field } from '../../../../src/tracking/search/ast';
import {
  compileOrder,
  completeRunOrder,
  readSortKey,
} from '../../../../src/tracking/search/ordering';
import { parseRunFilter } from '../../../../src/tracking/search/parseFilter';
import { parseRunOrderBy } from '../../../../src/tracking/search/parseOrderBy';
import { compileFilter } from '../../../../src/tracking/search/predicate';
import type { FieldValue } from '../../../../src/tracking/search/values';
import type { TrackingStore } from '../../../../src/tracking/trackingStore';
import { databaseIn } from './sqlFixture';

const RUNS = 10_000;

/** What the test knows of a run, by the field's name. */
type Known = ReadonlyMap<string, FieldValue>;

const STATUSES = ['FINISHED', 'FAILED', 'RUNNING', 'KILLED'];

function knownRun(index: number): Known {
  const known = new Map<string, FieldValue>([
    ['attribute.run_id', `${index.toString(16).padStart(8, '0')}${'0'.repeat(24)}`],
    ['attribute.run_name', `run ${index % 500}`],
    ['attribute.status', STATUSES[index % STATUSES.length]],
    ['attribute.start_time', 1_700_000_000_000 + (index % 1000)],
    ['tag.mlflow.runName', `run ${index % 500}`],
    ['metric.loss', index % 17 === 0 ? NaN : (index * 7919) % 1000],
    ['param.lr', ['0.1', '0.01', '1e-3', 'Ä', '😀', ''][index % 6]],
  ]);
  if (index % 3 === 0) {
    known.set('metric.rare', -(index % 50) / 10);
    known.set('tag.stage', index % 2 === 0 ? 'Prod' : 'dev\nline');
  }
  if (index % 4 !== 2) {
    known.set('attribute.end_time', 1_800_000_000_000 + (index % 10));
  }
  return known;
}

const runs = Array.from({ length: RUNS }, (_, index) => knownRun(index));

function fill(path: string): void {
  const database = new DatabaseSync(path);
  const run = database.prepare(
    "INSERT INTO runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id) VALUES (?, ?, ?, ?, ?, 'active', '', 0)",
  );
  const texts = {
    param: database.prepare('INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)'),
    tag: database.prepare('INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)'),
  };
  const metric = database.prepare(
    'INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, 1, 1, ?, ?)',
  );
  database.exec('BEGIN');
  for (const known of runs) {
    const text = (name: string): string => String(known.get(name));
    const id = text('attribute.run_id');
    const end = known.get('attribute.end_time');
    run.run(
      id,
      text('attribute.run_name'),
      text('attribute.status'),
      Number(known.get('attribute.start_time')),
      end === undefined ? null : Number(end),
    );
    for (const [name, value] of known) {
      const [entity = '', ...key] = name.split('.');
      if (entity === 'metric') {
        metric.run(key.join('.'), Number(value) || 0, Number(Number.isNaN(value)), id);
      } else if (entity === 'param' || entity === 'tag') {
        texts[entity].run(key.join('.'), String(value), id);
      }
    }
  }
  database.exec('COMMIT');
  database.close();
}

function expectedIds(filter: string, orderBy: readonly string[]): readonly FieldValue[] {
  const order = completeRunOrder(parseRunOrderBy(orderBy));
  const matches = compileFilter(parseRunFilter(filter));
  const compare = compileOrder(order);
  return runs
    .map(known => (field: Field) => known.get(`${field.entity}.${field.key}`))
    .filter(read => matches(read))
    .map(read => ({ read, sortKey: readSortKey(order, read) }))
    .sort((a, b) => compare(a.sortKey, b.sortKey))
    .map(({ read }) => read({ entity: 'attribute', key: 'run_id' }));
}

describe(`a search in ${RUNS} runs finds what the predicate on files finds, in its order`, () => {
  let folder: string;
  let store: TrackingStore;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'large-search-'));
    store = await openSqlStore('sqlite:///mlflow.db', { logger: silentLogger, workingDir: folder });
    await store.createExperiment({ name: 'makes the database' });
    fill(databaseIn(folder));
  });

  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each<[string, readonly string[]]>([
    ['', []],
    ['metrics.loss < 100', ['metrics.loss ASC']],
    ['metrics.loss != 5', ['metrics.loss DESC']],
    ['NOT metrics.loss > 10', ['metrics.rare', 'params.lr DESC']],
    ["metrics.rare >= -2.5 AND params.lr IN ('0.1', 'Ä')", ['metrics.rare DESC', 'run_name']],
    ["params.lr != '0.1' AND status = 'FAILED'", ['params.lr']],
    ["params.lr LIKE '%-_' OR tags.stage ILIKE 'pr%'", ['tags.stage DESC']],
    ["tags.stage LIKE 'dev%line'", ['end_time DESC', 'start_time']],
    ["tags.stage LIKE 'prod'", []],
    ["params.lr ILIKE 'ä'", ['end_time']],
    ['metrics.rare IS NULL AND end_time IS NOT NULL', ['end_time', 'metrics.loss']],
    ['metrics.rare BETWEEN -3 AND -1', ['start_time ASC']],
    ["run_name LIKE 'run 1%' AND NOT (status IN ('FINISHED', 'KILLED'))", ['run_name DESC']],
    [
      "params.missing = 'x' OR params.missing IS NULL AND metrics.loss NOT IN (1, 2)",
      ['run_id DESC'],
    ],
  ])('%s by %j', async (filter, orderBy) => {
    const expected = expectedIds(filter, orderBy);
    const found: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = await store.searchRuns({
        experimentIds: ['0'],
        filter,
        orderBy,
        maxResults: 3_333,
        projection: { metricKeys: [], paramKeys: [], tagKeys: [], inputs: false },
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      found.push(...page.items.map(run => run.info.runId));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    expect(found.length).toBe(expected.length);
    expect(found).toEqual(expected);
  });
});
