import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../lib/paths.mjs';
import { runQuietly } from '../lib/progress.mjs';
import { Stamp } from './stamp.mjs';

const project = path.join(root, 'test/clients/java/pom.xml');
const target = path.join(root, '.test-env/java');

/** The jars of MLflow's Java client, as its project file names them. */
export const javaClient = {
  title: 'MLflow’s Java client',

  isDone() {
    return (
      stamp().isFresh() && readdirSync(target).some(name => /^mlflow-client-.*\.jar$/.test(name))
    );
  },

  async run() {
    await rm(target, { recursive: true, force: true });
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${target}`];
    await runQuietly('mvn', ['--batch-mode', '--quiet', '--file', project, ...goal]);
    if (!existsSync(target)) throw new Error(`Maven made no ${target}.`);
    stamp().write();
  },
};

function stamp() {
  return new Stamp(path.join(target, '.set-up'), [readFileSync(project, 'utf8')]);
}
