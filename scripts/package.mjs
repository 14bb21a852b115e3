/**
 * `npm run package`: builds and makes `mlflow-tracker-<version>.vsix`, with what `.vscodeignore` allows and nothing else. One file
 * for every platform: the native parts of the pseudo-terminal are smaller than what a person would have to know to choose.
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectNode, root } from './lib/paths.mjs';
import { runVisibly } from './lib/progress.mjs';
import { setUp } from './setUp.mjs';
import { terminalPartsFolder } from './setUp/terminalParts.mjs';

const { values: options } = parseArgs({
  options: { out: { type: 'string' }, 'no-build': { type: 'boolean', default: false } },
});

/** Where anything of the package comes from. vsce reads every file below its folder, and the project has 100,000 more. */
const sources = [
  ...['package.json', 'package.nls.json', '.vscodeignore'],
  ...['README.md', 'CHANGELOG.md', 'LICENSE', 'dist', 'media'],
];

await setUp(['package']);
const { createVSIX } = await import('@vscode/vsce');
if (!options['no-build']) {
  const code = await runVisibly(projectNode, [path.join(root, 'scripts/build.mjs')]);
  if (code !== 0) process.exit(code);
}
const { name, version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
const folder = await mkdtemp(path.join(tmpdir(), 'tracker-vsix-'));
try {
  for (const file of sources) {
    await cp(path.join(root, file), path.join(folder, file), { recursive: true });
  }
  await cp(terminalPartsFolder, path.join(folder, 'dist/node_modules/@lydell'), {
    recursive: true,
    // Debug symbols are for its makers, and twenty times as large.
    filter: file => !file.endsWith('.pdb'),
  });
  await createVSIX({
    cwd: folder,
    packagePath: path.resolve(options.out ?? path.join(root, `${name}-${version}.vsix`)),
    dependencies: false,
    allowMissingRepository: true,
    // The README's links are for those who read the source; there is no public address to put before them yet.
    rewriteRelativeLinks: false,
  });
} finally {
  await rm(folder, { recursive: true });
}
