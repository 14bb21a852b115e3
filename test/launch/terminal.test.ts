import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { installedCopy } from './installedCopy';
import { artifact, CLI, PYTHON, Running, until, Workbench, type Ended } from './workbench';

type Action = readonly [
  waitFor: string,
  press: string | { readonly columns: number; readonly rows: number } | null,
];

/** Runs a script under the wrapper in a real terminal. */
async function inTerminal(
  bench: Workbench,
  lines: readonly string[],
  actions: readonly Action[],
  options: readonly string[] = [],
): Promise<Ended> {
  bench.write('train.py', lines);
  const wrapper = [process.execPath, CLI, 'run', '--tracking-uri', bench.trackingUri, ...options];
  return await drive(bench, [...wrapper, '--', PYTHON, 'train.py'], actions);
}

/** Runs a command in a real terminal of 90 columns and 30 rows. */
async function drive(
  bench: Workbench,
  command: readonly string[],
  actions: readonly Action[],
): Promise<Ended> {
  const driver = path.join(import.meta.dirname, 'pseudoTerminal.py');
  const child = spawn(PYTHON, [driver, JSON.stringify(actions), ...command], {
    cwd: bench.folder,
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true' },
    stdio: 'pipe',
  });
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
    // Who reads the lines finds no empty ones between them.
    expect(ended.stdout).not.toContain('\r\r\n');
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

  test('what the terminal shows is kept as the console log, without colours and overwritten states', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(
      bench,
      [
        'import os, sys, time',
        'print("\\x1b[32mgreen\\x1b[0m", file=sys.stderr)',
        'for n in range(3): print(f"\\r{n}/2", end="", flush=True)',
        'print()',
        'while not os.path.isdir("mlruns"): time.sleep(0.1)',
        'print("epoch 1: loss=0.5 and the run was made before the end")',
      ],
      [],
    );
    expect(ended.stdout).toContain('\u001b[32mgreen');
    const run = await bench.run();
    const log = await artifact(run, 'mlflow-tracker/console.log');
    const lines = log.split('\n').map(line => line.replace(/^\S+Z /, ''));
    expect(lines).toEqual([
      'green',
      '2/2',
      'epoch 1: loss=0.5 and the run was made before the end',
      '',
    ]);
    expect(run.data.metrics).toMatchObject([{ key: 'loss', value: 0.5, step: 1 }]);
  });

  test('the person is told in which of their lines it failed, under a library', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(bench, ['import json', '', 'json.loads("{")'], []);
    const file = path.join(bench.folder, 'train.py');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(
      `mlflow-tracker: error at ${file}:3: json.decoder.JSONDecodeError: Expecting property name`,
    );
    const script = bench.write('train.mjs', ['import fs from "node:fs";', 'fs.readFileSync("-");']);
    const wrapper = [process.execPath, CLI, 'run', '--tracking-uri', bench.trackingUri];
    const node = await drive(bench, [...wrapper, '--', process.execPath, 'train.mjs'], []);
    expect(node.stdout).toContain(`mlflow-tracker: error at ${script}:2:4: Error: ENOENT`);
  });

  test('nothing is told of an error that did not end the script', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(
      bench,
      ['import traceback', 'try: 1 / 0', 'except ZeroDivisionError: traceback.print_exc()'],
      [],
    );
    expect(ended.stdout).toContain('ZeroDivisionError');
    expect(ended.stdout).not.toContain('error at');
  });

  test('the script sees the size of the terminal, also when it changes', async () => {
    const bench = await Workbench.create();
    const ended = await inTerminal(
      bench,
      [
        'import os, signal, time',
        'sizes = [os.get_terminal_size()]',
        'def resized(*_): sizes.append(os.get_terminal_size())',
        'signal.signal(signal.SIGWINCH, resized)',
        'print("ready", flush=True)',
        'while sizes[-1] == sizes[0]: time.sleep(0.05)',
        'print("sizes:", *(f"{size.columns}x{size.lines}" for size in (sizes[0], sizes[-1])))',
      ],
      [['ready', { columns: 101, rows: 37 }]],
    );
    expect(ended.stdout).toContain('sizes: 90x30 101x37');
  });

  test('Ctrl-Z stops script and wrapper together, and the shell takes both up again', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', [
      'import time',
      'print("ready", flush=True)',
      'for _ in range(8): time.sleep(0.1)',
      'print("went on", flush=True)',
    ]);
    bench.write('shell.sh', ['set -m', '"$@"', 'echo "stopped with $?"', 'sleep 0.5', 'fg']);
    const wrapper = [process.execPath, CLI, 'run', '--tracking-uri', bench.trackingUri];
    const ended = await drive(
      bench,
      ['bash', 'shell.sh', ...wrapper, '--', PYTHON, 'train.py'],
      [['ready', '\u001a']],
    );
    expect(ended.stdout).toMatch(/ready[\s\S]*stopped with 1\d\d[\s\S]*went on/);
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test('without a pseudo-terminal the script has the real one, and its output is not recorded', async () => {
    const bench = await Workbench.create();
    const installed = await installedCopy();
    // Stands for a macOS where the helper may not be run, or a system that has no pseudo-terminal left.
    writeFileSync(
      path.join(installed, 'node_modules/@lydell/node-pty/index.js'),
      "exports.spawn = () => { throw new Error('posix_spawnp failed.'); };",
    );
    bench.write('train.py', ['import sys', 'print(sys.stdout.isatty(), input("name? "))']);
    const cli = path.join(installed, 'cli.js');
    const wrapper = [process.execPath, cli, 'run', '--tracking-uri', bench.trackingUri];
    const ended = await drive(bench, [...wrapper, '--', PYTHON, 'train.py'], [['name? ', 'ada\n']]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('True ada');
    expect(ended.stdout).toContain('no pseudo-terminal can be had here: posix_spawnp failed.');
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test('a command that is not there is told as a shell does', async () => {
    const bench = await Workbench.create();
    const wrapper = [process.execPath, CLI, 'run', '--tracking-uri', bench.trackingUri];
    const ended = await drive(bench, [...wrapper, '--', 'no-such-command'], []);
    expect(ended.code).toBe(127);
    expect(ended.stdout).toContain('Cannot start no-such-command: there is no such command.');
    expect(await bench.runs()).toEqual([]);
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
