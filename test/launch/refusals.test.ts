import { describe, expect, test } from 'vitest';
import { FLUENT } from './fluentScript';
import { Workbench } from './workbench';

describe('what cannot work is said plainly', () => {
  test('wrong usage: exit code 2, nothing is made', async () => {
    const bench = await Workbench.create();
    const ended = await bench.start(['x'], ['--param', 'novalue']).ended;
    expect(ended.code).toBe(2);
    expect(ended.stderr).toBe(
      '--param takes KEY=VALUE, and "novalue" is not that. See mlflow-tracker run --help.\n',
    );
    const missing = await bench.startRaw(['run']).ended;
    expect(missing).toMatchObject({ code: 2, stdout: '' });
  });

  test('a command that does not exist: 127 and no run', async () => {
    const bench = await Workbench.create();
    const ended = await bench.start(['no-such-command']).ended;
    expect(ended.code).toBe(127);
    expect(ended.stderr).toContain('Cannot start no-such-command: there is no such command.');
    expect(await bench.runs()).toEqual([]);
  });

  test('a store that is not there: the script is not started', async () => {
    const bench = await Workbench.create('http://127.0.0.1:9');
    const ended = await bench.track(['print("started")']);
    expect(ended.code).not.toBe(0);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain('127.0.0.1:9');
  });

  test('a deleted experiment takes no runs', async () => {
    const bench = await Workbench.create();
    await bench.track(FLUENT, ['--experiment', 'gone']);
    const { experimentId } = (await bench.run()).info;
    await bench.withStore(store => store.deleteExperiment(experimentId));
    const ended = await bench.track(['print("started")'], ['--experiment', 'gone']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('The experiment gone is deleted');
  });
});
