import { expect } from 'vitest';

import type { CanonicalStore } from './canonicalStore';
import type { MlflowEnvironment } from './mlflowEnvironments';
import { topicsOf, type TopicName } from './topics';

/** What `python/session` read back through MLflow's client. */
export interface Session {
  readonly experimentId: string;
  readonly runId: string;
  readonly answers: Partial<Readonly<Record<TopicName, unknown>>>;
  readonly uncalled: readonly string[];
}

const BYTES = 256 * 4096;
/** `größe & co.txt`, `plain ü` and a line end. */
const TEXT_BYTES = 9;

/** The same that a session against `mlflow server` of that version gives. */
export function expectSession(session: Session, environment: MlflowEnvironment): void {
  expect(Object.keys(session.answers)).toEqual(topicsOf(environment));
  const expected = expectedAnswers(environment);
  for (const topic of topicsOf(environment)) {
    expect(session.answers[topic], topic).toEqual(expected[topic]);
  }
  expect(session.uncalled, 'functions of the client that the session has left out').toEqual([]);
}

/** The content of the store after the session: what its first run must have kept, and under it its children. */
export function expectParent(
  { runId, experimentId, answers }: Session,
  store: CanonicalStore,
  environment: MlflowEnvironment,
): void {
  const parent = store.runs[runId];
  expect(parent).toMatchObject({ runName: 'parent ü', status: 'FINISHED', experimentId });
  expect(parent?.params).toEqual({
    lr: '0.1',
    'model/kind': 'softmax',
    flag: 'True',
    none: 'None',
    long: 'x'.repeat(longestParam(environment)),
  });
  expect(parent?.tags).toMatchObject({
    stage: 'dev',
    'a/b': '',
    größe: '日本 🎲',
    one: '1',
    two: '2',
    'mlflow.note.content': 'a note',
    'mlflow.source.type': 'LOCAL',
  });
  expect(parent?.tags).not.toHaveProperty('temporary');
  expect(parent?.metrics['beyond']?.[2]).toBe('9007199254740993');
  expect(parent?.metrics['nan']?.[0]).toBe('nan');
  expect(
    parent?.histories['loss']?.map(([, , step]) => Number(step)).sort((a, b) => a - b),
  ).toEqual([-3, 0, 1, 2]);
  if (environment.isAtLeast('2.4')) {
    expect(parent?.datasets.at(-1)).toMatchObject({
      name: 'iris',
      sourceType: 'local',
      tags: { 'mlflow.data.context': 'train', part: '1' },
    });
  }
  const children = answers.nested as readonly string[];
  expect(children).toHaveLength(3);
  for (const child of children) {
    expect(store.runs[child]?.tags['mlflow.parentRunId']).toBe(runId);
  }
}

function longestParam(environment: MlflowEnvironment): number {
  return environment.isAtLeast('2.9') ? 6000 : 500;
}

