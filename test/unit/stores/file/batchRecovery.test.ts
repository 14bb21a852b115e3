import { createHash } from 'node:crypto';
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newRun, openStore, writeFiles } from './testStore';

const LINES = '10 1.0 1\n20 2.0 2\n30 3.0 3\n';
/** No process has this id: it is larger than any system gives. */
const DEAD = 2 ** 30;
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** What a process that was killed in the middle of a batch leaves behind. */
async function cutOff(options: { readonly owner?: string } = {}) {
  const made = await newRun();
  writeFiles(made.folder, { 'metrics/m': '1 0.5 0\n', 'tags/t': 'before' });
  const runFolder = `0/${made.runId}`;
  const record = {
    beganMs: Date.now() + 1000,
    runFolder,
    params: [{ key: 'p', value: 'x' }],
    tags: [
      { key: 't', value: 'after' },
      { key: 'mlflow.runName', value: 'renamed' },
    ],
    lines: [
      { folder: runFolder, key: 'm', text: LINES, sizeBefore: 8 },
      { folder: runFolder, key: 'new/n', text: LINES, sizeBefore: 0 },
    ],
  };
  const name = `.mlflow-tracker-${options.owner ?? `${HOST}-${DEAD}-1`}.0123456789abcdef.tmp`;
  const journal = join(made.root, name);
  writeFileSync(journal, `${JSON.stringify({ id: 1, record })}\n`);
  return { ...made, journal };
}

const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');

describe('a batch that a killed process left', () => {
  it.each([
    ['nothing of it written', ''],
    ['a line of it written', '10 1.0 1\n'],
    ['half a line of it written', '10 1.0 1\n20 2'],
    ['all of it written', LINES],
    ['all of it written, and another writer after it', `${LINES}40 4.0 4\n`],
    ['another writer before it', `40 4.0 4\n10 1.0 1\n20`],
  ])('with %s, is completed by the next to open the store', async (_what, written) => {
    const { root, runId, folder } = await cutOff();
    appendFileSync(join(folder, 'metrics/m'), written);
    const store = await openStore(root);
    const lines = read(folder, 'metrics/m').split('\n');
    expect(lines.slice(1, -1).filter(line => !line.startsWith('40'))).toEqual(
      LINES.split('\n').slice(0, -1),
    );
    expect(lines.filter(line => line.startsWith('40'))).toHaveLength(Number(/40/.test(written)));
    expect(read(folder, 'metrics/new/n')).toBe(LINES);
    const { info, data } = await store.getRun(runId);
    expect(info.runName).toBe('renamed');
    expect(data.params).toEqual([{ key: 'p', value: 'x' }]);
    expect(data.tags).toContainEqual({ key: 't', value: 'after' });
    expect(readdirSync(root).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is completed where its experiment is now', async () => {
    const { root, runId } = await cutOff();
    renameSync(join(root, '0'), join(root, '.trash', '0'));
    const store = await openStore(root);
    expect((await store.getRun(runId)).data.params).toHaveLength(1);
  });

  it('is dropped when its run is gone', async () => {
    const { root, folder } = await cutOff();
    rmSync(folder, { recursive: true });
    await openStore(root);
    expect(readdirSync(root).toSorted()).toEqual(['.trash', '0']);
  });

  it('does not take back what was set after it', async () => {
    const { root, folder, journal } = await cutOff();
    writeFileSync(journal, read(journal, '').replace(/"beganMs":\d+/, '"beganMs":1000'));
    await openStore(root);
    expect(read(folder, 'tags/t')).toBe('before');
  });

  it('whose record is cut off itself, was not begun', async () => {
    const { root, folder, journal } = await cutOff();
    writeFileSync(journal, read(journal, '').slice(0, -40));
    await openStore(root);
    expect(read(folder, 'metrics/m')).toBe('1 0.5 0\n');
    expect(readdirSync(root).toSorted()).toEqual(['.trash', '0']);
  });

  it('is left alone while its process lives, and may live on another machine', async () => {
    const parent = readFileSync(`/proc/${process.ppid}/stat`, 'latin1');
    const started = parent.slice(parent.lastIndexOf(')')).split(' ')[20] ?? '';
    for (const owner of [`ffffffff-${DEAD}-1`, `${HOST}-${process.ppid}-${started}`]) {
      const { root, folder, journal } = await cutOff({ owner });
      await openStore(root);
      expect(read(folder, 'metrics/m')).toBe('1 0.5 0\n');
      expect(readdirSync(root)).toContain(journal.slice(root.length + 1));
    }
  });
});
