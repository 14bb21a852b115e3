import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../lib/paths.mjs';
import { runQuietly } from '../lib/progress.mjs';
import { findPython } from './pythonEnvironment.mjs';
import { Stamp } from './stamp.mjs';

/**
 * A folder of pinned Python packages, without what they depend on, that an environment takes in by PYTHONPATH.
 * @param {{ title: string, folder: string, requirements: string, has: string }} packages paths relative to the project; `has`
 *   names a package that is there in the end
 */
export function pythonFolder({ title, folder, requirements, has }) {
  const target = path.join(root, folder);
  const list = path.join(root, requirements);
  const stamp = () => new Stamp(path.join(target, '.set-up'), [readFileSync(list, 'utf8')]);
  return {
    title,

    isDone() {
      return stamp().isFresh() && existsSync(path.join(target, has));
    },

    async run() {
      await rm(target, { recursive: true, force: true });
      await runQuietly(findPython().executable, [
        ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'],
        ...['--target', target, '--requirement', list],
      ]);
      stamp().write();
    },
  };
}
