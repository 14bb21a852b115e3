import path from 'node:path';

import { expect, test } from 'vitest';

import { artifact, paramsOf, tagsOf, Workbench } from './workbench';

const example = path.resolve(import.meta.dirname, '../../examples/train.mjs');

test('a script with our JavaScript client is one run, with what the script and the wrapper know', async () => {
  const bench = await Workbench.create();
  const options = ['--experiment', 'lines', '--param', 'note=x'];
  const running = bench.start([process.execPath, example, '--steps', '50'], options);
  running.child.stdin?.end();
  const ended = await running.ended;
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^y = 2\.\d+ x \+ -\d\.\d+\n$/);
  const run = await bench.run();
  expect(run.info).toMatchObject({ runName: 'line', status: 'FINISHED' });
  expect(await bench.experimentOf(run)).toBe('lines');
  expect(paramsOf(run)).toEqual({ learningRate: '0.1', steps: '50', note: 'x' });
  expect(tagsOf(run)).toHaveProperty(['mlflow.source.git.branch']);
  expect(tagsOf(run)['tracker.command']).toContain('train.mjs');
  expect(run.data.metrics.map(({ key, step }) => [key, step])).toEqual([
    ['loss', 49],
    ['offset', 49],
    ['slope', 49],
  ]);
  expect(await artifact(run, 'line.txt')).toBe(ended.stdout);
});
