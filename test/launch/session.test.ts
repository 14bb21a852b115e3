import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { SessionAnswer, SessionMessage } from '../../src/launch/process/sessionProcess';
import { STOP_TAG } from '../../src/tracking/heartbeat';
import { artifact, paramsOf, PYTHON, Running, tagsOf, until, Workbench } from './workbench';

/** Plays a debugger: starts the wrapper of a session, and the script itself with the environment that it is told. */
class Driver {
  private constructor(
    readonly wrapper: Running,
    readonly variables: Readonly<Record<string, string | null>>,
  ) {}

  static async start(bench: Workbench, args: readonly string[] = []): Promise<Driver> {
    const wrapper = bench.start([PYTHON, 'train.py', ...args], ['--session']);
    await wrapper.says('environment');
    const [first] = answers(wrapper);
    return new Driver(wrapper, first?.type === 'environment' ? first.variables : {});
  }

  say(message: SessionMessage): void {
    this.wrapper.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** Runs the script to its end and tells about it. */
  async runScript(bench: Workbench): Promise<void> {
    const env = Object.entries({ ...process.env, ...this.variables }).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, value]],
    );
    const script = new Running(
      spawn(PYTHON, ['train.py'], {
        cwd: bench.folder,
        env: Object.fromEntries(env) as NodeJS.ProcessEnv,
        stdio: 'pipe',
      }),
    );
    this.say({ type: 'process', pid: script.child.pid ?? 0 });
    const { code, stdout, stderr } = await script.ended;
    this.say({ type: 'output', text: stdout, stream: 'stdout' });
    this.say({ type: 'output', text: stderr, stream: 'stderr' });
    this.say({ type: 'ended', exitCode: code });
  }
}

function answers({ stdout }: Running): readonly SessionAnswer[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as SessionAnswer);
}

describe('a script that a debugger runs', () => {
  test('is a tracked run with what it logs and prints, its params and its end', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', [
      'import mlflow, sys',
      'mlflow.log_metric("acc", 0.5)',
      'print("epoch 2: loss=0.25")',
      'sys.exit(3)',
    ]);
    const driver = await Driver.start(bench, ['--lr', '0.1']);
    expect(Object.keys(driver.variables)).toContain('MLFLOW_TRACKING_URI');
    expect(driver.variables).not.toHaveProperty('PATH');
    await driver.runScript(bench);
    expect((await driver.wrapper.ended).code).toBe(3);
    const run = await bench.run();
    expect(run.info.status).toBe('FAILED');
    expect(paramsOf(run)).toEqual({ lr: '0.1' });
    expect(tagsOf(run)['mlflow.source.name']).toBe('train.py');
    const values = run.data.metrics.map(({ key, value }) => [key, value]);
    expect(Object.fromEntries(values)).toEqual({ acc: 0.5, loss: 0.25 });
    expect(await artifact(run, 'mlflow-tracker/console.log')).toContain('Z epoch 2: loss=0.25\n');
  });

  test('is killed when the debugger goes away, or ends it', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', []);
    const left = await Driver.start(bench);
    left.say({ type: 'output', text: 'started\n', stream: 'stdout' });
    await until(async () => (await bench.runs()).length === 1);
    left.wrapper.child.stdin?.end();
    expect((await left.wrapper.ended).code).toBe(143);
    const ended = await Driver.start(bench);
    ended.say({ type: 'ended', exitCode: null });
    await ended.wrapper.ended;
    expect((await bench.runs()).map(run => run.info.status)).toEqual(['KILLED', 'KILLED']);
  });

  test('hears of it when somebody wants its end', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', []);
    const driver = await Driver.start(bench);
    driver.say({ type: 'output', text: 'started\n', stream: 'stdout' });
    await until(async () => (await bench.runs()).length === 1);
    driver.wrapper.child.kill('SIGINT');
    await driver.wrapper.says('"stop"');
    driver.say({ type: 'ended', exitCode: 1 });
    await driver.wrapper.ended;
    const run = await bench.run();
    expect(run.info.status).toBe('KILLED');
    expect(tagsOf(run)).not.toHaveProperty(STOP_TAG);
  });

  test('goes on when it says what is not understood', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', []);
    const driver = await Driver.start(bench);
    driver.wrapper.child.stdin?.write('no JSON\n{"type": "later"}\n[]\n');
    driver.say({ type: 'ended', exitCode: 0 });
    expect(await driver.wrapper.ended).toMatchObject({ code: 0, stderr: '' });
    expect((await bench.run()).info.status).toBe('FINISHED');
  });
});
