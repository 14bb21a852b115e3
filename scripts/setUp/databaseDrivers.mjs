import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../lib/paths.mjs';
import { runQuietly } from '../lib/progress.mjs';
import { findPython } from './pythonEnvironment.mjs';
import { Stamp } from './stamp.mjs';

const requirements = path.join(root, 'scripts/setUp/python/databaseDrivers.txt');
const target = path.join(root, '.test-env/database-drivers');

/** Beside the environments of MLflow, which all take it in by PYTHONPATH: none of them needs it for itself. */
export const databaseDrivers = {
  title: 'Python drivers of PostgreSQL and MySQL',

  isDone() {
    return stamp().isFresh() && existsSync(path.join(target, 'pymysql'));
  },

  async run() {
    await rm(target, { recursive: true, force: true });
    await runQuietly(findPython().executable, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'],
      ...['--target', target, '--requirement', requirements],
    ]);
    stamp().write();
  },
};

function stamp() {
  return new Stamp(path.join(target, '.set-up'), [readFileSync(requirements, 'utf8')]);
}