function expectedAnswers(environment: MlflowEnvironment): Readonly<Record<TopicName, unknown>> {
  const { isVersion3 } = environment;
  const anyText: unknown = expect.any(String);
  return {
    runs: longestParam(environment),
    nested: [anyText, anyText, anyText],
    failing: 'FAILED',
    // MLflow sends the old end again when it resumes a run.
    resumed: { during: ['RUNNING', 5], after: 'FINISHED', ended: true, metrics: { resumed: 1 } },
    ofClient: {
      times: [7, 9],
      names: ['renamed ü', 'renamed ü'],
      params: { p: '1', q: '2' },
      metrics: { m: 1.5, n: 2 },
      tags: { 't ü': '1', u: '2' },
      user: 'ada',
      datasets: environment.isAtLeast('2.4') ? 1 : null,
    },
    artifacts: {
      tree: artifactTree(environment),
      ofFile: [],
      ofNothing: [],
      downloadedBytes: { 'bytes.bin': BYTES, 'empty.bin': 0, 'größe & co.txt': TEXT_BYTES },
      bytesAreKept: true,
      allAreDownloaded: true,
      text: '<b>ü</b>\n',
      dict: { a: [1, null, 'ü'] },
      image: [4, 4],
      ofClient: {
        sizes: { 'a.txt': 6, 'folder/a.txt': 6, 'text.txt': 4 },
        files: hasStreams(environment) ? 7 : 6,
      },
    },
    datasets: [...(isVersion3 ? [['few', 'code']] : []), ['iris', 'local']],
    tables: {
      fluent: { in: ['a', 'b', 'c', 'd'], out: [1, 2, 3, 4] },
      client: [4, 3],
      tag: '[{"path": "table.json", "type": "table"}]',
    },
    images: {
      sizes: [
        [3, 2],
        [4, 4],
      ],
      small: ['WEBP', 'WEBP'],
    },
    frame: {
      columns: expect.arrayContaining([
        'artifact_uri',
        'end_time',
        'experiment_id',
        'metrics.loss',
        'params.index',
        'run_id',
        'start_time',
        'status',
        'tags.mlflow.parentRunId',
        'tags.mlflow.runName',
        'tags.mlflow.source.name',
        'tags.mlflow.source.type',
        'tags.mlflow.user',
      ]) as unknown,
      loss: [1],
      byMetric: ['child 2', 'child 1'],
      byName: ['child 0', 'child 1', 'child 2'],
      byStatus: ['failing'],
      byDataset: environment.isAtLeast('2.4') ? ['parent ü'] : null,
      byTag: ['parent ü'],
      none: [],
      pagesAreTheWhole: true,
      list: 2,
    },
    pages: { inOrder: true, once: true, pages: 4 },
    longHistory: { count: 2500, exact: true },
    largeBatch: { code: null, kept: [1100, 150, 150] },
    asynchronous: { params: 21, steps: true, tag: '1', metrics: ['m', 'n'] },
    systemMetrics: {
      metrics: [
        'cpu_utilization_percentage',
        'disk_available_megabytes',
        'disk_usage_megabytes',
        'disk_usage_percentage',
        'network_receive_megabytes',
        'network_transmit_megabytes',
        'system_memory_usage_megabytes',
        'system_memory_usage_percentage',
      ].map(name => `system/${name}`),
      steps: true,
    },
    threads: { points: 160, params: 160 },
    lifecycle: {
      stages: [
        ['active', 'deleted', 0],
        ['active', 'active', 1],
        ['deleted', 'deleted', 0],
        ['active', 'active', 1],
      ],
      run: ['renamed', 'renamed', 'KILLED'],
      found: [{ a: '1', b: '2' }],
      fluent: {
        tags: { kept: '1', c: 'ü', 'd/e': '3', f: '4' },
        stage: 'active',
        byName: true,
      },
      pages: { sorted: true, every: true },
    },
    errors: {
      changedParam: 'INVALID_PARAMETER_VALUE',
      unknownRun: 'RESOURCE_DOES_NOT_EXIST',
      unknownExperiment: 'RESOURCE_DOES_NOT_EXIST',
      takenName: 'RESOURCE_ALREADY_EXISTS',
      absentTag: 'RESOURCE_DOES_NOT_EXIST',
      badFilter: 'INVALID_PARAMETER_VALUE',
      longKey: 'INVALID_PARAMETER_VALUE',
      badKey: 'INVALID_PARAMETER_VALUE',
      absentArtifact: true,
      noExperiment: true,
    },
    model: {
      samePredictions: true,
      runId: anyText,
      // MLflow 2 keeps its models in a tag of the run, MLflow 3 as logged models.
      history: !isVersion3,
      ...(isVersion3
        ? {
            modelId: anyText,
            found: ['classifier'],
            modelMetrics: [
              ['acc', 2, 'few'],
              ['loss', 3, null],
            ],
          }
        : {}),
    },
    pyfunc: [2, 42],
    evaluation: { accuracy: [1], same: true, pictures: true },
    autolog: {
      params: '0.25',
      metrics: expect.arrayContaining(['training_accuracy_score', 'training_log_loss']) as unknown,
      tag: 'LogisticRegression',
      datasets: environment.isAtLeast('2.4') ? 1 : 0,
      artifacts: [
        'estimator.html',
        'training_confusion_matrix.png',
        'training_precision_recall_curve.png',
        'training_roc_curve.png',
      ],
      children: ['0.1', '1.0'],
      best: true,
    },
    loggedModels: {
      pending: true,
      made: ['made ü', 'READY', 'tree', { depth: '3', more: '1', 'even more': '2' }],
      tags: { stage: 'prod' },
      last: true,
      outputs: [4, 5],
      activeMetrics: ['of the active model'],
      names: ['classifier', 'doubling', 'made ü', 'outside'],
      frame: 3,
      files: ['weights.bin'],
    },
    project: {
      status: 'FINISHED',
      params: { factor: '0.5' },
      metrics: { factor: 0.5 },
      type: 'PROJECT',
    },
    commandLine: {
      runsList: true,
      describe: true,
      deleted: true,
      search: true,
      stages: ['deleted', 'active'],
      csv: true,
      artifactsList: true,
      downloaded: ['bytes.bin', 'empty.bin', 'größe & co.txt'],
    },
    registry: Object.fromEntries(
      ['register', 'create', 'search'].map(call => [
        call,
        expect.stringMatching(/^ENDPOINT_NOT_FOUND: This server keeps no model registry/),
      ]),
    ),
    traces: { answer: 42, search: 'ENDPOINT_NOT_FOUND' },
  };
}

function hasStreams(environment: MlflowEnvironment): boolean {
  return environment.isAtLeast('3.4');
}

function artifactTree(environment: MlflowEnvironment): unknown {
  const anySize: unknown = expect.any(Number);
  return [
    ['all/bytes.bin', BYTES],
    ['all/empty.bin', 0],
    ['all/größe & co.txt', TEXT_BYTES],
    ['dicts/data.json', anySize],
    ['dicts/data.yaml', anySize],
    ['figures/plot.png', anySize],
    ['größe & co.txt', TEXT_BYTES],
    ['images/array.png', anySize],
    ['page.html', 10],
    ...(hasStreams(environment) ? [['streams/bytes.bin', 8]] : []),
    ['sub dir/deeper/größe & co.txt', TEXT_BYTES],
  ];
}
