import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger';
import { KernelDesk } from '../../src/host/notebook/kernelDesk';
import { NotebookContext } from '../../src/host/notebook/notebookContext';
import { preparationCode } from '../../src/host/notebook/preparationCode';
import type { MlflowEnvironment } from '../clients/mlflowEnvironments';
import { GitRepository, PLAIN_GIT_ENV } from './gitRepository';
import { packagesOf, RealKernel } from './realKernel';
import { tagsOf, until, Workbench } from './workbench';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const PACKAGE = path.join(PROJECT, 'dist/python/kernel');

const KERNEL_ENVIRONMENT = path.join(PROJECT, '.test-env/notebooks');

/** Cells of an open notebook in a real kernel with a real MLflow, prepared as the extension does it. */
export function describeNotebookCells({ version, python, pythonPath }: MlflowEnvironment): void {
  const packages = packagesOf(path.dirname(path.dirname(python)));
  const isOfKernel = pythonOf(packages) === pythonOf(packagesOf(KERNEL_ENVIRONMENT));
  // The oldest have no packages for the newest Python, which the kernel may have.
  describe.skipIf(!isOfKernel)(`in a kernel with MLflow ${version}`, () => {
    let bench: Workbench;
    let desk: KernelDesk;
    let kernel: RealKernel;
    let notebook: string;

    beforeEach(async () => {
      bench = await Workbench.create();
      mkdirSync(path.join(bench.folder, 'work'));
      notebook = bench.write('work/study.ipynb', '{}');
      desk = new KernelDesk(silentLogger);
    });
    afterEach(async () => {
      desk.dispose();
      await kernel[Symbol.asyncDispose]();
    });

    function start(env: NodeJS.ProcessEnv = { MLFLOW_TRACKING_URI: bench.trackingUri }): void {
      kernel = new RealKernel({
        project: PROJECT,
        cwd: path.join(bench.folder, 'work'),
        env: {
          ...PLAIN_GIT_ENV,
          PYTHONPATH: [...(pythonPath === undefined ? [] : [pythonPath]), packages].join(
            path.delimiter,
          ),
          MLFLOW_DISABLE_TELEMETRY: 'true',
          MLFLOW_ALLOW_FILE_STORE: 'true',
          ...env,
        },
      });
    }

    function contextOf(variables: Readonly<Record<string, string>> = {}): NotebookContext {
      return new NotebookContext({
        file: notebook,
        variables: () => Promise.resolve(variables),
        env: PLAIN_GIT_ENV,
        logger: silentLogger,
      });
    }

    /** @returns what the kernel said to it */
    async function prepare(context: NotebookContext): Promise<string> {
      const place = await desk.open(context.answer);
      const code = preparationCode({ packageFolder: PACKAGE, notebook, place });
      const said: string[] = [];
      await kernel.run(code, {
        history: false,
        tell: message => said.push(JSON.stringify(message)),
      });
      return said.join('\n');
    }

    /** Runs a cell, which must not fail. MLflow may say things, but nothing of us. */
    async function cell(...lines: string[]): Promise<void> {
      expect(await kernel.text([...lines, 'None'].join('\n'))).not.toMatch(
        /mlflow_tracker|Encountered|Failure/,
      );
    }

    async function tagsOfRun(name: string): Promise<Readonly<Record<string, string>>> {
      const run = (await bench.runs()).find(({ info }) => info.runName === name);
      expect(run, `a run named ${name}`).toBeDefined();
      return run ? tagsOf(run) : {};
    }

    test('runs get the name of the notebook and the git state of their start', async () => {
      const repository = new GitRepository(bench.folder);
      repository.write('.gitignore', 'mlruns/\n');
      repository.git('remote', 'add', 'origin', 'https://me:secret@example.com/a/b.git');
      const first = repository.commitAll();
      start();
      expect(await prepare(contextOf())).toBe('');
      await cell('import mlflow', 'with mlflow.start_run(run_name="clean"): pass');
      const clean = {
        'mlflow.source.name': notebook,
        'mlflow.source.type': 'NOTEBOOK',
        'mlflow.source.git.commit': first,
        'mlflow.source.git.branch': 'main',
        'mlflow.source.git.repoURL': 'https://example.com/a/b.git',
        'mlflow.source.git.dirty': 'false',
        'tracker.source.path': 'work/study.ipynb',
      };
      expect(await tagsOfRun('clean')).toMatchObject(clean);
      repository.git('checkout', '--quiet', '-b', 'other');
      repository.write('model.py', 'x = 1\n');
      const second = repository.commitAll();
      repository.write('model.py', 'x = 2\n');
      await cell('with mlflow.start_run(run_name="changed"): pass');
      expect(await tagsOfRun('changed')).toMatchObject({
        ...clean,
        'mlflow.source.git.commit': second,
        'mlflow.source.git.branch': 'other',
        'mlflow.source.git.dirty': 'true',
        'mlflow.source.git.diff': expect.stringMatching(/\n-x = 1\n\+x = 2\n?$/) as string,
      });
      // Cut, it could be applied and be wrong; and a longer one ends the cell.
      repository.write('model.py', 'x = 3\n'.repeat(2_000));
      await cell('with mlflow.start_run(run_name="long"): pass');
      const long = await tagsOfRun('long');
      expect(long).toMatchObject({
        ...clean,
        'mlflow.source.git.commit': second,
        'mlflow.source.git.branch': 'other',
        'mlflow.source.git.dirty': 'true',
      });
      expect(long).not.toHaveProperty('mlflow.source.git.diff');
    });

    test('what the person sets wins', async () => {
      new GitRepository(bench.folder).commitAll();
      start({
        MLFLOW_TRACKING_URI: bench.trackingUri,
        MLFLOW_RUN_CONTEXT: '{"mlflow.source.git.branch": "by variable"}',
      });
      await prepare(contextOf());
      await cell(
        'import mlflow',
        'own = {"mlflow.source.name": "mine", "mlflow.source.git.commit": "c0ffee"}',
        'with mlflow.start_run(run_name="own", tags=own): pass',
      );
      expect(await tagsOfRun('own')).toMatchObject({
        'mlflow.source.name': 'mine',
        'mlflow.source.git.commit': 'c0ffee',
        'mlflow.source.git.branch': 'by variable',
        'mlflow.source.type': 'NOTEBOOK',
      });
    });

    test('a kernel in which MLflow was at work stays with its store, and its last run is told', async () => {
      const repository = new GitRepository(bench.folder);
      repository.write('.gitignore', 'mlruns/\n*.db\n');
      const commit = repository.commitAll();
      const context = contextOf({ MLFLOW_TRACKING_URI: path.join(bench.folder, 'elsewhere') });
      await context.answer();
      context.begin();
      start({});
      await cell(
        'import mlflow',
        `mlflow.set_tracking_uri(${JSON.stringify(bench.trackingUri)})`,
        'with mlflow.start_run(run_name="earlier"): mlflow.log_metric("loss", 1)',
      );
      await prepare(context);
      await until(async () => 'mlflow.source.git.commit' in (await tagsOfRun('earlier')));
      expect(await tagsOfRun('earlier')).toMatchObject({
        'mlflow.source.name': notebook,
        'mlflow.source.type': 'NOTEBOOK',
        'mlflow.source.git.commit': commit,
      });
      await cell('with mlflow.start_run(run_name="later"): mlflow.log_metric("loss", 1)');
      expect(await tagsOfRun('later')).toMatchObject({
        'mlflow.source.name': notebook,
        'mlflow.source.git.commit': commit,
      });
      expect(
        await kernel.text('import os; print(os.environ.get("MLFLOW_TRACKING_URI"))'),
      ).not.toContain('elsewhere');
    });

    test("the store's variables are set where MLflow has none", async () => {
      start({ MLFLOW_TRACKING_USERNAME: 'me' });
      await prepare(
        contextOf({
          MLFLOW_TRACKING_URI: bench.trackingUri,
          MLFLOW_TRACKING_USERNAME: 'you',
          MLFLOW_TRACKING_PASSWORD: 'secret',
        }),
      );
      await cell('import mlflow, os', 'with mlflow.start_run(run_name="here"): pass');
      expect(await tagsOfRun('here')).toMatchObject({ 'mlflow.source.name': notebook });
      expect(
        await kernel.text(
          'print([os.environ["MLFLOW_TRACKING_" + n] for n in ("USERNAME", "PASSWORD")])',
        ),
      ).toBe("['me', 'secret']\n");
      await kernel.restart();
      await cell('import os', 'os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///mine.db"');
      await prepare(
        contextOf({ MLFLOW_TRACKING_URI: bench.trackingUri, MLFLOW_TRACKING_PASSWORD: 'secret' }),
      );
      expect(
        await kernel.text(
          'print(os.environ["MLFLOW_TRACKING_URI"], "MLFLOW_TRACKING_PASSWORD" in os.environ)',
        ),
      ).toBe('sqlite:///mine.db False\n');
      await kernel.restart();
      // In MLflow's own default store, whose experiment is not in ours.
      await cell('import mlflow', 'mlflow.set_experiment("mine")');
      await prepare(contextOf({ MLFLOW_TRACKING_URI: bench.trackingUri }));
      await cell('with mlflow.start_run(): mlflow.log_metric("loss", 1)');
    });

    test('no cell notices: outside a repository, without an answer, and nothing is left in the notebook', async () => {
      start();
      await cell('before = set(dir())');
      await prepare(contextOf());
      expect(
        await kernel.text('print([name for name in set(dir()) - before if name[0] != "_"])'),
      ).toBe("['before']\n");
      expect(await kernel.text('print([text for text in In[:-1] if "prepare(" in text])')).toBe(
        '[]\n',
      );
      await cell('import mlflow', 'with mlflow.start_run(run_name="alone"): pass');
      const alone = await tagsOfRun('alone');
      expect(alone).toMatchObject({
        'mlflow.source.name': notebook,
        'mlflow.source.type': 'NOTEBOOK',
      });
      expect(alone).not.toHaveProperty('mlflow.source.git.dirty');
      desk.dispose();
      await cell('with mlflow.start_run(run_name="window closed"): pass');
      expect(await tagsOfRun('window closed')).toMatchObject({ 'mlflow.source.name': notebook });
    });
  });
}

/** `python3.11` */
function pythonOf(packages: string): string {
  return path.basename(path.dirname(packages));
}
