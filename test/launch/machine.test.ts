import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readProcessStat } from '../../src/launch/process/processStat';
import { readTree } from '../../src/launch/system/processTree';
import { temporaryFolder } from './temporary';
import { artifact, PYTHON, until, Workbench } from './workbench';

/** psutil, which MLflow samples with. */
const PYTHON_EXTRAS = path.resolve(import.meta.dirname, '../../.test-env/python-extras');

const MLFLOW_NAMES = [
  'system/cpu_utilization_percentage',
  'system/disk_available_megabytes',
  'system/disk_usage_megabytes',
  'system/disk_usage_percentage',
  'system/network_receive_megabytes',
  'system/network_transmit_megabytes',
  'system/system_memory_usage_megabytes',
  'system/system_memory_usage_percentage',
];

/** A graphics card that is not here: a program of its tool's name that says what the tool would. */
function fakeNvidiaSmi(bench: Workbench): NodeJS.ProcessEnv {
  chmodSync(
    bench.write('nvidia-smi', ['#!/bin/sh', 'echo "0, A100, 87, 1024, 40960, 200.5, [N/A]"']),
    0o755,
  );
  return { PATH: `${bench.folder}${path.delimiter}${process.env['PATH'] ?? ''}` };
}

describe('the machine that a script runs on', () => {
  test("its load is logged under MLflow's names, with the script's own part of it", async () => {
    const bench = await Workbench.create();
    bench.write('train.py', [
      'import subprocess, sys, time',
      'block = bytearray(100_000_000)',
      'work = "import time; end = time.time() + 2.5\\nwhile time.time() < end: pass"',
      'subprocess.run([sys.executable, "-c", work])',
    ]);
    const running = bench.start(
      [PYTHON, 'train.py'],
      ['--system-metrics', '0.2'],
      fakeNvidiaSmi(bench),
    );
    running.child.stdin?.end();
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    const { info, data } = await bench.run();
    const keys = data.metrics.map(({ key }) => key);
    expect(keys.sort()).toEqual(
      [
        ...MLFLOW_NAMES,
        'system/gpu_0_memory_usage_megabytes',
        'system/gpu_0_memory_usage_percentage',
        'system/gpu_0_power_usage_watts',
        'system/gpu_0_utilization_percentage',
        'system/process_cpu_utilization_percentage',
        'system/process_memory_usage_megabytes',
      ].sort(),
    );
    const history = await bench.withStore(async store => {
      const of = async (metricKey: string) =>
        (await store.getMetricHistory({ runId: info.runId, metricKey })).items;
      return {
        memory: await of('system/process_memory_usage_megabytes'),
        cpu: await of('system/process_cpu_utilization_percentage'),
        gpu: await of('system/gpu_0_memory_usage_percentage'),
      };
    });
    expect(history.memory.map(({ step }) => step)).toEqual(history.memory.map((_, index) => index));
    expect(Math.max(...history.memory.map(({ value }) => value))).toBeGreaterThan(100);
    expect(Math.max(...history.cpu.map(({ value }) => value))).toBeGreaterThan(5);
    expect(history.gpu[0]?.value).toBe(2.5);
  });

  test("is left to a script that lets MLflow sample it, but for the script's own part", async () => {
    const bench = await Workbench.create();
    const ended = await bench.track(
      [
        'import mlflow, time',
        'with mlflow.start_run(log_system_metrics=True):',
        '    time.sleep(3.5)',
      ],
      ['--system-metrics', '0.2'],
      { PYTHONPATH: PYTHON_EXTRAS, MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL: '1' },
    );
    expect(ended.code).toBe(0);
    const run = await bench.run();
    const steps = async (metricKey: string) => {
      const { items } = await bench.withStore(store =>
        store.getMetricHistory({ runId: run.info.runId, metricKey }),
      );
      return items.map(({ step }) => step);
    };
    const shared = await steps('system/cpu_utilization_percentage');
    expect(shared.length).toBeGreaterThan(1);
    expect(shared.length).toBeLessThan(6);
    expect(new Set(shared).size).toBe(shared.length);
    expect((await steps('system/process_memory_usage_megabytes')).length).toBeGreaterThan(6);
  });

  test('its environment is kept, without secrets', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', ['print("done")']);
    const running = bench.start([PYTHON, 'train.py'], ['--record-env', 'OMP_*,MY_TOKEN,ABSENT'], {
      OMP_NUM_THREADS: '3',
      OMP_URL: 'http://u:p@host/',
      MY_TOKEN: 'secret',
      OTHER: 'not asked',
    });
    running.child.stdin?.end();
    expect(await running.ended).toMatchObject({ code: 0 });
    const text = await artifact(await bench.run(), 'mlflow-tracker/environment.json');
    const record = JSON.parse(text) as Record<string, unknown> & { packages: string[] };
    expect(record).toMatchObject({
      interpreter: {
        executable: PYTHON,
        version: expect.stringMatching(/^Python 3\.\d+/) as string,
      },
      host: hostname(),
      cpu: { cores: expect.any(Number) as number },
      variables: { OMP_NUM_THREADS: '3', OMP_URL: 'http://***@host/', MY_TOKEN: '***' },
    });
    expect(record.packages).toContain('mlflow==3.17.2');
    expect(text).not.toContain('secret');
    expect(text).not.toContain('not asked');
  });

  test('nothing is sampled where that is switched off', async () => {
    const bench = await Workbench.create();
    expect(
      await bench.track(['import time', 'time.sleep(0.5)'], ['--system-metrics', '0']),
    ).toMatchObject({ code: 0 });
    expect((await bench.run()).data.metrics).toEqual([]);
  });

  test('a tree of processes is found whole, also where the kernel does not tell children', async () => {
    const child = spawn('sh', ['-c', 'sleep 100 & sh -c "sleep 100 & wait" & wait'], {
      detached: true,
      stdio: 'ignore',
    });
    const pid = child.pid ?? 0;
    onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
    const folder = await temporaryFolder();
    const group = () => processIds().filter(id => readProcessStat(Number(id))?.[2] === String(pid));
    await until(() => group().length === 4);
    await until(() => {
      copyStats(folder);
      const whole = group().reduce((sum, id) => sum + memoryOf(Number(id)), 0);
      const tree = readTree(pid);
      return tree?.memoryBytes === whole && isDeepStrictEqual(readTree(pid, folder), tree);
    });
  });
});

function processIds(): readonly string[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name));
}

function memoryOf(pid: number): number {
  return Number(readProcessStat(pid)?.[21]) * 4096;
}

/** What every kernel tells of the processes that there are. */
function copyStats(folder: string): void {
  rmSync(folder, { recursive: true });
  for (const pid of processIds()) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`);
      mkdirSync(path.join(folder, pid), { recursive: true });
      writeFileSync(path.join(folder, pid, 'stat'), stat);
    } catch {
      // It has ended meanwhile.
    }
  }
}
