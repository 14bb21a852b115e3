/**
 * `npm test`: sets up what is needed, builds, checks, and runs every tier. The last line is `N passed, N failed`.
 *
 *   npm test -- [--tier NAME]... [part of a file name]...      tiers: see scripts/test/tiers.mjs
 *
 * Starts on any Node from 20 on and goes on under the project's own.
 */
import path from 'node:path';
import { projectNode, root } from './lib/paths.mjs';
import { runVisibly } from './lib/progress.mjs';
import { projectEnvironment } from './setUp/environment.mjs';
import { setUp } from './setUp.mjs';

try {
  // Before node_modules is there, so without the list of tiers.
  const isEveryClient = process.argv.includes('every-client');
  await setUp(['track', 'test', ...(isEveryClient ? [/** @type {const} */ ('clients')] : [])]);
  process.exitCode = await runVisibly(
    projectNode,
    [path.join(root, 'scripts/test/run.mjs'), ...process.argv.slice(2)],
    { cwd: root, env: projectEnvironment() },
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
