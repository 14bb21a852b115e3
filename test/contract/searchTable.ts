import type { DatasetInput, KeyValue, RunStatus } from '../../src/tracking/entities';
import type { TrackingStore } from '../../src/tracking/trackingStore';
import { point } from './expectations';

interface SearchRun {
  readonly name: string;
  readonly startTimeMs: number | bigint;
  readonly status?: RunStatus;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly dataset?: DatasetInput;
  readonly deleted?: true;
}

const train = { name: 'iris', digest: 'abc123', sourceType: 'local', source: '{}' };
const context = (value: string): readonly KeyValue[] => [{ key: 'mlflow.data.context', value }];

/** A small experiment in which each row of facts §5.1 and §5.2 tells two runs apart. */
const RUNS: readonly SearchRun[] = [
  {
    name: 'best',
    startTimeMs: 5000,
    status: 'FINISHED',
    metrics: { loss: 0.25, 'val.loss': 0.5, 'my metric': 1, 'a/b': 7 },
    params: { lr: '0.1', model: 'ResNet_50', note: "it's", title: 'ÜBER straße' },
    tags: { stage: 'prod', 'team tag': 'Vision' },
    dataset: { dataset: train, tags: context('train') },
  },
  {
    name: 'middle',
    startTimeMs: 4000,
    status: 'FINISHED',
    metrics: { loss: 0.5, 'val.loss': -1 },
    params: { lr: '0.01', model: 'resnetX50' },
    tags: { stage: 'dev', 'team tag': 'vision' },
    dataset: { dataset: { ...train, digest: 'def456' }, tags: context('eval') },
  },
  {
    name: 'worst',
    startTimeMs: 3000,
    status: 'FAILED',
    metrics: { loss: 1e3 },
    params: { lr: '1', model: 'a\nb' },
    tags: { stage: '' },
  },
  {
    name: 'lost',
    startTimeMs: 2000,
    status: 'KILLED',
    metrics: { loss: NaN },
    params: { model: '' },
  },
  { name: 'endless', startTimeMs: 1500, metrics: { loss: Infinity } },
  { name: 'bottomless', startTimeMs: 1000, metrics: { loss: -Infinity } },
  { name: 'Bare', startTimeMs: 2n ** 53n + 1n, status: 'SCHEDULED' },
  { name: 'gone', startTimeMs: 1, metrics: { loss: 0.25 }, deleted: true },
];

/** Runs of `RUNS` that are active, in their default order: start time descending. */
const ALL = ['Bare', 'best', 'middle', 'worst', 'lost', 'endless', 'bottomless'];

/** Makes the experiment and returns its id. */
export async function fillSearchExperiment(store: TrackingStore, name: string): Promise<string> {
  const experimentId = await store.createExperiment({ name });
  for (const each of RUNS) {
    const { info } = await store.createRun({
      experimentId,
      userId: each.name === 'best' ? 'ada' : 'bob',
      runName: each.name,
      startTimeMs: each.startTimeMs,
    });
    await store.logBatch(info.runId, {
      metrics: Object.entries(each.metrics ?? {}).map(([key, value]) =>
        point(key, value, { step: 1 }),
      ),
      params: pairs(each.params),
      tags: pairs(each.tags),
    });
    // An older value that must not count.
    await store.logMetric(info.runId, point('older', 1, { step: 0 }));
    if (each.name === 'best') {
      await store.logMetric(info.runId, point('older', 2, { step: 1 }));
    }
    if (each.dataset !== undefined) {
      await store.logInputs(info.runId, { datasets: [each.dataset] });
    }
    if (each.status !== undefined) {
      const { startTimeMs: start } = each;
      const endTimeMs = typeof start === 'bigint' ? start + 1n : start + 1;
      await store.updateRun(info.runId, { status: each.status, endTimeMs });
    }
    if (each.deleted) {
      await store.deleteRun(info.runId);
    }
  }
  return experimentId;
}

