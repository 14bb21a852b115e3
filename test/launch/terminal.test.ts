import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLI, PYTHON, Running, until, Workbench, type Ended } from './workbench';

type Action = readonly [waitFor: string, press: string | null];

/** Runs a script under the wrapper in a real terminal. */
async function inTerminal(
  bench: Workbench,
  lines: readonly string[],
  actions: readonly Action[],
  options: readonly string[] = [],
): Promise<Ended> {
  bench.write('train.py', lines);
  const driver = path.join(import.meta.dirname, 'pseudoTerminal.py');
  const wrapper = [process.execPath, CLI, 'run', '--tracking-uri', bench.trackingUri, ...options];
  const child = spawn(
    PYTHON,
    [driver, JSON.stringify(actions), ...wrapper, '--', PYTHON, 'train.py'],
    { cwd: bench.folder, env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true' }, stdio: 'pipe' },
  );
  return await new Running(child).ended;
}

describe('in a terminal', () => {
  test('the script has the terminal, and the person is told of the run', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(
      bench,
      [
        'import sys',
        'print([stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)])',
        'print("got", input("name? "))',
        'open("/dev/tty").close()',
      ],
      [['name? ', 'ada\n']],
      ['--run-name', 'first', '--experiment', 'e'],
    );
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('[True, True, True]');
    expect(ended.stdout).toContain('got ada');
    expect(ended.stdout).toContain('mlflow-tracker: run first FINISHED, in experiment e');
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test('Ctrl-C reaches the script once, and the run is killed', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(
      bench,
      [
        'import signal, sys, time',
        'count = 0',
        'def interrupted(*_):',
        '    global count',
        '    count += 1',
        'signal.signal(signal.SIGINT, interrupted)',
        'print("ready", flush=True)',
        'end = time.time() + 1.5',
        'while time.time() < end: time.sleep(0.1)',
        'print("interrupts:", count)',
        'sys.exit(1)',
      ],
      [['ready', '\u0003']],
    );
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('interrupts: 1');
    expect((await bench.run()).info.status).toBe('KILLED');
  });

  test('a run in a with block that Ctrl-C leaves is killed', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(
      bench,
      [
        'import mlflow, time',
        'with mlflow.start_run():',
        '    print("ready", flush=True)',
        '    time.sleep(100)',
      ],
      [['ready', '\u0003']],
    );
    expect(ended.code).toBe(130);
    expect((await bench.run()).info.status).toBe('KILLED');
  });

  test('a closed terminal ends script and run', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(
      bench,
      [
        'import mlflow, time',
        'mlflow.start_run()',
        'print("ready", flush=True)',
        'time.sleep(100)',
      ],
      [['ready', null]],
    );
    expect(ended.code).toBe(129);
    expect((await bench.run()).info.status).toBe('KILLED');
  });

  test('a script that says nothing of MLflow shows after a while, though its output is not seen', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(
      bench,
      [
        'import os, subprocess, sys, time',
        'while not os.path.isdir("mlruns"): time.sleep(0.1)',
        'print("made before the end")',
      ],
      [],
    );
    expect(ended.stdout).toContain('made before the end');
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test('it stays open for a key, with a mark that tells so, and the run is over by then', async () => {
    const bench = await Workbench.create();
    const marks = path.join(bench.folder, 'marks');
    const ended = inTerminal(
      bench,
      ['import os', 'print("parent", os.getppid())', 'raise SystemExit(3)'],
      [],
      ['--keep-open', marks],
    );
    await until(() => existsSync(marks) && readdirSync(marks).length === 1);
    expect((await bench.run()).info.status).toBe('FAILED');
    const [mark = ''] = readdirSync(marks);
    process.kill(Number(mark), 'SIGHUP');
    expect((await ended).code).toBe(3);
    expect((await ended).stdout).toContain(`parent ${mark}`);
    expect((await ended).stdout).toContain('Press any key');
    expect(readdirSync(marks)).toEqual([]);
  });

  test('a store that cannot be opened is told before any key closes it', async () => {
    const bench = await Workbench.create('nonsense://x');
    const ended = await inTerminal(
      bench,
      [],
      [['Press any key', 'x']],
      ['--keep-open', bench.folder],
    );
    expect(ended.code).toBe(2);
    expect(ended.stdout).toContain("'nonsense:' is not supported");
  });

  test('any key closes it', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(
      bench,
      [],
      [['Press any key', 'x']],
      ['--keep-open', bench.folder],
    );
    expect(ended.code).toBe(0);
  });
});
