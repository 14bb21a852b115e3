/**
 * Bundles everything into dist/:
 *   dist/extension.js        the host, one CJS file that VS Code loads
 *   dist/cli.js              the command's small entry; the program itself is dist/cli/*.mjs, split so that each
 *                            store and driver is read only when it is used
 *   dist/client/index.*      the client library (`mlflow-tracker/client`), as ES module and as CommonJS, with its types
 *   dist/webview/<panel>.*   one script and one style sheet per folder of webview/ that has a main.ts; codicons beside them
 *   dist/test/**             the mocha suite for VS Code, and the extension that it needs beside ours
 *
 * `--watch` rebuilds on change (F5), unminified. `--only host,cli,client,webview,test` builds a part.
 */
import { existsSync, globSync, readdirSync } from 'node:fs';
import { copyFile, cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { problemsOf } from './build/budget.mjs';
import { writeClientTypes } from './build/clientTypes.mjs';
import { root } from './lib/paths.mjs';

const { values: options } = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

/** @type {esbuild.BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: !options.watch,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  charset: 'utf8',
};

/** @type {esbuild.BuildOptions} */
const node = { ...common, platform: 'node', target: 'node22' };

/** `src/cli/bin.ts` stays a file of its own in dist and loads the split program beside it. */
const programBesideEntry = {
  name: 'program-beside-entry',
  /** @param {esbuild.PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^\.\/main$/ }, () => ({ path: './cli/main.mjs', external: true }));
  },
};

/** People read the stack traces of a library, and their Node may be older than the program's. */
const library = {
  ...node,
  target: 'node20',
  minify: false,
  /** @type {Record<string, string>} */
  entryPoints: { index: 'src/client/fluent.ts' },
};

/** CommonJS cannot be split: folders and databases are loaded from the ES modules beside it. */
const storesAsModules = {
  name: 'stores-as-modules',
  /** @param {esbuild.PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /\/stores\/openStore$/ }, () => ({
      path: './openStore.mjs',
      external: true,
    }));
  },
};

/** The driver of SQL Server brings Azure's logins, 600 kB that we do not offer. */
const withoutAzure = {
  name: 'without-azure',
  /** @param {esbuild.PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^@azure\// }, ({ path: name, importer }) =>
      /[\\/]node_modules[\\/]tedious[\\/]/.test(importer)
        ? { path: name, namespace: 'absent' }
        : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'absent' }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};

/** CJS packages inside an ESM bundle ask for `require`. */
const requireInEsm = `import { createRequire as tracker$createRequire } from 'node:module';
const require = tracker$createRequire(import.meta.url);`;

/** @returns {Record<string, string>} panel name → entry file */
function panels() {
  return Object.fromEntries(
    readdirSync(path.join(root, 'webview'), { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => [entry.name, `webview/${entry.name}/main.ts`])
      .filter(([, file]) => existsSync(path.join(root, String(file)))),
  );
}

/**
 * What is built, in one table.
 * @type {Record<string, { required: string[], options: () => esbuild.BuildOptions[] }>}
 */
const parts = {
  host: {
    required: ['src/extension.ts'],
    options: () => [
      {
        ...node,
        format: 'cjs',
        external: ['vscode'],
        entryPoints: ['src/extension.ts'],
        outfile: 'dist/extension.js',
      },
    ],
  },
  cli: {
    required: ['src/cli/main.ts', 'src/cli/bin.ts'],
    options: () => [
      {
        ...node,
        format: 'esm',
        splitting: true,
        entryPoints: ['src/cli/main.ts'],
        outdir: 'dist/cli',
        outExtension: { '.js': '.mjs' },
        plugins: [withoutAzure],
        // Its files find each other, and its native part, by their places: see copyPseudoTerminal.
        external: ['@lydell/node-pty'],
        banner: { js: requireInEsm },
      },
      {
        ...node,
        format: 'cjs',
        entryPoints: ['src/cli/bin.ts'],
        outfile: 'dist/cli.js',
        plugins: [programBesideEntry],
      },
    ],
  },
  client: {
    required: ['src/client/fluent.ts'],
    options: () => [
      {
        ...library,
        format: 'esm',
        splitting: true,
        outdir: 'dist/client',
        outExtension: { '.js': '.mjs' },
        plugins: [withoutAzure],
        banner: { js: requireInEsm },
        entryPoints: { ...library.entryPoints, openStore: 'src/stores/openStore.ts' },
      },
      {
        ...library,
        format: 'cjs',
        outdir: 'dist/client',
        outExtension: { '.js': '.cjs' },
        plugins: [storesAsModules],
      },
    ],
  },
  webview: {
    required: ['webview/metricHistories/main.ts', 'webview/runDiff/main.ts'],
    options: () => [
      {
        ...common,
        platform: 'browser',
        target: 'es2022',
        format: 'esm',
        entryPoints: panels(),
        outdir: 'dist/webview',
      },
    ],
  },
  test: {
    required: ['test/vscode/suite/index.ts'],
    options: () => [
      {
        ...node,
        minify: false,
        sourcesContent: true,
        format: 'cjs',
        external: ['vscode', 'mocha'],
        entryPoints: globSync('test/vscode/suite/{index,**/*.test}.ts', { cwd: root }),
        outbase: 'test/vscode/suite',
        outdir: 'dist/test',
      },
      {
        ...node,
        minify: false,
        format: 'cjs',
        external: ['vscode'],
        // With its manifest beside it.
        entryPoints: ['extension.ts', 'package.json'].map(file => `test/vscode/jupyter/${file}`),
        loader: { '.json': 'copy' },
        outdir: 'dist/test/jupyter',
      },
    ],
  },
};

/** The icon font and its sheet, which a webview links by URL. */
async function copyCodicons() {
  const target = path.join(root, 'dist/webview/codicons');
  await mkdir(target, { recursive: true });
  for (const file of ['codicon.css', 'codicon.ttf']) {
    await copyFile(
      path.join(root, 'node_modules/@vscode/codicons/dist', file),
      path.join(target, file),
    );
  }
}

/** The pseudo-terminal with its native part for this platform, where the program in dist/cli finds it. */
async function copyPseudoTerminal() {
  const owner = path.join(root, 'node_modules/@lydell');
  for (const name of ['node-pty', `node-pty-${process.platform}-${process.arch}`]) {
    const source = path.join(owner, name);
    // There is none for every platform; the program does without it then.
    if (existsSync(source)) {
      await cp(source, path.join(root, 'dist/node_modules/@lydell', name), { recursive: true });
    }
  }
}

/** What a script's own Python runs, see src/launch/python. */
async function copyPython() {
  await cp(path.join(root, 'src/launch/python'), path.join(root, 'dist/python'), {
    recursive: true,
    filter: file => !file.includes('__pycache__'),
  });
}

/** @param {string[]} names */
function chosenParts(names) {
  const chosen = [];
  for (const name of names) {
    const part = parts[name];
    if (!part) throw new Error(`There is no part ${name}; there are ${Object.keys(parts)}.`);
    const missing = part.required.filter(file => !existsSync(path.join(root, file)));
    if (missing.length > 0) throw new Error(`The build needs ${missing.join(', ')}.`);
    chosen.push(...part.options());
  }
  return chosen;
}

/** @param {esbuild.BuildOptions[]} builds */
async function buildOnce(builds) {
  const started = performance.now();
  const types = names.includes('client') ? writeClientTypes() : undefined;
  const results = await Promise.all(builds.map(build => esbuild.build(build)));
  const metafiles = results.flatMap(result => result.metafile ?? []);
  if (!options.only) await removeStale(metafiles);
  for (const line of metafiles.flatMap(sizes)) console.log(line);
  await types;
  const problems = metafiles.flatMap(problemsOf);
  for (const problem of problems) console.error(`build: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`build: done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/**
 * Removes what an earlier build left, after the new files are there: a process that runs from dist is disturbed least.
 * @param {esbuild.Metafile[]} metafiles
 */
async function removeStale(metafiles) {
  const fresh = new Set(metafiles.flatMap(metafile => Object.keys(metafile.outputs)));
  for (const file of globSync('dist/**/*.{js,mjs,cjs,css,map}', { cwd: root })) {
    const known = fresh.has(file.split(path.sep).join('/'));
    const isCopied = file.includes('codicons') || file.includes('node_modules');
    if (!known && !isCopied) await rm(path.join(root, file));
  }
}

/** @param {esbuild.Metafile} metafile */
function sizes(metafile) {
  return Object.entries(metafile.outputs)
    .filter(([file, output]) => output.entryPoint && !file.startsWith('dist/test'))
    .map(([file, output]) => `build: ${file} ${(output.bytes / 1000).toFixed(0)} kB`);
}

/** What `.vscode/tasks.json` reads: the errors of each build, and when a round of builds has ended. */
const announceBuilds = {
  name: 'announce-builds',
  /** @param {esbuild.PluginBuild} build */
  setup(build) {
    build.onStart(() => console.log('[watch] build started'));
    build.onEnd(result => {
      for (const { text, location } of result.errors)
        console.log(`${location?.file}:${location?.line}:${location?.column}: error: ${text}`);
    });
  },
};

/** @param {esbuild.BuildOptions[]} builds */
async function watch(builds) {
  const contexts = await Promise.all(
    builds.map(build =>
      esbuild.context({
        ...build,
        logLevel: 'silent',
        plugins: [...(build.plugins ?? []), announceBuilds],
      }),
    ),
  );
  // The first round is awaited as a whole; a failed one is told by its errors and built again on the next change.
  await Promise.allSettled(contexts.map(context => context.rebuild()));
  console.log('[watch] ready');
  for (const context of contexts) await context.watch();
}

const names = options.only?.split(',') ?? Object.keys(parts);
if (names.includes('webview')) await copyCodicons();
if (names.includes('cli')) await Promise.all([copyPseudoTerminal(), copyPython()]);
if (options.watch) await watch(chosenParts(names));
else await buildOnce(chosenParts(names));
