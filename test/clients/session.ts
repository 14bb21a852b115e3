import { expect } from 'vitest';

import type { CanonicalStore } from './canonicalStore';
import type { MlflowEnvironment } from './mlflowEnvironments';

/** What `python/session.py` read back through MLflow's client. */
export interface Session {
  readonly experimentId: string;
  readonly runId: string;
  readonly children: readonly string[];
  readonly artifacts: { readonly tree: readonly (readonly [path: string, size: number])[] };
  readonly model: { readonly modelId?: string; readonly runId: string };
  readonly store: CanonicalStore;
}

const BYTES = 256 * 4096;
/** `größe & co.txt`, `plain ü` and a line end. */
const TEXT_BYTES = 9;

/** The same that a session against `mlflow server` of that version gives. */
export function expectSession(session: Session, environment: MlflowEnvironment): void {
  expect(session).toMatchObject({
    defaultRun: '0',
    failedStatus: 'FAILED',
    artifacts: {
      ofFile: [],
      ofNothing: [],
      downloadedBytes: { 'bytes.bin': BYTES, 'empty.bin': 0, 'größe & co.txt': TEXT_BYTES },
      bytesAreKept: true,
      text: '<b>ü</b>\n',
      dict: { a: [1, null, 'ü'] },
      image: [4, 4],
      table: { in: ['a', 'b', 'c'], out: [1, 2, 3] },
    },
    frame: {
      loss: [1],
      byMetric: ['child 2', 'child 1'],
      byName: ['child 0', 'child 1', 'child 2'],
      byStatus: ['failing'],
      byDataset: ['parent ü'],
      byTag: ['parent ü'],
      none: [],
      byExperimentName: 5,
    },
    pages: { names: ['child 0', 'child 1', 'child 2', 'failing', 'parent ü'], pages: 3 },
    longHistory: { count: 2500, exact: true },
    asynchronous: { params: 20, steps: true, tag: '1' },
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
    },
    errors: {
      changedParam: 'INVALID_PARAMETER_VALUE',
      unknownRun: 'RESOURCE_DOES_NOT_EXIST',
      unknownExperiment: 'RESOURCE_DOES_NOT_EXIST',
      takenName: 'RESOURCE_ALREADY_EXISTS',
      absentTag: 'RESOURCE_DOES_NOT_EXIST',
      badFilter: 'INVALID_PARAMETER_VALUE',
      absentArtifact: true,
      noExperiment: true,
    },
    model: {
      samePredictions: true,
      // MLflow 2 keeps its models in a tag of the run, MLflow 3 as logged models.
      history: !environment.isVersion3,
      ...(environment.isVersion3
        ? {
            found: ['classifier'],
            modelMetrics: [
              ['acc', 2, 'few'],
              ['loss', 3, null],
            ],
          }
        : {}),
    },
    traced: 42,
    autolog: {
      params: '0.25',
      tag: 'LogisticRegression',
      datasets: 1,
      artifacts: [
        'estimator.html',
        'training_confusion_matrix.png',
        'training_precision_recall_curve.png',
        'training_roc_curve.png',
      ],
    },
  });
  expectArtifacts(session.artifacts.tree);
  expectParent(session);
}

function expectArtifacts(tree: readonly (readonly [path: string, size: number])[]): void {
  const paths = tree.map(([path]) => path);
  expect(paths.filter(path => /^images\/sample\W/.test(path))).toHaveLength(2);
  expect(paths.filter(path => !/^images\/sample\W/.test(path))).toEqual([
    'all/bytes.bin',
    'all/empty.bin',
    'all/größe & co.txt',
    'dicts/data.json',
    'dicts/data.yaml',
    'figures/plot.png',
    'größe & co.txt',
    'images/array.png',
    'page.html',
    'sub dir/deeper/größe & co.txt',
    'table.json',
  ]);
  expect(Object.fromEntries(tree)).toMatchObject({
    'all/bytes.bin': BYTES,
    'all/empty.bin': 0,
    'sub dir/deeper/größe & co.txt': TEXT_BYTES,
  });
}

function expectParent({ store, runId, children, experimentId }: Session): void {
  const parent = store.runs[runId];
  expect(parent).toMatchObject({ runName: 'parent ü', status: 'FINISHED', experimentId });
  expect(parent?.params).toEqual({
    lr: '0.1',
    'model/kind': 'softmax',
    flag: 'True',
    none: 'None',
    long: 'x'.repeat(6000),
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
  expect(parent?.metrics['beyond']?.slice(1)).toEqual(['9007199254740993', '9007199254740993']);
  expect(parent?.metrics['nan']?.[0]).toBe('nan');
  expect(
    parent?.histories['loss']?.map(([, , step]) => Number(step)).sort((a, b) => a - b),
  ).toEqual([-3, 0, 1, 2]);
  expect(parent?.datasets).toMatchObject([
    { name: 'iris', sourceType: 'local', tags: { 'mlflow.data.context': 'train', part: '1' } },
  ]);
  for (const child of children) {
    expect(store.runs[child]?.tags['mlflow.parentRunId']).toBe(runId);
  }
}
