import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCode, restoreCode } from '../../src/host/run/restoredCode';
import { openRepository } from '../../src/artifacts/openRepository';
import { silentLogger } from '../../src/base/logger';
import type { RunSource } from '../../src/host/panels/panelServices';
import { sourceFiles } from '../../src/launch/code/sourceFiles';
import type { Run } from '../../src/tracking/entities';
import { PLAIN_GIT_ENV } from './gitRepository';
import { temporaryFolder } from './temporary';
import { PYTHON, Workbench } from './workbench';

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, env: PLAIN_GIT_ENV, encoding: 'utf8' });
}

describe('the files that a script imports', () => {
  test.each([
    [
      'jobs/train.py',
      {
        'jobs/train.py':
          'import os, helper as h\nfrom lib.data import load\nfrom lib import (model, other)\n',
        'jobs/helper.py': 'from . import neighbour\n',
        'jobs/neighbour.py': '',
        'jobs/unused.py': '',
        'lib/__init__.py': '',
        'lib/data.py': 'from .deep.er import x\nimport lib.data\n',
        'lib/deep/er.py': 'from ..model import y\n',
        'lib/model.py': '',
        'os.txt': '',
      },
      'jobs/helper.py jobs/neighbour.py jobs/train.py lib/__init__.py lib/data.py lib/deep/er.py lib/model.py',
    ],
    [
      'src/train.ts',
      {
        'src/train.ts':
          "import x from './a';\nimport './b.js';\nconst c = require('../c');\nimport fs from 'node:fs';",
        'src/a.ts': "export * from './dir';",
        'src/b.js': '',
        'src/dir/index.ts': '',
        'c.js': '',
        'd.js': '',
      },
      'c.js src/a.ts src/b.js src/dir/index.ts src/train.ts',
    ],
    ['fit.R', { 'fit.R': 'source("lib/a.R")', 'lib/a.R': '', 'b.R': '' }, 'fit.R lib/a.R'],
    [
      'run.sh',
      { 'run.sh': '. ./env.sh\nsource "lib.sh"', 'env.sh': '', 'lib.sh': '' },
      'env.sh lib.sh run.sh',
    ],
    [
      'train.py',
      {
        'train.py': 'import big, binary, venv.lib.pkg\n',
        'big.py': `# ${'x'.repeat(300_000)}`,
        'binary.py': 'a\0b',
        'venv/lib/pkg.py': '',
      },
      'train.py',
    ],
  ])('of %s', async (script, files, expected) => {
    const folder = await temporaryFolder();
    writeAll(folder, files);
    const found = await sourceFiles(path.join(folder, script), folder);
    expect(found.map(file => file.path).join(' ')).toBe(expected);
  });
});

/** The artifacts of a run where they lie. */
function sourceOf(bench: Workbench): RunSource {
  const open = (run: Run) =>
    openRepository(run.info.artifactUri, {
      workingDir: bench.folder,
      destination: 'mlartifacts',
      remote: undefined,
      logger: silentLogger,
    });
  return {
    listArtifacts: async (_: string, folder: string) =>
      (await open(await bench.run())).list(folder),
    readArtifact: async (_: string, file: string) => (await open(await bench.run())).read(file),
  } as unknown as RunSource;
}

describe('the code of a run', () => {
  test('comes back into a new worktree: commit, changes and new files, and nothing else is touched', async () => {
    const bench = await Workbench.create(path.join(await temporaryFolder(), 'mlruns'));
    git(bench.folder, 'init', '-q', '-b', 'main');
    writeAll(bench.folder, { 'train.py': 'print("one")\n', 'sub/config.yaml': 'lr: 1\n' });
    git(bench.folder, 'add', '.');
    git(bench.folder, 'commit', '-q', '-m', 'first');
    writeAll(bench.folder, { 'train.py': 'import extra\nprint("two")\n', 'extra.py': 'x = 1\n' });
    const ended = bench.start([PYTHON, 'train.py']);
    ended.child.stdin?.end();
    expect(await ended.ended).toMatchObject({ code: 0 });
    writeAll(bench.folder, { 'train.py': 'print("later work")\n' });
    git(bench.folder, 'commit', '-q', '-a', '-m', 'second');
    const before = git(bench.folder, 'status', '--porcelain=v2', '--branch');

    const run = await bench.run();
    const source = await findCode(sourceOf(bench), run, 'git', ['/nonexistent', bench.folder]);
    const target = path.join(await temporaryFolder(), 'restored');
    expect(await restoreCode(sourceOf(bench), run, source, 'git', target)).toBe(true);
    expect(readFileSync(path.join(target, 'train.py'), 'utf8')).toBe(
      'import extra\nprint("two")\n',
    );
    expect(readFileSync(path.join(target, 'extra.py'), 'utf8')).toBe('x = 1\n');
    expect(readFileSync(path.join(target, 'sub/config.yaml'), 'utf8')).toBe('lr: 1\n');
    expect(git(bench.folder, 'status', '--porcelain=v2', '--branch')).toBe(before);
    await expect(restoreCode(sourceOf(bench), run, source, 'git', target)).rejects.toThrow(
      'exists already',
    );
  });

  test('without a repository comes back from the files that were kept', async () => {
    const bench = await Workbench.create();
    writeAll(bench.folder, {
      'train.py': 'import helper\nprint(helper.x)\n',
      'helper.py': 'x = 1\n',
      'data.csv': '1,2\n',
    });
    const ended = bench.start([PYTHON, 'train.py']);
    ended.child.stdin?.end();
    expect(await ended.ended).toMatchObject({ code: 0 });
    const run = await bench.run();
    const source = await findCode(sourceOf(bench), run, 'git', [bench.folder]);
    const target = path.join(await temporaryFolder(), 'restored');
    expect(await restoreCode(sourceOf(bench), run, source, 'git', target)).toBe(true);
    expect(readFileSync(path.join(target, 'train.py'), 'utf8')).toContain('import helper');
    expect(readFileSync(path.join(target, 'helper.py'), 'utf8')).toBe('x = 1\n');
    expect(existsSync(path.join(target, 'data.csv'))).toBe(false);
  });

  test('that is nowhere is told with the way out', async () => {
    const bench = await Workbench.create();
    const run = (commit?: string) =>
      ({
        info: { runName: 'fox', runId: 'a' },
        data: {
          tags: commit === undefined ? [] : [{ key: 'mlflow.source.git.commit', value: commit }],
        },
      }) as unknown as Run;
    const none = { listArtifacts: () => Promise.resolve([]) } as unknown as RunSource;
    await expect(findCode(none, run(), 'git', [bench.folder])).rejects.toThrow(
      'Run fox has neither a commit nor files of its code.',
    );
    await expect(findCode(none, run('a'.repeat(40)), 'git', [bench.folder])).rejects.toThrow(
      'No repository in this window has the commit aaaaaaa',
    );
  });
});
