import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../lib/paths.mjs';
import { runQuietly } from '../lib/progress.mjs';
import { Stamp } from './stamp.mjs';

const names = ['python3', 'python3.12', 'python3.11', 'python3.13', 'python3.10', 'python'];
const probe = 'import ensurepip, venv, sys; print("%d.%d" % sys.version_info[:2], sys.executable)';

/**
 * A virtual environment with pinned packages: every package for the Python that the pins were made with, the ones named in
 * the requirements for another.
 * @param {{ title: string, folder: string, requirements: string, pins: string, newestPython?: number, imports?: string }}
 *   environment all paths relative to the project; `pins` without `-<Python version>.txt`; `newestPython` is the minor
 *   version of the newest Python 3 that its packages have builds for; `imports` names what it must be able to import
 */
export function pythonEnvironment({
  title,
  folder,
  requirements,
  pins,
  newestPython,
  imports = 'mlflow',
}) {
  const target = path.join(root, folder);
  const inputs = [readFileSync(path.join(root, requirements), 'utf8')];
  const stamp = () => new Stamp(path.join(target, '.set-up'), inputs);
  return {
    title,

    isDone() {
      return stamp().isFresh() && existsSync(pythonOf(target));
    },

    async run() {
      const { version, executable } = findPython(newestPython);
      const constraints = path.join(root, `${pins}-${version}.txt`);
      await rm(target, { recursive: true, force: true });
      await runQuietly(executable, ['-m', 'venv', target]);
      await runQuietly(pythonOf(target), [
        ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
        ...['--requirement', path.join(root, requirements)],
        ...(existsSync(constraints) ? ['--constraint', constraints] : []),
      ]);
      await runQuietly(pythonOf(target), ['-c', `import ${imports}`]);
      stamp().write();
    },
  };
}

/** @param {string} folder a virtual environment */
function pythonOf(folder) {
  return path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
}

/**
 * @param {number} [newest] minor version of the newest Python 3 that will do
 * @returns {{ version: string, executable: string }} the first Python that MLflow and its packages have builds for
 */
export function findPython(newest = 13) {
  for (const name of names) {
    try {
      const answer = execFileSync(name, ['-c', probe], { encoding: 'utf8', stdio: 'pipe' });
      const [version = '', ...executable] = answer.trim().split(' ');
      const [major, minor] = version.split('.').map(Number);
      if (major === 3 && minor !== undefined && minor >= 10 && minor <= newest) {
        return { version, executable: executable.join(' ') };
      }
    } catch {
      continue;
    }
  }
  throw new Error(
    `There is no Python 3.10 to 3.${newest} with venv here. Install one (Debian: apt-get install python3 python3-venv).`,
  );
}
