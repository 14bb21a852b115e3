import { describe, expect, test } from 'vitest';
import { tagsOf, Workbench } from './workbench';

describe('a script that uses MLflow in a module of its own, after its first output', () => {
  const SCRIPT = ['print("hello", flush=True)', 'import time; time.sleep(1)', 'import helper'];

  test('takes over the run that was made for it', async () => {
    const bench = await Workbench.create();
    bench.write('helper.py', [
      'import mlflow',
      'with mlflow.start_run(run_name="mine", tags={"k": "v"}):',
      '    mlflow.log_metric("m", 1)',
    ]);
    expect(await bench.track(SCRIPT, ['--tag', 'k=cli'])).toMatchObject({ code: 0 });
    const run = await bench.run();
    expect(run.info).toMatchObject({ runName: 'mine', status: 'FINISHED' });
    expect(run.data.metrics).toMatchObject([{ key: 'm', value: 1 }]);
    expect(tagsOf(run)).toMatchObject({ k: 'v' });
  });

  test('finds none of its metrics logged by what it has printed before', async () => {
    const bench = await Workbench.create();
    bench.write('helper.py', [
      'import mlflow',
      'with mlflow.start_run(run_name="mine"):',
      '    mlflow.log_metric("loss", 0.125, step=7)',
    ]);
    const ended = await bench.track(
      [
        'import glob, time',
        'print("epoch 1: loss=99 acc=0.75", flush=True)',
        // Its run is there, and has what was printed.
        'while not glob.glob("mlruns/*/*/metrics/acc"): time.sleep(0.1)',
        'import helper',
      ],
      ['--system-metrics', '0.2'],
    );
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const [run, ...others] = await bench.runs('ACTIVE_ONLY');
    expect(others).toEqual([]);
    expect(run?.info).toMatchObject({ runName: 'mine', status: 'FINISHED' });
    const history = (metricKey: string) =>
      bench.withStore(store => store.getMetricHistory({ runId: run?.info.runId ?? '', metricKey }));
    expect((await history('loss')).items).toMatchObject([{ value: 0.125, step: 7 }]);
    expect((await history('acc')).items).toMatchObject([{ value: 0.75, step: 1 }]);
    // The load of the machine is whole, from the first sample on.
    const steps = (await history('system/cpu_utilization_percentage')).items.map(
      ({ step }) => step,
    );
    expect(steps).toEqual(steps.map((_, index) => index));
  });

  test('in an experiment of its own leaves nothing behind in the other', async () => {
    const bench = await Workbench.create();
    bench.write('helper.py', [
      'import mlflow',
      'mlflow.set_experiment("other")',
      'with mlflow.start_run():',
      '    mlflow.log_metric("m", 1)',
    ]);
    expect(await bench.track(SCRIPT)).toMatchObject({ code: 0 });
    const runs = await bench.runs('ACTIVE_ONLY');
    expect(runs).toHaveLength(1);
    expect(runs[0]?.info.status).toBe('FINISHED');
    expect(runs[0] && (await bench.experimentOf(runs[0]))).toBe('other');
  });
});