function pairs(record: Readonly<Record<string, string>> = {}): KeyValue[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

/** Filter → names found, the same in every kind of store. NaN is unequal to everything and compares with nothing. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  '': ALL,
  '   ': ALL,
  // Metrics: the latest value, compared as numbers.
  'metrics.loss = 0.25': ['best'],
  'metric.loss = .25': ['best'],
  'metrics.loss = 2.5e-1': ['best'],
  'metrics.loss < 0.5': ['best', 'bottomless'],
  'metrics.loss <= 0.5': ['best', 'middle', 'bottomless'],
  'metrics.loss > 0.5': ['worst', 'endless'],
  'metrics.loss >= 1000': ['worst', 'endless'],
  'metrics.loss != 0.25': ['middle', 'worst', 'lost', 'endless', 'bottomless'],
  'metrics.loss > -5 AND metrics.loss < 1000': ['best', 'middle'],
  'metrics.val.loss = -1': ['middle'],
  'metrics.`val.loss` > -2': ['best', 'middle'],
  'metrics.`my metric` = 1': ['best'],
  'metrics."my metric" = 1': ['best'],
  "metrics.'a/b' >= 7": ['best'],
  'metrics.older = 2': ['best'],
  'metrics.absent != 1': [],
  // Params and tags: text, case-sensitive.
  "params.lr = '0.1'": ['best'],
  'parameters.lr = "0.1"': ['best'],
  "param.lr != '0.1'": ['middle', 'worst'],
  "parameter.model = ''": ['lost'],
  'params.note = "it\'s"': ['best'],
  "params.model LIKE 'ResNet%'": ['best'],
  "params.model LIKE 'resnet%'": ['middle'],
  "params.model ILIKE 'resnet%'": ['best', 'middle'],
  "params.model ilike '%NET_50'": ['best', 'middle'],
  "params.model LIKE 'ResNet'": [],
  "params.model LIKE '%'": ['best', 'middle', 'worst', 'lost'],
  "params.model LIKE 'ResNet.50'": [],
  "params.model LIKE '%[a-z]%'": [],
  "params.title ILIKE 'über STRASSE'": [],
  "params.title ILIKE 'über%'": ['best'],
  "params.title LIKE 'über%'": [],
  "params.title ILIKE 'Ü_er str%'": ['best'],
  'params.lr IS NULL': ['lost', 'endless', 'bottomless', 'Bare'],
  'params.lr is not null': ['best', 'middle', 'worst'],
  "tags.stage = 'prod'": ['best'],
  "tag.stage != 'prod'": ['middle', 'worst'],
  "tags.stage = ''": ['worst'],
  "tags.`team tag` = 'Vision'": ['best'],
  'tags."team tag" ILIKE "vis%"': ['best', 'middle'],
  'tags.stage IS NULL AND params.model IS NOT NULL': ['lost'],
  // Attributes.
  "status = 'FINISHED'": ['best', 'middle'],
  "attributes.status != 'FINISHED'": ['worst', 'lost', 'endless', 'bottomless', 'Bare'],
  "attr.status LIKE '%E%'": ['best', 'middle', 'worst', 'lost', 'Bare'],
  "run.status = 'RUNNING'": ['endless', 'bottomless'],
  "run_name = 'best'": ['best'],
  "attributes.run_name ILIKE 'B%'": ['best', 'bottomless', 'Bare'],
  "attribute.`Run name` LIKE 'b%'": ['best', 'bottomless'],
  "`run name` = 'Bare'": ['Bare'],
  "user_id = 'ada'": ['best'],
  "artifact_uri LIKE '%/artifacts'": ALL,
  'start_time > 3000': ['best', 'middle', 'Bare'],
  'attributes.start_time >= 9007199254740993': ['Bare'],
  'attributes.start_time > 9007199254740993': [],
  'created <= 2000': ['lost', 'endless', 'bottomless'],
  'attributes.Created = 5000': ['best'],
  'end_time < 4002': ['middle', 'worst', 'lost'],
  "tags.mlflow.runName = 'worst'": ['worst'],
  "run_id != 'nothing'": ALL,
  "run_id IN ('nothing', 'more')": [],
  "run_id NOT IN ('nothing')": ALL,
  // Datasets.
  "dataset.name = 'iris'": ['best', 'middle'],
  "datasets.digest = 'def456'": ['middle'],
  "dataset.context LIKE 'tr%'": ['best'],
  "dataset.digest IN ('abc123', 'nothing')": ['best'],
  "dataset.digest NOT IN ('abc123')": ['middle'],
  "dataset.name != 'iris'": [],
  "dataset.context = 'eval' AND dataset.name ILIKE 'IRIS'": ['middle'],
  // Words and space.
  "  metrics.loss   =  0.25   and   status='FINISHED'  ": ['best'],
  "metrics.loss<1 AND params.lr='0.1' AND tags.stage='prod'": ['best'],
  // What MLflow takes, odd as it is.
  'metrics.loss > -5 metrics.loss < 1000': ['best', 'middle'],
  "AND params.lr = '0.1' AND AND": ['best'],
  AND: ALL,
  "`params`.`lr` = '0.1'": ['best'],
  "params.note = 'it''s'": [],
  'metrics.val.loss < 1e400 AND metrics.val.loss > -1e400': ['best', 'middle'],
  "run_id IN ('nothing',)": [],
  'start_time > 3999.5 AND start_time < 4000.5': ['middle'],
  // The superset: OR, NOT, parentheses, BETWEEN, IN and IS NULL on every type.
  "run_name = 'best' OR run_name = 'Bare'": ['best', 'Bare'],
  "run_name = 'best' OR run_name = 'middle' AND metrics.loss > 0.4": ['best', 'middle'],
  "(run_name = 'best' OR run_name = 'middle') AND metrics.loss > 0.4": ['middle'],
  'NOT metrics.loss > -1e308': ['bottomless', 'Bare', 'lost'],
  "NOT (status = 'FINISHED' OR status = 'FAILED')": ['lost', 'endless', 'bottomless', 'Bare'],
  'metrics.loss BETWEEN 0.25 AND 0.5': ['best', 'middle'],
  'metrics.loss BETWEEN 0.3 AND 2000 AND start_time > 3500': ['middle'],
  "params.lr IN ('0.1', '1')": ['best', 'worst'],
  "tags.stage NOT IN ('prod', 'dev')": ['worst'],
  "run_name IN ('Bare', 'BEST', 'worst')": ['Bare', 'worst'],
  'metrics.loss IS NULL': ['Bare'],
  'metrics.loss IS NOT NULL AND metrics.`my metric` IS NULL': [
    'middle',
    'worst',
    'lost',
    'endless',
    'bottomless',
  ],
  'end_time IS NULL': ['endless', 'bottomless'],
};

export const FILTERS = Object.entries(FOUND).map(([filter, finds]) => ({ filter, finds }));

/** Clauses → all active runs in order: values, then NaN, then missing, for both directions; ties by start time, then id. */
export const ORDERS: readonly { orderBy: readonly string[]; gives: readonly string[] }[] = [
  { orderBy: ['start_time'], gives: [...ALL].reverse() },
  { orderBy: ['attributes.start_time DESC'], gives: ALL },
  { orderBy: ['created DESC'], gives: ALL },
  {
    orderBy: ['metrics.loss'],
    gives: ['bottomless', 'best', 'middle', 'worst', 'endless', 'lost', 'Bare'],
  },
  {
    orderBy: [' metric.loss  desc '],
    gives: ['endless', 'worst', 'middle', 'best', 'bottomless', 'lost', 'Bare'],
  },
  {
    orderBy: ['params.lr ASC'],
    gives: ['middle', 'best', 'worst', 'Bare', 'lost', 'endless', 'bottomless'],
  },
  {
    orderBy: ['parameters.lr DESC'],
    gives: ['worst', 'best', 'middle', 'Bare', 'lost', 'endless', 'bottomless'],
  },
  {
    orderBy: ['params.model'],
    gives: ['lost', 'best', 'worst', 'middle', 'Bare', 'endless', 'bottomless'],
  },
  {
    orderBy: ['tag.stage'],
    gives: ['worst', 'middle', 'best', 'Bare', 'lost', 'endless', 'bottomless'],
  },
  {
    orderBy: ['status'],
    gives: ['worst', 'best', 'middle', 'lost', 'endless', 'bottomless', 'Bare'],
  },
  {
    orderBy: ['status DESC', 'metrics.loss DESC'],
    gives: ['Bare', 'endless', 'bottomless', 'lost', 'middle', 'best', 'worst'],
  },
  {
    orderBy: ['run_name'],
    gives: ['Bare', 'best', 'bottomless', 'endless', 'lost', 'middle', 'worst'],
  },
  {
    orderBy: ['end_time'],
    gives: ['lost', 'worst', 'middle', 'best', 'Bare', 'endless', 'bottomless'],
  },
  {
    orderBy: ['attribute.end_time DESC'],
    gives: ['Bare', 'best', 'middle', 'worst', 'lost', 'endless', 'bottomless'],
  },
  {
    orderBy: ['user_id', 'start_time ASC'],
    gives: ['best', 'bottomless', 'endless', 'lost', 'worst', 'middle', 'Bare'],
  },
  {
    orderBy: ['metrics.`my metric` DESC'],
    gives: ['best', 'Bare', 'middle', 'worst', 'lost', 'endless', 'bottomless'],
  },
  {
    orderBy: ['metrics.older DESC', 'run_name desc'],
    gives: ['best', 'worst', 'middle', 'lost', 'endless', 'bottomless', 'Bare'],
  },
];

export const REFUSED_FILTERS: readonly string[] = [
  "metrics.loss = '0.5'",
  "metrics.loss LIKE '0.5'",
  'metrics.loss > nan',
  'metrics.loss > abc',
  'metrics.loss == 1',
  'metrics.loss <> 1',
  'metrics.loss >',
  'metrics.loss',
  '= 1',
  'AND OR metrics.loss > 1',
  '(AND)',
  'metrics.loss > 1 AND OR metrics.loss < 1',
  'metrics.loss > 1 2',
  'metrics.loss > 1 OR',
  'metrics.loss > 1; metrics.loss < 2',
  '(metrics.loss > 1',
  'metrics.loss > 1)',
  'metrics.loss BETWEEN 1',
  'NOT',
  'Metrics.loss > 1',
  'params.lr = 0.1',
  'params.lr = abc',
  "params.lr > '0.1'",
  "params.lr = 'open",
  "params.`open = 'x'",
  'params.lr LIKE 1',
  'tags.stage IN (1)',
  'run_id IN ()',
  "run_id IN 'a'",
  "run_id IN ('a' 'b')",
  'status = FINISHED',
  "status > 'FINISHED'",
  "start_time = 'x'",
  "start_time LIKE '1'",
  "lifecycle_stage = 'active'",
  "experiment_id = '1'",
  "nothing = 'x'",
  "foo.bar = 'x'",
  "dataset.source = 'x'",
  "dataset.name > 'x'",
];

export const REFUSED_ORDERS: readonly string[] = [
  '',
  'ASC',
  'metrics',
  'foo.bar',
  'nothing',
  'experiment_id',
  'dataset.name',
  'metrics.loss SIDEWAYS',
  'metrics.loss ASC DESC',
  'metrics.loss, params.lr',
];
