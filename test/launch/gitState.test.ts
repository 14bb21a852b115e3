import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger';
import { readGitState, type GitState } from '../../src/launch/git/gitState';
import { GitRepository, PLAIN_GIT_ENV } from './gitRepository';
import { temporaryFolder } from './temporary';

function stateOf(file: string, env = PLAIN_GIT_ENV): Promise<GitState | undefined> {
  return readGitState({ source: file, sourceIsFile: true, env, logger: silentLogger });
}

async function repository(): Promise<GitRepository> {
  return new GitRepository(path.join(await temporaryFolder(), 'repo'));
}

describe('where a script lives', () => {
  test('in a repository: commit, branch, path, clean', async () => {
    const repo = await repository();
    const script = repo.write('models/train.py', 'print(1)\n');
    const commit = repo.commitAll();
    expect(await stateOf(script)).toEqual({
      commit,
      branch: 'main',
      sourcePath: 'models/train.py',
      dirty: false,
      hasSubmodules: false,
    });
  });

  test('on a detached HEAD there is no branch', async () => {
    const repo = await repository();
    const script = repo.write('train.py', 'print(1)\n');
    const commit = repo.commitAll();
    repo.git('checkout', '--quiet', '--detach');
    expect(await stateOf(script)).toEqual({
      commit,
      sourcePath: 'train.py',
      dirty: false,
      hasSubmodules: false,
    });
  });

  test('in a worktree: its own commit and branch', async () => {
    const repo = await repository();
    repo.write('train.py', 'print(1)\n');
    repo.commitAll();
    const worktree = path.join(repo.folder, '../tree');
    repo.git('worktree', 'add', '--quiet', '-b', 'side', worktree);
    writeFileSync(path.join(worktree, 'train.py'), 'print(2)\n');
    execFileSync('git', ['commit', '-qam', 'two'], { cwd: worktree, env: PLAIN_GIT_ENV });
    const state = await stateOf(path.join(worktree, 'train.py'));
    expect(state).toMatchObject({ branch: 'side', sourcePath: 'train.py', dirty: false });
    expect(state?.commit).toBe(repo.git('rev-parse', 'side'));
    expect(state?.commit).not.toBe(repo.git('rev-parse', 'main'));
  });

  test("in a submodule: the submodule's commit", async () => {
    const inner = await repository();
    inner.write('train.py', 'print(1)\n');
    const commit = inner.commitAll();
    const outer = await repository();
    outer.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner.folder, 'sub');
    outer.commitAll();
    const state = await stateOf(path.join(outer.folder, 'sub/train.py'));
    expect(state).toMatchObject({ commit, sourcePath: 'train.py', dirty: false });
    outer.write('train.py', 'print(2)\n');
    expect(await stateOf(path.join(outer.folder, 'train.py'))).toMatchObject({
      hasSubmodules: true,
    });
  });

  test('before the first commit: a branch to be, and everything is uncommitted', async () => {
    const repo = await repository();
    const script = repo.write('train.py', 'print(1)\n');
    repo.write('staged.py', 'x = 1\n');
    repo.git('add', 'staged.py');
    const state = await stateOf(script);
    expect(state).toMatchObject({ branch: 'main', sourcePath: 'train.py', dirty: true });
    expect(state?.commit).toBeUndefined();
    expect(state?.patch).toContain('+x = 1');
    expect(state?.patch).toContain('+print(1)');
  });

  test('outside git and without git: nothing, and no complaint', async () => {
    const folder = await temporaryFolder();
    const script = path.join(folder, 'train.py');
    writeFileSync(script, '');
    expect(await stateOf(script, { ...PLAIN_GIT_ENV, GIT_CEILING_DIRECTORIES: '/' })).toBe(
      undefined,
    );
    const repo = await repository();
    const inRepo = repo.write('train.py', '');
    repo.commitAll();
    expect(await stateOf(inRepo, { PATH: folder })).toBe(undefined);
  });

  test('GIT_DIR of another repository does not mislead', async () => {
    const repo = await repository();
    const script = repo.write('train.py', '');
    const commit = repo.commitAll();
    const other = await repository();
    other.write('other.py', '1');
    other.commitAll();
    const env = { ...PLAIN_GIT_ENV, GIT_DIR: path.join(other.folder, '.git') };
    expect((await stateOf(script, env))?.commit).toBe(commit);
  });
});

