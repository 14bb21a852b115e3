import { describe, expect, test } from 'vitest';
import { PYTHON, until, Workbench, type Running } from './workbench';

const OPEN_RUN = ['import mlflow, os, signal, sys, time', 'mlflow.start_run()'];
const WAIT = ['print("ready", os.getpid(), flush=True)', 'time.sleep(100)'];

function pidOf(running: Running): number {
  return Number(/ready (\d+)/.exec(running.stdout)?.[1]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Starts a script and waits until it says that it is ready. */
async function ready(bench: Workbench, lines: readonly string[]): Promise<Running> {
  bench.write('train.py', lines);
  const running = bench.start([PYTHON, 'train.py']);
  await running.says('ready');
  return running;
}

describe('how a script ends by itself', () => {
  test.each([
    ['well, in a run left open', [], 0, 'FINISHED'],
    ['by an exception, which MLflow calls FINISHED', ['raise ValueError("no")'], 1, 'FAILED'],
    ['by sys.exit(3)', ['sys.exit(3)'], 3, 'FAILED'],
    ['by os._exit(4), which tells nobody', ['os._exit(4)'], 4, 'FAILED'],
    ['by the exit code for Ctrl-C', ['sys.exit(130)'], 130, 'KILLED'],
  ])('%s', async (_, lines, code, status) => {
    const bench = await Workbench.create();
    expect(await bench.track([...OPEN_RUN, ...lines])).toMatchObject({ code, signal: null });
    expect((await bench.run()).info.status).toBe(status);
  });

  test('by an exception in a with block', async () => {
    const bench = await Workbench.create();
    const ended = await bench.track([
      'import mlflow',
      'with mlflow.start_run():',
      '    raise ValueError("no")',
    ]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('ValueError: no');
    expect((await bench.run()).info.status).toBe('FAILED');
  });

  test('one run ends well, the next one fails', async () => {
    const bench = await Workbench.create();
    await bench.track([
      'import mlflow',
      'with mlflow.start_run():',
      '    mlflow.log_metric("m", 1)',
      'mlflow.start_run()',
      'mlflow.log_metric("m", 2)',
      'raise ValueError("no")',
    ]);
    expect((await bench.runs()).map(run => run.info.status)).toEqual(['FINISHED', 'FAILED']);
  });

  test('what the script itself says of a run stays when it succeeds', async () => {
    const bench = await Workbench.create();
    const ended = await bench.track([...OPEN_RUN, 'mlflow.end_run("FAILED")']);
    expect(ended.code).toBe(0);
    expect((await bench.run()).info.status).toBe('FAILED');
  });

  test('runs of the plain client, never ended, are ended', async () => {
    const bench = await Workbench.create();
    await bench.track([
      'import mlflow',
      'client = mlflow.MlflowClient()',
      'for _ in range(2):',
      '    client.create_run(client.create_experiment(f"e{_}"))',
    ]);
    const runs = await bench.runs();
    expect(runs.map(run => run.info.status)).toEqual(['FINISHED', 'FINISHED']);
    expect(runs.every(run => run.info.endTimeMs !== undefined)).toBe(true);
  });
});

describe('how a script is ended', () => {
  test('SIGKILL', async () => {
    const bench = await Workbench.create();
    const running = await ready(bench, [...OPEN_RUN, ...WAIT]);
    process.kill(pidOf(running), 'SIGKILL');
    expect(await running.ended).toMatchObject({ code: 137, signal: null });
    expect((await bench.run()).info.status).toBe('KILLED');
  });

  test.each([
    ['in an open run, which MLflow calls FINISHED', [...OPEN_RUN, ...WAIT]],
    [
      'in a with block, which MLflow calls FAILED',
      ['import mlflow, os, time', 'with mlflow.start_run():', ...WAIT.map(line => `    ${line}`)],
    ],
    ['outside MLflow', ['import os, time', ...WAIT]],
  ])('SIGINT %s', async (_, lines) => {
    const bench = await Workbench.create();
    const running = await ready(bench, lines);
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 130, signal: null });
    expect(ended.stderr.match(/KeyboardInterrupt/g)).toHaveLength(1);
    expect((await bench.run()).info.status).toBe('KILLED');
  });

  test('SIGINT that the script takes as a wish to finish', async () => {
    const bench = await Workbench.create();
    const running = await ready(bench, [
      'import mlflow, os, time',
      'with mlflow.start_run():',
      '    try:',
      ...WAIT.map(line => `        ${line}`),
      '    except KeyboardInterrupt:',
      '        mlflow.log_metric("stopped", 1)',
    ]);
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s of the wrapper ends the script and its children', async (signal, code) => {
    const bench = await Workbench.create();
    bench.write('train.py', [
      'import subprocess, sys',
      'code = "import os, time; print(\'ready\', os.getpid(), flush=True); time.sleep(100)"',
      'subprocess.run([sys.executable, "-c", code])',
    ]);
    const running = bench.start([PYTHON, 'train.py']);
    await running.says('ready');
    running.child.kill(signal);
    expect(await running.ended).toMatchObject({ code, signal: null });
    expect((await bench.run()).info.status).toBe('KILLED');
    await until(() => !isAlive(pidOf(running)));
  });

  test('a script that ignores SIGTERM is killed after a while', async () => {
    const bench = await Workbench.create();
    const running = await ready(bench, [
      'import os, signal, time',
      'signal.signal(signal.SIGTERM, signal.SIG_IGN)',
      ...WAIT,
    ]);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 137 });
    expect((await bench.run()).info.status).toBe('KILLED');
  });

  test('a reader of the output that goes away does not hold the run open', async () => {
    const bench = await Workbench.create();
    const running = await ready(bench, [
      'import time',
      'print("ready", flush=True)',
      'while True:',
      '    time.sleep(0.05)',
      '    print("x" * 1000, flush=True)',
    ]);
    running.child.stdout?.destroy();
    await running.ended;
    expect((await bench.run()).info.status).not.toBe('RUNNING');
  });
});
