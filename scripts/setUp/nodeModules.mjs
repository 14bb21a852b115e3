import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectNode, root } from '../lib/paths.mjs';
import { runQuietly } from '../lib/progress.mjs';
import { cleanEnvironment } from './environment.mjs';
import { Stamp } from './stamp.mjs';

const stamp = new Stamp(path.join(root, 'node_modules/.set-up'), [
  readFileSync(path.join(root, 'package-lock.json'), 'utf8'),
  process.platform,
  process.arch,
]);

/** The project's packages, Node 24 among them: everything after this step runs on it. */
export const nodeModules = {
  title: 'packages from the lock file',

  isDone() {
    return stamp.isFresh() && existsSync(projectNode);
  },

  async run() {
    await runQuietly('npm', ['ci', '--loglevel=error'], { cwd: root, env: cleanEnvironment() });
    // An npm that was told to run no install scripts leaves this one without its binary.
    if (!existsSync(projectNode)) {
      await runQuietly('npm', ['rebuild', 'node', 'esbuild', '--ignore-scripts=false'], {
        cwd: root,
        env: cleanEnvironment(),
      });
    }
    const version = (await runQuietly(projectNode, ['--version'])).trim();
    const major = Number(/^v(\d+)/.exec(version)?.[1]);
    if (major < 24) throw new Error(`node_modules has Node ${version}, and 24 is needed.`);
    stamp.write();
  },
};
