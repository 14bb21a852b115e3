import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newRun, openStore } from './testStore';
import { ended, startWriter } from './writerProcess';

const NAMES = ['1', '2', '3', '4'];

it('mixes no lines and loses none when several processes log to one run', async () => {
  const { store, root, runId, folder } = await newRun();
  const writers = NAMES.map(name => startWriter('append', root, runId, name));
  expect(await Promise.all(writers.map(ended))).toEqual([0, 0, 0, 0]);

  const lines = readFileSync(join(folder, 'metrics', 'shared'), 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  const wanted = NAMES.flatMap(name =>
    Array.from({ length: 100 }, (_, step) => [
      `${name} ${step}.125 ${step}`,
      `${name} ${step}.25 ${step}`,
    ]),
  ).flat();
  expect(lines.toSorted()).toEqual(wanted.toSorted());
  const { data } = await store.getRun(runId);
  expect(data.metrics.map(({ key }) => key)).toEqual([
    ...NAMES.map(name => `own/${name}`),
    'shared',
  ]);
  expect(data.tags.find(({ key }) => key === 'shared')?.value).toMatch(/^(\d)\1{1999}$/);
  expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([]);
});

it('lets one process set a param, and tells the others', async () => {
  const { store, root, runId } = await newRun();
  const outputs = NAMES.map(async name => {
    const writer = startWriter('param', root, runId, name);
    let output = '';
    writer.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await ended(writer);
    return output;
  });
  const results = await Promise.all(outputs);
  expect(results.toSorted()).toEqual(['lost', 'lost', 'lost', 'won']);
  const winner = NAMES[results.indexOf('won')];
  expect((await store.getRun(runId)).data.params).toEqual([{ key: 'contested', value: winner }]);
});

it('shows a whole meta file at any time, and after its writer was killed', async () => {
  const { root, runId } = await newRun();
  const writer = startWriter('rename', root, runId);
  const done = ended(writer);
  if (writer.stdout) {
    await once(writer.stdout, 'data');
  }
  const names = new Set<string>();
  while (names.size < 20) {
    // Opened anew, so that nothing remembered helps.
    const reader = await openStore(root);
    names.add((await reader.getRun(runId)).info.runName.replace(/x{5000}/, 'x'));
  }
  writer.kill('SIGKILL');
  expect(await done).toBe('SIGKILL');
  expect([...names].slice(1).filter(name => !/^name x \d+$/.test(name))).toEqual([]);

  const reader = await openStore(root);
  expect((await reader.searchRuns({ experimentIds: ['0'] })).items).toHaveLength(1);
  expect((await reader.getStatus()).problems).toEqual([]);
});