describe('uncommitted changes', () => {
  test('the patch, applied to the commit, gives the code that ran', async () => {
    const repo = await repository();
    const script = repo.write('train.py', 'lr = 1\n'.repeat(20));
    repo.write('gone.py', 'x\n');
    repo.write('picture.png', Uint8Array.of(0, 1, 2, 3));
    const commit = repo.commitAll();

    repo.write('train.py', `${'lr = 1\n'.repeat(10)}lr = 2\n`);
    repo.git('rm', '--quiet', 'gone.py');
    repo.write('picture.png', Uint8Array.of(0, 9, 9, 9));
    repo.write('new module.py', 'no newline at the end');
    repo.write('sub/größe.py', 'print("ß")\n');
    repo.write('quo"te.py', 'q\n');
    repo.write('empty.py', '');
    const state = await stateOf(script);
    expect(state).toMatchObject({ commit, dirty: true });

    const copy = path.join(repo.folder, '../copy');
    repo.git('clone', '--quiet', '.', copy);
    execFileSync('git', ['apply', '--index', '-'], { cwd: copy, input: state?.patch ?? '' });
    for (const file of ['train.py', 'new module.py', 'sub/größe.py', 'quo"te.py', 'empty.py']) {
      expect(readFileSync(path.join(copy, file), 'utf8')).toBe(
        readFileSync(path.join(repo.folder, file), 'utf8'),
      );
    }
    expect(() => readFileSync(path.join(copy, 'gone.py'))).toThrow('ENOENT');
  });

  test("the person's diff settings do not change the patch", async () => {
    const repo = await repository();
    const script = repo.write('sub/train.py', 'a\n');
    repo.commitAll();
    repo.git('config', 'diff.noprefix', 'true');
    repo.git('config', 'diff.relative', 'true');
    repo.git('config', 'color.ui', 'always');
    repo.write('sub/train.py', 'b\n');
    repo.write('top.py', 'c\n');
    repo.git('add', 'top.py');
    const patch = (await stateOf(script))?.patch ?? '';
    expect(patch).toContain('--- a/sub/train.py\n+++ b/sub/train.py\n');
    expect(patch).toContain('+++ b/top.py\n');
  });

  test('secrets, what tracking writes, binaries and large files stay out; data does not make it dirty', async () => {
    const repo = await repository();
    const script = repo.write('train.py', 'a\n');
    repo.commitAll();
    repo.write('.env', 'TOKEN=hunter2\n');
    repo.write('deploy.pem', 'hunter2\n');
    repo.write('mlruns/0/meta.yaml', 'hunter2: x\n');
    repo.write('mlflow.db', Uint8Array.of(83, 0, 81));
    repo.write('results.csv', '1,2\n');
    expect(await stateOf(script)).toMatchObject({ dirty: false });
    expect((await stateOf(script))?.patch).toBeUndefined();

    repo.write('helper.py', 'h = 1\n');
    repo.write('big.txt', 'x'.repeat(1_000_000));
    const state = await stateOf(script);
    expect(state?.dirty).toBe(true);
    expect(state?.patch).toContain('+h = 1');
    expect(state?.patch).toContain('+1,2');
    expect(state?.patch).not.toContain('hunter2');
    expect(state?.patch).not.toContain('xxx');
  });

  test('a script that git does not know makes it dirty, an ignored one does not', async () => {
    const repo = await repository();
    repo.write('.gitignore', 'scratch/\n');
    repo.commitAll();
    expect(await stateOf(repo.write('scratch/train.py', 'a\n'))).toMatchObject({ dirty: false });
    expect(await stateOf(repo.write('odd.name', 'a\n'))).toMatchObject({ dirty: true });
  });
});

describe('the address of the repository', () => {
  test.each([
    ['https://user:secret@example.com/org/repo.git', 'https://example.com/org/repo.git'],
    ['https://token@example.com/org/repo.git?x=1', 'https://example.com/org/repo.git'],
    ['ssh://git:secret@example.com:2222/org/repo.git', 'ssh://git@example.com:2222/org/repo.git'],
    ['git@example.com:org/repo.git', 'git@example.com:org/repo.git'],
    ['/srv/git/repo.git', '/srv/git/repo.git'],
  ])('%s is recorded as %s', async (url, recorded) => {
    const repo = await repository();
    repo.git('remote', 'add', 'first', 'https://example.com/other.git');
    repo.git('remote', 'add', 'origin', url);
    const script = repo.write('train.py', '');
    repo.commitAll();
    expect((await stateOf(script))?.repoUrl).toBe(recorded);
  });

  test('without origin the first remote', async () => {
    const repo = await repository();
    repo.git('remote', 'add', 'upstream', 'https://example.com/up.git');
    const script = repo.write('train.py', '');
    repo.commitAll();
    expect((await stateOf(script))?.repoUrl).toBe('https://example.com/up.git');
  });
});

test('a directory is asked about itself when there is no script', async () => {
  const repo = await repository();
  repo.write('train.py', '');
  const commit = repo.commitAll();
  const folder = path.join(repo.folder, 'deep');
  mkdirSync(folder);
  const state = await readGitState({
    source: folder,
    sourceIsFile: false,
    env: PLAIN_GIT_ENV,
    logger: silentLogger,
  });
  expect(state).toEqual({ commit, branch: 'main', dirty: false, hasSubmodules: false });
});
