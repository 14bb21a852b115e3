import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { GitRepository } from './gitRepository';
import { notebookText } from './notebookText';
import { packagesOf } from './realKernel';
import { artifact, paramsOf, PYTHON, tagsOf, Workbench, type Ended } from './workbench';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** With nbclient and ipykernel. */
const NOTEBOOK_PYTHON = path.join(ROOT, '.test-env/notebooks/bin/python');
/** MLflow, for the kernel of that environment. */
const MLFLOW = packagesOf(path.dirname(path.dirname(PYTHON)));

interface Executed {
  readonly cells: readonly {
    readonly outputs?: readonly {
      readonly output_type: string;
      readonly text?: readonly string[];
    }[];
  }[];
}

function notebookOf(cells: readonly (readonly string[])[], kernel?: string): string {
  return notebookText(
    cells.map(lines => lines.join('\n')),
    kernel,
  );
}

async function track(
  bench: Workbench,
  command: readonly string[],
  options: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const running = bench.start(command, options, env);
  running.child.stdin?.end();
  return await running.ended;
}

describe('a notebook', () => {
  test('runs with its kernel into an executed copy, its output is the console log and gives metrics', async () => {
    const bench = await Workbench.create();
    const repository = new GitRepository(bench.folder);
    mkdirSync(path.join(bench.folder, 'work'));
    repository.write('.gitignore', 'mlruns/\n');
    bench.write(
      'work/study.ipynb',
      notebookOf([
        ['import os, sys', 'print("epoch 1: loss=0.5")', 'print("careful", file=sys.stderr)'],
        ['sum([1, 2, 39])'],
        ['open("here.txt", "w").write("x"); None'],
      ]),
    );
    const commit = repository.commitAll();
    const source = path.join('work', 'study.ipynb');
    const ended = await track(bench, [NOTEBOOK_PYTHON, source]);
    expect(ended).toMatchObject({
      code: 0,
      stdout: 'epoch 1: loss=0.5\n42\n',
      stderr: 'careful\n',
    });
    const run = await bench.run();
    expect(run.info.status).toBe('FINISHED');
    expect(tagsOf(run)).toMatchObject({
      'mlflow.source.name': source,
      'mlflow.source.type': 'NOTEBOOK',
      'mlflow.source.git.commit': commit,
      'tracker.command': `${NOTEBOOK_PYTHON} ${source}`,
    });
    expect(run.data.metrics).toMatchObject([{ key: 'loss', value: 0.5, step: 1 }]);
    const copy = JSON.parse(await artifact(run, 'mlflow-tracker/study.ipynb')) as Executed;
    expect(copy.cells.map(({ outputs }) => outputs?.map(one => one.output_type))).toEqual([
      ['stream', 'stream'],
      ['execute_result'],
      [],
    ]);
    expect(await artifact(run, 'mlflow-tracker/console.log')).toMatch(/Z epoch 1: loss=0\.5\n/);
    // As in Jupyter and VS Code.
    expect(existsSync(path.join(bench.folder, 'work/here.txt'))).toBe(true);
  });

  test('that fails is a failed run, with its traceback and the cells that ran', async () => {
    const bench = await Workbench.create();
    bench.write('study.ipynb', notebookOf([['print("first")'], ['1 / 0'], ['print("never")']]));
    const ended = await track(bench, [NOTEBOOK_PYTHON, 'study.ipynb']);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe('first\n');
    expect(ended.stderr).toMatch(/ZeroDivisionError.*division by zero/);
    const run = await bench.run();
    expect(run.info.status).toBe('FAILED');
    const copy = JSON.parse(await artifact(run, 'mlflow-tracker/study.ipynb')) as Executed;
    expect(copy.cells.map(({ outputs }) => outputs?.map(one => one.output_type))).toEqual([
      ['stream'],
      ['error'],
      [],
    ]);
  });

  test("whose cells log is one run with the notebook's name, and autologs in its kernel", async () => {
    const bench = await Workbench.create();
    bench.write(
      'study.ipynb',
      notebookOf([
        [
          'import os, mlflow, sklearn.linear_model',
          'mlflow.start_run()',
          'mlflow.log_param("lr", 0.1)',
        ],
        ['sklearn.linear_model.LogisticRegression(C=0.5).fit([[0.0], [1.0]], [0, 1]); None'],
      ]),
    );
    const ended = await track(bench, [NOTEBOOK_PYTHON, 'study.ipynb'], ['--autolog'], {
      PYTHONPATH: MLFLOW,
    });
    expect(ended).toMatchObject({ code: 0 });
    const run = await bench.run();
    expect(paramsOf(run)).toMatchObject({ lr: '0.1', C: '0.5' });
    expect(tagsOf(run)).toMatchObject({
      'mlflow.source.name': 'study.ipynb',
      'mlflow.source.type': 'NOTEBOOK',
    });
  });

  test('that is stopped is a killed run, with what it did', async () => {
    const bench = await Workbench.create();
    bench.write(
      'study.ipynb',
      notebookOf([
        ['print("first")'],
        ['import time', 'print("waits", flush=True)', 'time.sleep(100)'],
      ]),
    );
    const running = bench.start([NOTEBOOK_PYTHON, 'study.ipynb']);
    await running.says('waits');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    const run = await bench.run();
    expect(run.info.status).toBe('KILLED');
    const text = await artifact(run, 'mlflow-tracker/study.ipynb');
    expect(text).toContain('KeyboardInterrupt');
  });

  test('says what is missing: packages, a kernel; and takes no arguments', async () => {
    const bench = await Workbench.create();
    bench.write('study.ipynb', notebookOf([['1']], 'julia-9.9'));
    const bare = await track(bench, [PYTHON, 'study.ipynb']);
    expect(bare).toMatchObject({ code: 1 });
    expect(bare.stderr).toContain('-m pip install nbclient ipykernel');
    const other = await track(bench, [NOTEBOOK_PYTHON, 'study.ipynb']);
    expect(other).toMatchObject({ code: 1 });
    expect(other.stderr).toMatch(
      /asks for the kernel julia-9\.9, which is not installed\. Kernels here: .*python3/,
    );
    const told = await track(bench, [NOTEBOOK_PYTHON, 'study.ipynb', '--lr', '1']);
    expect(told.code).not.toBe(0);
    expect(told.stderr).toContain('A notebook takes no arguments');
  });

  test('alone is run by the environment of its folder', async () => {
    const bench = await Workbench.create();
    bench.write('study.ipynb', notebookOf([['1 + 1']]));
    const ended = await track(bench, ['study.ipynb'], [], {
      PATH: `${path.dirname(NOTEBOOK_PYTHON)}${path.delimiter}${process.env['PATH'] ?? ''}`,
    });
    expect(ended).toMatchObject({ code: 0, stdout: '2\n' });
    expect(tagsOf(await bench.run())).toMatchObject({ 'tracker.command': 'python3 study.ipynb' });
  });
});
