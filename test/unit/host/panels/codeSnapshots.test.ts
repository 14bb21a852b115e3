import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodeSnapshots } from '../../../../src/host/panels/codeSnapshots';

let folder: string;
let repository: string;
let snapshots: CodeSnapshots;
let first: string;
let second: string;

async function git(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd: repository });
  return stdout.trimEnd();
}

async function commit(message: string): Promise<string> {
  await git('add', '-A');
  await git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', message);
  return git('rev-parse', 'HEAD');
}

const write = (name: string, text: string | Uint8Array) =>
  writeFile(path.join(repository, name), text);

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mlflow-tracker-code-test-'));
  repository = path.join(folder, 'work with space');
  await mkdir(path.join(repository, 'src'), { recursive: true });
  await git('init', '-q', '-b', 'main', '.');
  await write('train.py', 'lr = 0.1\n');
  await write('src/gone.py', 'old\n');
  first = await commit('one');
  await write('train.py', 'lr = 0.2\n');
  await rm(path.join(repository, 'src/gone.py'));
  await write('ünï cödé.py', 'new\n');
  second = await commit('two');
  snapshots = new CodeSnapshots('git');
});

afterEach(async () => {
  await snapshots.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('code snapshots', () => {
  it('find the repository that has the commit, from a folder inside it', async () => {
    const folders = [path.join(folder, 'nowhere'), folder, path.join(repository, 'src')];
    await mkdir(path.join(repository, 'src'), { recursive: true });
    expect(await snapshots.findRepository(folders, second)).toBe(repository);
    expect(await snapshots.findRepository(folders, '9'.repeat(40))).toBeUndefined();
  });

  it('reject when there is no git at all', async () => {
    const none = new CodeSnapshots(path.join(folder, 'no-git'));
    await expect(none.findRepository([repository], first)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('tell what changed between two commits, and read both sides', async () => {
    const left = await snapshots.create(repository, { commit: first });
    const right = await snapshots.create(repository, { commit: second });
    expect(await snapshots.changes(left, right)).toEqual([
      { path: 'src/gone.py', inLeft: true, inRight: false },
      { path: 'train.py', inLeft: true, inRight: true },
      { path: 'ünï cödé.py', inLeft: false, inRight: true },
    ]);
    expect((await snapshots.read(left, 'train.py')).toString()).toBe('lr = 0.1\n');
    expect((await snapshots.read(right, 'ünï cödé.py')).toString()).toBe('new\n');
    await expect(snapshots.read(right, 'src/gone.py')).rejects.toThrow();
  });

  it('apply uncommitted changes, binary ones too, and leave the repository as it is', async () => {
    await write('train.py', 'lr = 0.3\n');
    await write('data.bin', Uint8Array.of(0, 1, 2, 255));
    await git('add', '-N', 'data.bin');
    const patch = Buffer.from(`${await git('diff', '--binary', 'HEAD')}\n`);
    await git('reset', '-q', '--hard');
    await rm(path.join(repository, 'data.bin'), { force: true });
    const before = await git('count-objects', '-v');
    const index = await git('ls-files', '--stage');

    const plain = await snapshots.create(repository, { commit: second });
    const changed = await snapshots.create(repository, { commit: second, patch });
    expect(changed.patched).toBe(true);
    expect((await snapshots.changes(plain, changed)).map(file => file.path)).toEqual([
      'data.bin',
      'train.py',
    ]);
    expect((await snapshots.read(changed, 'train.py')).toString()).toBe('lr = 0.3\n');
    expect([...(await snapshots.read(changed, 'data.bin'))]).toEqual([0, 1, 2, 255]);

    expect(await git('count-objects', '-v')).toBe(before);
    expect(await git('ls-files', '--stage')).toBe(index);
    expect(await git('status', '--porcelain')).toBe('');
  });

  it('show the commit alone when the recorded patch was cut', async () => {
    await write('train.py', 'lr = 0.3\nmore\n');
    const patch = Buffer.from((await git('diff', 'HEAD')).slice(0, -12));
    await git('reset', '-q', '--hard');
    const snapshot = await snapshots.create(repository, { commit: second, patch });
    expect(snapshot.patched).toBe(false);
    expect((await snapshots.read(snapshot, 'train.py')).toString()).toBe('lr = 0.2\n');
  });

  it('run no program of the repository', async () => {
    const marker = path.join(folder, 'ran');
    const hook = path.join(repository, '.git/hooks/post-index-change');
    const script = `#!/bin/sh\ntouch '${marker}'\n`;
    await mkdir(path.dirname(hook), { recursive: true });
    await writeFile(hook, script);
    await chmod(hook, 0o755);
    const monitor = path.join(folder, 'monitor.sh');
    await writeFile(monitor, script);
    await chmod(monitor, 0o755);
    await git('config', 'core.fsmonitor', monitor);
    await snapshots.create(repository, { commit: first });
    expect(await readdir(folder)).not.toContain('ran');
  });

  it('work in a linked worktree', async () => {
    const worktree = path.join(folder, 'tree');
    await git('worktree', 'add', '-q', '--detach', worktree, first);
    expect(await snapshots.findRepository([worktree], second)).toBe(worktree);
    const left = await snapshots.create(worktree, { commit: first });
    const right = await snapshots.create(worktree, { commit: second });
    expect(await snapshots.changes(left, right)).toHaveLength(3);
  });
});
