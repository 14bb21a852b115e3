import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger';
import { Heart } from '../../src/launch/heart';
import { isAlive, ownStartMs } from '../../src/launch/process/processIdentity';
import { signOfLife } from '../../src/launch/staleRun';
import {
  encodeHeartbeat,
  HEARTBEAT_TAG,
  readHeartbeat,
  STOP_TAG,
} from '../../src/tracking/heartbeat';
import { PYTHON, tagsOf, until, Workbench } from './workbench';

const NO_PROCESS = 4_194_305;

async function repair(bench: Workbench, ...options: readonly string[]): Promise<string> {
  const running = bench.startRaw(['repair', '--tracking-uri', bench.trackingUri, ...options]);
  const { code, stdout, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('a run whose wrapper was killed', () => {
  test('is known as stale at once, and repair ends it and nothing else', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', [
      'import mlflow, os, time',
      'parent = os.getppid()',
      'with mlflow.start_run(run_name="parent"):',
      '    with mlflow.start_run(run_name="child", nested=True):',
      '        print("ready", flush=True)',
      // Not longer than its wrapper lives.
      '        while os.getppid() == parent: time.sleep(0.1)',
    ]);
    const killed = bench.start([PYTHON, 'train.py']);
    await killed.says('ready');
    const alive = bench.start([PYTHON, 'train.py']);
    await alive.says('ready');
    const before = await bench.runs();
    expect(before.map(run => signOfLife(run).kind)).toEqual(['alive', 'alive', 'alive', 'alive']);

    killed.child.kill('SIGKILL');
    await killed.ended.then(() => undefined);
    const kinds = (await bench.runs()).map(run => signOfLife(run).kind);
    expect(kinds.sort()).toEqual(['alive', 'alive', 'stale', 'stale']);
    expect(await repair(bench, '--dry-run')).toContain('2 runs would be ended');
    const told = await repair(bench);
    expect(told).toContain('2 runs ended');
    expect(told).toMatch(/parent: last sign of life/);
    const after = await bench.runs();
    expect(after.map(run => run.info.status).sort()).toEqual([
      'KILLED',
      'KILLED',
      'RUNNING',
      'RUNNING',
    ]);
    expect(await repair(bench)).toContain('0 runs ended');
    alive.child.kill('SIGTERM');
    await alive.ended;
  });
});

describe('a run that another tool has left RUNNING', () => {
  test('is ended when nothing was logged to it for the time that is asked for', async () => {
    const bench = await Workbench.create();
    const hourAgo = Date.now() - 3_600_000;
    const [silent, logged] = await bench.withStore(async store => {
      const make = async (name: string) =>
        (await store.createRun({ experimentId: '0', runName: name, startTimeMs: hourAgo })).info
          .runId;
      const ids = [await make('silent'), await make('logged')] as const;
      const point = { key: 'loss', value: 1, step: 0 };
      await store.logMetric(ids[0], { ...point, timestampMs: hourAgo + 5 });
      await store.logMetric(ids[1], { ...point, timestampMs: Date.now() });
      return ids;
    });
    expect(await repair(bench)).toContain('0 runs ended');
    expect(await repair(bench, '--older-than', '30m')).toContain('1 run ended');
    await bench.withStore(async store => {
      expect((await store.getRun(silent)).info).toMatchObject({
        status: 'KILLED',
        endTimeMs: hourAgo + 5,
      });
      expect((await store.getRun(logged)).info.status).toBe('RUNNING');
    });
  });

  test.each([
    [['--older-than', 'long'], '--older-than takes a time such as 90m, 12h or 7d, not "long".'],
    [['--experiment', 'nowhere'], 'There is no experiment nowhere in this store.'],
    [['--frobnicate'], "Unknown option '--frobnicate'"],
  ])('%j is refused', async (options, message) => {
    const bench = await Workbench.create();
    const running = bench.startRaw(['repair', '--tracking-uri', bench.trackingUri, ...options]);
    const { code, stderr } = await running.ended;
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('signs of life', () => {
  const run = (heartbeat: Parameters<typeof encodeHeartbeat>[0] | string) => ({
    info: {} as never,
    data: {
      metrics: [],
      params: [],
      tags: [
        {
          key: HEARTBEAT_TAG,
          value: typeof heartbeat === 'string' ? heartbeat : encodeHeartbeat(heartbeat),
        },
      ],
    },
  });
  const here = { host: (readOwn() ?? { host: '' }).host, pid: process.pid, atMs: 0 };

  test('a process is told from a later one with its id', () => {
    expect(isAlive(process.pid, ownStartMs())).toBe(true);
    expect(isAlive(process.pid, ownStartMs() - 60_000)).toBe(false);
    expect(isAlive(NO_PROCESS, ownStartMs())).toBe(false);
    expect(signOfLife(run({ ...here, processStartMs: ownStartMs() })).kind).toBe('alive');
    expect(signOfLife(run({ ...here, processStartMs: 1 })).kind).toBe('stale');
  });

  test('on another machine the time of the last one counts', () => {
    const there = { host: 'elsewhere', pid: 1, processStartMs: 0 };
    expect(signOfLife(run({ ...there, atMs: Date.now() - 60_000 })).kind).toBe('alive');
    expect(signOfLife(run({ ...there, atMs: Date.now() - 600_000 })).kind).toBe('stale');
  });

  test('what is no heartbeat says nothing', () => {
    expect(signOfLife(run('{"pid": "x"}')).kind).toBe('unknown');
    expect(signOfLife(run('beat')).kind).toBe('unknown');
  });

  function readOwn() {
    const heart = new Heart({
      store: {} as never,
      runningRuns: () => [],
      onStopRequested: () => {},
      logger: silentLogger,
    });
    return readHeartbeat([heart.tag()]);
  }
});

describe('a script that is asked to end', () => {
  test('by a tag, where no signal can be sent', async () => {
    const bench = await Workbench.create();
    const runId = await bench.withStore(
      async store => (await store.createRun({ experimentId: '0' })).info.runId,
    );
    await bench.withStore(async store => {
      let requests = 0;
      const heart = new Heart({
        store,
        runningRuns: () => [runId],
        onStopRequested: () => (requests += 1),
        logger: silentLogger,
        intervalMs: 20,
      });
      heart.start();
      await until(async () => tagsOf(await store.getRun(runId))[HEARTBEAT_TAG] !== undefined);
      expect(requests).toBe(0);
      await store.setTag(runId, { key: STOP_TAG, value: 'true' });
      await until(() => requests > 0);
      const first = tagsOf(await store.getRun(runId))[HEARTBEAT_TAG];
      await until(async () => tagsOf(await store.getRun(runId))[HEARTBEAT_TAG] !== first);
      await heart.stop();
      expect(requests).toBe(1);
    });
  });

  test('by signals, with all that it has started', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', [
      'import subprocess, sys',
      'child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])',
      'print("child", child.pid, flush=True)',
      'child.wait()',
    ]);
    const running = bench.start([PYTHON, 'train.py']);
    await running.says('child');
    const child = Number(/child (\d+)/.exec(running.stdout)?.[1]);
    // The run is made beside the script, from its first output on.
    await until(async () => (await bench.runs()).length === 1);
    const { pid } = readHeartbeat((await bench.run()).data.tags) ?? {};
    process.kill(pid ?? 0, 'SIGINT');
    expect((await running.ended).code).not.toBe(0);
    expect((await bench.run()).info.status).toBe('KILLED');
    await until(() => !isAlive(child, 0) && !exists(child));
  });
});

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
