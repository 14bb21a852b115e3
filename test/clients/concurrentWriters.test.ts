import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { newRun, openStore } from '../unit/stores/file/testStore';
import { ended, startWriter } from '../unit/stores/file/writerProcess';
import { mlflow2, mlflow3, requireEnvironment, type MlflowEnvironment } from './mlflowEnvironments';
import { pythonEnvironment } from './pythonDriver';
import { inTemporaryFolder } from './temporaryFolder';

const ROUNDS = 12;
const STEPS = Array.from({ length: ROUNDS }, (_, step) => step);
const PYTHON: readonly (readonly [string, MlflowEnvironment])[] = [
  ['1', mlflow2],
  ['2', mlflow2],
  ['3', mlflow3],
  ['4', mlflow3],
];
const OURS = ['5', '6', '7', '8'];
const NAMES = [...PYTHON.map(([name]) => name), ...OURS];

function startPython(
  environment: MlflowEnvironment,
  args: readonly string[],
  workingDir: string,
): ChildProcess {
  requireEnvironment(environment);
  const program = join(import.meta.dirname, 'python/concurrent_writer.py');
  const child = spawn(environment.python, [program, ...args], {
    cwd: workingDir,
    env: { ...pythonEnvironment(workingDir, environment), MLFLOW_ALLOW_FILE_STORE: 'true' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

it('loses nothing when processes of MLflow 2, MLflow 3 and this store log to the same runs', async () => {
  const { store, root, runId, folder } = await newRun();
  const second = (await store.createRun({ experimentId: '0' })).info.runId;
  const runIds = [runId, second];
  await inTemporaryFolder(async workingDir => {
    const args = (name: string): string[] => [root, name, String(ROUNDS), ...runIds];
    const writers = [
      ...PYTHON.map(([name, python]) => startPython(python, args(name), workingDir)),
      ...OURS.map(name => startWriter('mixed', ...args(name))),
    ];
    const ends = writers.map(ended);
    await Promise.all(writers.flatMap(({ stdout }) => (stdout ? [once(stdout, 'data')] : [])));
    writers.forEach(({ stdin }) => stdin?.write('go\n'));
    expect(await Promise.all(ends)).toEqual(writers.map(() => 0));
  });

  const points = NAMES.flatMap(name =>
    STEPS.flatMap(step => [`${name} ${step}.5 ${step}`, `${name} ${step}.25 ${step}`]),
  ).toSorted();
  const keys = NAMES.flatMap(name => STEPS.map(step => `${name}/${step}`));
  const reader = await openStore(root);
  for (const id of runIds) {
    const file = join(folder, '..', id, 'metrics', 'shared');
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').toSorted()).toEqual(points);
    const { data } = await reader.getRun(id);
    expect(data.params.map(({ key }) => key)).toEqual(
      [...keys.map(key => `batch/${key}`), ...keys.map(key => `param/${key}`)].toSorted(),
    );
    expect(data.tags.map(({ key }) => key)).toEqual(
      expect.arrayContaining([
        ...keys.map(key => `batch/${key}`),
        ...keys.map(key => `tag/${key}`),
      ]),
    );
    for (const name of NAMES) {
      const metricKey = `own/${name}`;
      expect((await reader.getMetricColumns(id, metricKey)).steps).toEqual(
        Float64Array.from(STEPS),
      );
    }
  }
  const { items } = await reader.searchRuns({ experimentIds: ['0'] });
  expect(items).toHaveLength(2 + (NAMES.length * ROUNDS) / 4);
  expect((await reader.getStatus()).problems).toEqual([]);
});
