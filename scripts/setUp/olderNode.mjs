import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../lib/paths.mjs';
import { runQuietly } from '../lib/progress.mjs';
import { cleanEnvironment } from './environment.mjs';
import { Stamp } from './stamp.mjs';

/** The oldest that the client library promises to run on. */
const version = '20.20.2';
const target = path.join(root, `.test-env/node-${version}`);
const program = path.join(target, 'node_modules/node/bin/node');
const stamp = () => new Stamp(path.join(target, '.set-up'), [process.platform, process.arch]);

export const olderNode = {
  title: `Node ${version}, for the client library`,

  isDone() {
    return stamp().isFresh() && existsSync(program);
  },

  async run() {
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true });
    const npm = ['--prefix', target, '--ignore-scripts=false', '--loglevel=error'];
    await runQuietly('npm', ['install', ...npm, '--no-save', `node@${version}`], {
      cwd: target,
      env: cleanEnvironment(),
    });
    // An npm that runs install scripts of named packages only leaves this one without its binary.
    if (!existsSync(program)) {
      await runQuietly('npm', ['rebuild', ...npm, 'node'], {
        cwd: target,
        env: cleanEnvironment(),
      });
    }
    const answer = (await runQuietly(program, ['--version'])).trim();
    if (answer !== `v${version}`) throw new Error(`${program} is Node ${answer}.`);
    stamp().write();
  },
};
