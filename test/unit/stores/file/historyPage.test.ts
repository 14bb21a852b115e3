import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newRun, writeFiles } from './testStore';

const POINTS = 100_000;

/** A history whose lines have one length, longer than what is read at a time. */
async function longHistory() {
  const { store, folder, runId } = await newRun();
  const line = (index: number): string => `${1e12 + index} ${String(index).padStart(6, '0')}.5 0\n`;
  const text = Array.from({ length: POINTS }, (_, index) => line(index)).join('');
  writeFiles(folder, { 'metrics/m': text });
  const page = (maxResults: number, pageToken?: string) =>
    store.getMetricHistory({
      runId,
      metricKey: 'm',
      maxResults,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
  return { store, page, line, path: join(folder, 'metrics', 'm') };
}

describe('a page of a history', () => {
  it('is read from where the page before ended, whatever stands before', async () => {
    const { store, page, line, path } = await longHistory();
    const { items, nextPageToken } = await page(60_000);
    expect(items.at(-1)?.value).toBe(59_999.5);
    // Nobody does this to a history; it shows that the bytes before are not read again.
    const bytes = readFileSync(path);
    bytes.fill('x', 0, 59_999 * line(0).length);
    writeFileSync(path, bytes);
    const rest = await page(POINTS, nextPageToken);
    expect(rest.items.map(point => point.value)).toEqual(
      Array.from({ length: 40_000 }, (_, index) => 60_000.5 + index),
    );
    expect(rest.nextPageToken).toBeUndefined();
    expect((await store.getStatus()).problems).toEqual([]);
  });

  it('is counted from the beginning when the file is another', async () => {
    const { page, line, path } = await longHistory();
    const { nextPageToken } = await page(10);
    writeFileSync(path, `1 0.5 0\n${Array.from({ length: 20 }, (_, i) => line(i)).join('')}`);
    const { items } = await page(3, nextPageToken);
    expect(items.map(point => point.value)).toEqual([9.5, 10.5, 11.5]);
    writeFileSync(path, line(0));
    expect(await page(3, nextPageToken)).toEqual({ items: [] });
  });

  it('leaves a line out that is longer than what is read at a time', async () => {
    const { store, page, line, path } = await longHistory();
    writeFileSync(path, `${line(0)}${'x'.repeat(3_000_000)}\n${line(1)}${line(2)}1 2`);
    const first = await page(1);
    const rest = await page(5, first.nextPageToken);
    expect([...first.items, ...rest.items].map(point => point.value)).toEqual([0.5, 1.5, 2.5]);
    expect((await page(5)).items).toHaveLength(3);
    expect((await store.getStatus()).problems).toMatchObject([
      { message: 'One line is left out because no metric point can be read from it.' },
    ]);
  });
});
