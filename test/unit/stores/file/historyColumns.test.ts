import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MetricColumns } from '../../../../src/tracking/entities';
import { newRun, writeFiles } from './testStore';

async function readHistory() {
  const { store, folder, runId } = await newRun();
  const lines = [1, 2, 3, 4, 5, 6, 7, 8].map(step => `${1e12 + step} 0.5 ${step}\n`);
  writeFiles(folder, { 'metrics/m': lines.join('') });
  const read = (grownFrom?: MetricColumns): Promise<MetricColumns> =>
    store.getMetricColumns(runId, 'm', grownFrom && { grownFrom });
  const earlier = await read();
  expect([...earlier.steps]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  return { path: join(folder, 'metrics/m'), lines, read, earlier };
}

describe('a history that is read on', () => {
  it('takes the points that it has as they are', async () => {
    const { path, read, earlier } = await readHistory();
    // Nobody does this to a history; it shows that what is known is not read again.
    const bytes = readFileSync(path);
    bytes.fill('x', 0, 10);
    writeFileSync(path, bytes);
    appendFileSync(path, `1000000000000 0.5 9\n`);
    expect([...(await read(earlier)).steps]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...(await read()).steps]).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('has a line as soon as that is whole', async () => {
    const { path, read, earlier } = await readHistory();
    appendFileSync(path, `1000000000000 0.5 `);
    const half = await read(earlier);
    expect([...half.steps]).toEqual([...earlier.steps]);
    appendFileSync(path, '9\n');
    expect([...(await read(half)).steps]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is read whole when the file is another one, or shorter', async () => {
    const { path, lines, read, earlier } = await readHistory();
    writeFileSync(`${path}.new`, [...lines, `1000000000000 0.5 9\n`].slice(1).join(''));
    renameSync(`${path}.new`, path);
    const replaced = await read(earlier);
    expect([...replaced.steps]).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    writeFileSync(path, lines.slice(0, 2).join(''));
    expect([...(await read(replaced)).steps]).toEqual([1, 2]);
  });
});
