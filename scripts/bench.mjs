/**
 * `npm run bench [-- GROUP... [--quick] [--store NAME]]`: sets up, builds, bundles bench/ and runs it under the project's Node. Figures are
 * printed as ratios against the peers, all run in the same go in alternation; nothing here is part of `npm test`.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { projectNode, root } from './lib/paths.mjs';
import { runVisibly } from './lib/progress.mjs';
import { setUp } from './setUp.mjs';
import { projectEnvironment } from './setUp/environment.mjs';

const asked = process.argv.slice(2);
const outdir = path.join(root, 'dist', 'bench');

await setUp(asked.includes('vscode') ? ['bench', 'open'] : ['bench']);
const built = await runVisibly(projectNode, [path.join(root, 'scripts', 'build.mjs')], {
  cwd: root,
  env: projectEnvironment(),
});
if (built !== 0) process.exit(built);
const { build } = await import('esbuild');
await build({
  entryPoints: ['main', 'load/worker', 'load/nullServer'].map(name =>
    path.join(root, 'bench', `${name}.ts`),
  ),
  outdir,
  entryNames: '[name]',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  sourcemap: true,
  external: ['playwright-core'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
const { status } = spawnSync(
  projectNode,
  ['--expose-gc', path.join(outdir, 'main.mjs'), ...asked],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
