/**
 * `npm start`: sets up what is needed, builds, tracks one real training script, prints what was recorded, and opens VS Code
 * with the extension on `examples/`. `npm start -- --no-open` stops before the window.
 *
 * Starts on any Node from 20 on; what it builds and runs uses the project's own.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectNode, root } from './lib/paths.mjs';
import { runVisibly, say } from './lib/progress.mjs';
import { projectEnvironment } from './setUp/environment.mjs';
import { setUp } from './setUp.mjs';
import { openVscode } from './start/openVscode.mjs';
import { printLatestRun } from './start/printLatestRun.mjs';

const { values: options } = parseArgs({
  options: { 'no-open': { type: 'boolean', default: false } },
});
const examples = path.join(root, 'examples');
const python = path.join(
  examples,
  process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python',
);

async function main() {
  await setUp(['track']);
  await projectProgram(root, 'scripts/build.mjs');
  say('\nTracking examples/train_softmax.py: mlflow-tracker run -- python train_softmax.py\n');
  await projectProgram(examples, 'dist/cli.js', 'run', '--', python, 'train_softmax.py');
  await printLatestRun(examples);
  if (!options['no-open']) await openVscode(examples);
}

/**
 * Runs one of the project's programs on this terminal, under the project's Node.
 * @param {string} cwd @param {string} program relative to the project @param {string[]} args
 */
async function projectProgram(cwd, program, ...args) {
  const env = projectEnvironment();
  const code = await runVisibly(projectNode, [path.join(root, program), ...args], { cwd, env });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with code ${code}.`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
