/**
 * Makes the machine ready, step by step; a step that is done is skipped. Runs on any Node from 20 on, before node_modules is
 * there: it may import nothing but Node's own modules.
 *
 *   node scripts/setUp.mjs [build] [track] [open] [test] [clients] [bench] [package]    what for; npm test's without an argument
 */
import { pathToFileURL } from 'node:url';
import { say } from './lib/progress.mjs';
import { browserVscode } from './setUp/browserVscode.mjs';
import { desktopVscode } from './setUp/desktopVscode.mjs';
import { javaClient } from './setUp/javaClient.mjs';
import { nodeModules } from './setUp/nodeModules.mjs';
import { olderNode } from './setUp/olderNode.mjs';
import { pythonEnvironment } from './setUp/pythonEnvironment.mjs';
import { pythonFolder } from './setUp/pythonFolder.mjs';
import { sideBySide } from './setUp/sideBySide.mjs';
import { systemPackages } from './setUp/systemPackages.mjs';
import { terminalParts } from './setUp/terminalParts.mjs';

/** @typedef {'build' | 'track' | 'open' | 'test' | 'clients' | 'bench' | 'package'} Purpose */
/** @typedef {{ title: string, isDone: () => boolean, run: () => Promise<void> }} Step */

const examples = pythonEnvironment({
  title: 'Python environment of the examples (MLflow, scikit-learn)',
  folder: 'examples/.venv',
  requirements: 'examples/requirements.txt',
  pins: 'scripts/setUp/python/examples',
});

const mlflow2 = pythonEnvironment({
  title: 'Python environment with MLflow 2',
  folder: '.test-env/mlflow-2.22.5',
  requirements: 'scripts/setUp/python/mlflow2.txt',
  pins: 'scripts/setUp/python/mlflow2',
});

const notebooks = pythonEnvironment({
  title: 'Python environment with a notebook kernel',
  folder: '.test-env/notebooks',
  requirements: 'scripts/setUp/python/notebooks.txt',
  pins: 'scripts/setUp/python/notebooks',
  imports: 'nbclient, ipykernel',
});

/** Beside the environments of MLflow, which all take it in: none of them needs it for itself. */
const pythonExtras = pythonFolder({
  title: 'Python drivers of PostgreSQL and MySQL, and psutil',
  folder: '.test-env/python-extras',
  requirements: 'scripts/setUp/python/extras.txt',
  has: 'pymysql',
});

const newestMlflow = pythonFolder({
  title: 'code of the newest MLflow',
  folder: '.test-env/mlflow-3.18.0',
  requirements: 'scripts/setUp/python/newestMlflow.txt',
  has: 'mlflow',
});

const fastTrackMl = pythonFolder({
  title: 'FastTrackML, which the bench compares with',
  folder: '.test-env/fasttrackml-0.6.0',
  requirements: 'scripts/setUp/python/fastTrackMl.txt',
  has: 'bin/fml',
});

const sqlParsers = pythonFolder({
  title: 'grammars of SQL Server',
  folder: '.test-env/sql-parsers',
  requirements: 'scripts/setUp/python/sqlParsers.txt',
  has: 'sqlfluff',
});

/** Of the years before; the packages of the first two have no builds for a newer Python. */
const olderMlflows = sideBySide('Python environments with older MLflows', [
  pythonEnvironment({
    title: 'MLflow 1.30.1',
    folder: '.test-env/mlflow-1.30.1',
    requirements: 'scripts/setUp/python/mlflow1.txt',
    pins: 'scripts/setUp/python/mlflow1',
    newestPython: 11,
  }),
  pythonEnvironment({
    title: 'MLflow 2.3.2',
    folder: '.test-env/mlflow-2.3.2',
    requirements: 'scripts/setUp/python/mlflow2.3.txt',
    pins: 'scripts/setUp/python/mlflow2.3',
    newestPython: 11,
  }),
  pythonEnvironment({
    title: 'MLflow 3.1.4',
    folder: '.test-env/mlflow-3.1.4',
    requirements: 'scripts/setUp/python/mlflow3.1.txt',
    pins: 'scripts/setUp/python/mlflow3.1',
  }),
]);

/**
 * What each purpose needs, in the order in which it is made.
 * @type {Record<Purpose, Step[]>}
 */
const steps = {
  build: [nodeModules],
  track: [systemPackages(['python']), nodeModules, examples],
  open: [systemPackages(['vscode']), desktopVscode, browserVscode],
  test: [
    systemPackages(['browser', 'vscode', 'database', 'java', 'r']),
    desktopVscode,
    browserVscode,
    mlflow2,
    notebooks,
    pythonExtras,
    newestMlflow,
    olderNode,
    sqlParsers,
    javaClient,
    terminalParts,
  ],
  bench: [systemPackages(['python', 'database']), nodeModules, examples, pythonExtras, fastTrackMl],
  clients: [olderMlflows],
  package: [nodeModules, terminalParts],
};

/** @param {Purpose[]} purposes */
export async function setUp(purposes) {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Error(`Node 20 or newer is needed and this is ${process.version}.`);
  for (const step of new Set(purposes.flatMap(purpose => steps[purpose]))) {
    if (step.isDone()) continue;
    const started = Date.now();
    say(`set-up:  ${step.title}`);
    await step.run();
    say(`         done in ${Math.round((Date.now() - started) / 1000)} s`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const purposes = /** @type {Purpose[]} */ (process.argv.slice(2));
  try {
    await setUp(purposes.length > 0 ? purposes : ['track', 'open', 'test']);
    say('set-up:  everything is there');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
