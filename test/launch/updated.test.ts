import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readProcessStat } from '../../src/launch/process/processStat';
import { installedCopy } from './installedCopy';
import { artifact, PYTHON, until, Workbench } from './workbench';

test('a script goes on as before when an update takes the program away under it', async () => {
  const installed = await installedCopy();
  const bench = await Workbench.create();
  // It asks the wrapper only after that, and without MLflow's client, by whose name it would be known.
  bench.write('train.py', [
    'import json, os, urllib.request',
    'input()',
    'variable = lambda name: os.environ["MLF" + "LOW_TRACKING_" + name]',
    'request = urllib.request.Request(',
    '    variable("URI") + "/api/2.0/mlf" + "low/runs/create",',
    '    json.dumps({"experiment_id": "0", "start_time": 1}).encode(),',
    '    {"Authorization": "Bearer " + variable("TOKEN"), "Content-Type": "application/json"},',
    ')',
    'print(urllib.request.urlopen(request).status)',
  ]);
  const running = bench.startRaw(
    [
      ...['run', '--tracking-uri', bench.trackingUri, '--experiment', 'Default'],
      ...['--', PYTHON, 'train.py'],
    ],
    {},
    path.join(installed, 'cli.js'),
  );
  await until(async () => (await bench.runs()).length === 1);
  await rested(running.child.pid ?? 0);
  await rm(installed, { recursive: true });
  running.child.stdin?.end('\n');
  expect(await running.ended).toMatchObject({ code: 0, stdout: '200\n', stderr: '' });
  const run = await bench.run();
  expect(run.info.status).toBe('FINISHED');
  expect(await artifact(run, 'mlflow-tracker/console.log')).toContain(' 200\n');
});

/** Waits until a process has nothing to do: it sleeps, and did so for a while. */
async function rested(pid: number): Promise<void> {
  const stateOf = () => readProcessStat(pid)?.slice(0, 13).join(' ');
  await until(async () => {
    const before = stateOf();
    await delay(500);
    return before?.startsWith('S') === true && stateOf() === before;
  });
}
