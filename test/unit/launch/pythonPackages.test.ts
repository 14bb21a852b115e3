import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missingPackages, pythonPackages } from '../../../src/launch/environment/pythonPackages';

const root = path.resolve(import.meta.dirname, '../../..');
/** With mlflow. */
const python = path.join(root, 'examples/.venv/bin/python');

describe('The packages of a Python', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tracker-python-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  /** A virtual environment of the Python of another one's own. */
  async function environment(...options: readonly string[]): Promise<string> {
    const target = path.join(folder, 'venv');
    await promisify(execFile)(python, ['-m', 'venv', '--without-pip', ...options, target]);
    return path.join(target, 'bin/python');
  }

  it('tell what is missing', async () => {
    const names = ['mlflow', 'no-such-package', 'numpy'];
    expect(await missingPackages(python, names, '.', process.env)).toEqual(['no-such-package']);
  });

  it('are unknown for a shim, and for what is not Python', async () => {
    await mkdir(path.join(folder, 'bin'));
    const shim = path.join(folder, 'bin/python3');
    await writeFile(shim, `#!/bin/sh\nexec ${python} "$@"\n`, { mode: 0o755 });
    expect(await missingPackages(shim, ['mlflow'], '.', process.env)).toBeUndefined();
    expect(await missingPackages('node', ['mlflow'], '.', process.env)).toBeUndefined();
  });

  it('include those of the installation that an environment shares', async () => {
    const apart = await environment();
    expect(await pythonPackages(apart, '.', process.env)).toEqual([]);
    await rm(path.join(folder, 'venv'), { recursive: true });
    const sharing = await environment('--system-site-packages');
    // What is installed beside the Python itself differs from machine to machine, so one is put where its folders are.
    const home = path.join(folder, 'installation');
    const library = path.join(home, 'lib/python3.11/site-packages');
    await mkdir(path.join(library, 'nbclient-0.10.2.dist-info'), { recursive: true });
    await mkdir(path.join(home, 'bin'));
    await symlink(python, path.join(home, 'bin/python'));
    await writeFile(
      path.join(folder, 'venv/pyvenv.cfg'),
      `home = ${path.join(home, 'bin')}\ninclude-system-site-packages = true\n`,
    );
    expect(await pythonPackages(sharing, '.', process.env)).toEqual([
      { name: 'nbclient', version: '0.10.2' },
    ]);
  });
});
