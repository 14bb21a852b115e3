/** `npm run package`: builds and makes `mlflow-tracker-<version>.vsix`, with what `.vscodeignore` allows and nothing else. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { projectNode, root } from './lib/paths.mjs';
import { runVisibly } from './lib/progress.mjs';

const { values: options } = parseArgs({
  options: { out: { type: 'string' }, 'no-build': { type: 'boolean', default: false } },
});

if (!options['no-build']) {
  const code = await runVisibly(projectNode, [path.join(root, 'scripts/build.mjs')]);
  if (code !== 0) process.exit(code);
}
await createVSIX({
  cwd: root,
  dependencies: false,
  allowMissingRepository: true,
  // The README's links are for those who read the source; there is no public address to put before them yet.
  rewriteRelativeLinks: false,
  ...(options.out === undefined ? {} : { packagePath: path.resolve(options.out) }),
});
