import { describe, expect, test } from 'vitest';
import { artifact, paramsOf, PYTHON, tagsOf, until, Workbench } from './workbench';

describe('a script that does not know MLflow', () => {
  test('is one run with status, duration and console log', async () => {
    const bench = await Workbench.create();
    const ended = await bench.track(
      ['import sys', 'print("to stdout")', 'print("to stderr", file=sys.stderr)', 'sys.exit(3)'],
      ['--param', 'lr=1', '--tag', 'a=b', '--run-name', 'plain', '--experiment', 'e'],
    );
    expect(ended).toMatchObject({ code: 3, stdout: 'to stdout\n', stderr: 'to stderr\n' });
    const run = await bench.run();
    expect(run.info).toMatchObject({ status: 'FAILED', runName: 'plain' });
    expect(Number(run.info.endTimeMs)).toBeGreaterThanOrEqual(Number(run.info.startTimeMs));
    expect(await bench.experimentOf(run)).toBe('e');
    expect(paramsOf(run)).toEqual({ lr: '1' });
    expect(tagsOf(run)).toMatchObject({ a: 'b', 'mlflow.source.name': 'train.py' });
    const log = await artifact(run, 'mlflow-tracker/console.log');
    const lines = log.split('\n').map(line => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''));
    expect(lines.sort()).toEqual(['', '! to stderr', 'to stdout']);
  });

  test('gets its run at the end when it says nothing', async () => {
    const bench = await Workbench.create();
    expect(await bench.track([])).toMatchObject({ code: 0 });
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test('has its command line as params and its printed numbers as metrics', async () => {
    const bench = await Workbench.create();
    bench.write('run.yaml', ['optimizer:', '  lr: 0.5', 'seed: 7', 'api_key: hidden']);
    bench.write('train.py', [
      'for epoch in range(3): print(f"epoch {epoch}: loss={1 / (epoch + 1)}")',
      'print("rmse is 1.5 at 9", flush=True)',
    ]);
    const options = [
      '--param',
      'lr=given',
      '--metric-pattern',
      'rmse is (?<rmse>\\S+) at (?<step>\\d+)',
    ];
    const command = [
      PYTHON,
      'train.py',
      '--config',
      'run.yaml',
      '--lr',
      '1e-3',
      'seed=8',
      '--hf-token=t',
    ];
    const running = bench.start(command, options);
    running.child.stdin?.end();
    expect(await running.ended).toMatchObject({ code: 0 });
    const run = await bench.run();
    expect(paramsOf(run)).toEqual({
      'optimizer.lr': '0.5',
      api_key: '***',
      config: 'run.yaml',
      hf_token: '***',
      lr: 'given',
      seed: '8',
    });
    expect(tagsOf(run)['tracker.command']).toMatch(/ --hf-token=\*\*\*$/);
    const history = await bench.withStore(store =>
      store.getMetricHistory({ runId: run.info.runId, metricKey: 'loss' }),
    );
    expect(history.items.map(({ step, value }) => [step, value])).toEqual([
      [0, 1],
      [1, 0.5],
      [2, 1 / 3],
    ]);
    expect(run.data.metrics.find(({ key }) => key === 'rmse')).toMatchObject({
      value: 1.5,
      step: 9,
    });
  });

  test('loses nothing else for a printed key that its store refuses', async () => {
    const bench = await Workbench.create();
    const ended = await bench.track([
      'print("epoch 1: loss=0.5")',
      'print("epoch 1: loss/train=0.25 acc=0.75")',
    ]);
    expect(ended.stderr).toMatch(
      /^warning: Cannot log the metrics of the output: .*loss\/train.*\n$/,
    );
    const { data } = await bench.run();
    expect(data.metrics.map(({ key, value }) => [key, value])).toEqual([
      ['acc', 0.75],
      ['loss', 0.5],
    ]);
  });

  test('is logged by autolog without a line of code, beside a sitecustomize of its own', async () => {
    const bench = await Workbench.create();
    bench.write('sitecustomize.py', ['import os', 'os.environ["OWN_SITECUSTOMIZE"] = "ran"']);
    bench.write('train.py', [
      'import os, subprocess, sys',
      'from sklearn.linear_model import LogisticRegression',
      'LogisticRegression(C=0.5).fit([[0.0], [1.0]], [0, 1])',
      "code = \"import os, sys; print(os.environ.get('PYTHONPATH'), 'mlflow' in sys.modules)\"",
      'print(os.environ["OWN_SITECUSTOMIZE"], sys.argv, flush=True)',
      'subprocess.run([sys.executable, "-c", code])',
    ]);
    const running = bench.start([PYTHON, 'train.py', '--x'], ['--autolog'], {
      PYTHONPATH: bench.folder,
    });
    running.child.stdin?.end();
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toContain("ran ['train.py', '--x']");
    expect(stdout).toContain(`${bench.folder} False`);
    const run = await bench.run();
    expect(paramsOf(run)).toMatchObject({ C: '0.5' });
    expect(run.data.metrics.map(({ key }) => key)).toContain('training_score');
  });

  test('is left alone by autolog where there is no MLflow', async () => {
    const bench = await Workbench.create();
    const running = bench.start(['python3', '-c', 'print("plain")'], ['--autolog']);
    running.child.stdin?.end();
    expect(await running.ended).toMatchObject({ code: 0, stdout: 'plain\n', stderr: '' });
  });

  test('has neither where that is switched off', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', ['print("epoch 1: loss=1")']);
    const options = ['--no-capture-params', '--no-capture-metrics'];
    const running = bench.start([PYTHON, 'train.py', '--lr', '1'], options);
    running.child.stdin?.end();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect((await bench.run()).data).toMatchObject({ params: [], metrics: [] });
  });

  test('shows from its first output on', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', ['print("ready", flush=True)', 'input()']);
    const running = bench.start([PYTHON, 'train.py']);
    await until(async () => (await bench.runs()).length === 1);
    expect((await bench.run()).info.status).toBe('RUNNING');
    running.child.stdin?.end('\n');
    await running.ended;
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test('may be any program: input, output and exit code pass through untouched', async () => {
    const bench = await Workbench.create();
    const running = bench.start(['sh', '-c', 'cat; exit 5']);
    const bytes = 'é\u0000\r\n'.repeat(200_000);
    running.child.stdin?.end(bytes);
    const ended = await running.ended;
    expect(ended.code).toBe(5);
    expect(ended.stdout === bytes).toBe(true);
    expect((await bench.run()).info.status).toBe('FAILED');
  });
});
