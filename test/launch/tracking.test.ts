import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { FLUENT } from './fluentScript';
import { GitRepository } from './gitRepository';
import type { Running } from './workbench';
import { artifact, paramsOf, PYTHON, tagsOf, Workbench } from './workbench';

/** Serves a SQLite file over HTTP, as a colleague's server would be. */
async function remoteServer(bench: Workbench): Promise<{ url: string; server: Running }> {
  const uri = `sqlite:///${path.join(bench.folder, 'remote.db')}`;
  const server = bench.startRaw(['server', '--tracking-uri', uri, '--port', '0'], {
    MLFLOW_TRACKING_URI: '',
  });
  await server.says('\n');
  return { url: server.stdout.trim().replace('listening on ', ''), server };
}

describe('a script that logs with MLflow', () => {
  test.each(['a file store', 'a SQLite file', 'a tracking server'])(
    'is one finished run in %s',
    async kind => {
      const local = await Workbench.create();
      const remote = kind === 'a tracking server' ? await remoteServer(local) : undefined;
      try {
        const bench = remote
          ? await Workbench.create(remote.url)
          : kind === 'a SQLite file'
            ? await Workbench.create('sqlite:///store.db')
            : local;
        const ended = await bench.track(FLUENT, ['--tag', 'who=me', '--param', 'note=x']);
        expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
        const run = await bench.run();
        expect(run.info.status).toBe('FINISHED');
        expect(paramsOf(run)).toEqual({ lr: '0.1', note: 'x' });
        expect(run.data.metrics).toMatchObject([{ key: 'loss', step: 2 }]);
        expect(tagsOf(run)).toMatchObject({
          'mlflow.source.name': 'train.py',
          'mlflow.source.type': 'LOCAL',
          'tracker.command': `${PYTHON} train.py`,
          who: 'me',
        });
        expect(await bench.experimentOf(run)).toBe(path.basename(bench.folder));
      } finally {
        remote?.server.child.kill();
        await remote?.server.ended;
      }
    },
  );

  test('wins with its experiment, names, tags and params', async () => {
    const bench = await Workbench.create();
    const ended = await bench.track(
      [
        'import mlflow',
        'mlflow.set_experiment("its own")',
        'with mlflow.start_run(run_name="its name", tags={"a": "script", "mlflow.source.name": "other"}):',
        '    mlflow.set_tag("b", "script")',
        '    mlflow.log_param("p", "script")',
      ],
      ['--run-name', 'n', '--tag', 'a=cli', '--tag', 'b=cli', '--tag', 'c=cli'].concat(
        ['--param', 'p=cli', '--param', 'q=cli'],
        ['--experiment', 'unused'],
      ),
      // What a shell may have left over from other work must not get in the way.
      { MLFLOW_RUN_ID: 'f'.repeat(32), MLFLOW_EXPERIMENT_ID: '99', MLFLOW_TRACKING_USERNAME: 'u' },
    );
    expect(ended).toMatchObject({ code: 0 });
    const run = await bench.run();
    expect(await bench.experimentOf(run)).toBe('its own');
    expect(run.info.runName).toBe('its name');
    expect(tagsOf(run)).toMatchObject({
      a: 'script',
      b: 'script',
      c: 'cli',
      'mlflow.source.name': 'other',
    });
    expect(paramsOf(run)).toEqual({ p: 'script', q: 'cli' });
    expect((await bench.experiments()).map(({ name }) => name)).not.toContain('unused');
  });

  test('gets the name and experiment of the command line where it has none', async () => {
    const bench = await Workbench.create();
    await bench.track(FLUENT, ['--run-name', 'first try', '--experiment', 'digits']);
    const run = await bench.run();
    expect(run.info.runName).toBe('first try');
    expect(await bench.experimentOf(run)).toBe('digits');
  });

  test('logs its own params and metrics: what it prints and was told adds only the others', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', [
      'import mlflow',
      'mlflow.log_param("lr", 0.25)',
      'mlflow.log_metric("loss", 0.125, step=1)',
      'print("epoch 1: loss=99 acc=0.75")',
    ]);
    const running = bench.start([PYTHON, 'train.py', '--lr', '1/4', '--depth', '3']);
    running.child.stdin?.end();
    expect(await running.ended).toMatchObject({ code: 0 });
    const run = await bench.run();
    expect(paramsOf(run)).toEqual({ lr: '0.25', depth: '3' });
    const values = run.data.metrics.map(({ key, value }) => [key, value]);
    expect(Object.fromEntries(values)).toEqual({ loss: 0.125, acc: 0.75 });
  });

  test('has children below the tracked run, all with their context', async () => {
    const bench = await Workbench.create();
    const repo = new GitRepository(bench.folder);
    repo.write('.gitignore', 'mlruns/\n');
    bench.write('train.py', [
      'import mlflow',
      'with mlflow.start_run():',
      '    for i in range(2):',
      '        with mlflow.start_run(nested=True):',
      '            mlflow.log_metric("i", i)',
    ]);
    const commit = repo.commitAll();
    expect(
      await bench.start([PYTHON, 'train.py'], ['--tag', 'who=me', '--param', 'p=1']).ended,
    ).toMatchObject({ code: 0 });
    const runs = await bench.runs();
    const parent = runs.find(run => tagsOf(run)['mlflow.parentRunId'] === undefined);
    const children = runs.filter(run => run !== parent);
    expect(runs.map(run => run.info.status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
    expect(children.map(run => tagsOf(run)['mlflow.parentRunId'])).toEqual([
      parent?.info.runId,
      parent?.info.runId,
    ]);
    expect(runs.map(run => tagsOf(run)['mlflow.source.git.commit'])).toEqual([
      commit,
      commit,
      commit,
    ]);
    expect(runs.map(run => tagsOf(run)['mlflow.source.git.dirty'])).toEqual(Array(3).fill('false'));
    expect(runs.filter(run => tagsOf(run)['who'] === 'me')).toEqual([parent]);
    expect(runs.filter(run => paramsOf(run)['p'] === '1')).toEqual([parent]);
  });

  test('records uncommitted changes: the beginning as a tag, the whole as an artifact', async () => {
    const bench = await Workbench.create();
    const repo = new GitRepository(bench.folder);
    repo.git('remote', 'add', 'origin', 'https://me:secret@example.com/repo.git');
    repo.write('.gitignore', 'mlruns/\n');
    repo.write('model.py', 'old = 1\n');
    bench.write('train.py', FLUENT);
    const commit = repo.commitAll();
    repo.write('model.py', 'new = 1\n'.repeat(3_000));
    await bench.start([PYTHON, 'train.py']).ended;
    const run = await bench.run();
    const tags = tagsOf(run);
    expect(tags).toMatchObject({
      'mlflow.source.git.commit': commit,
      'mlflow.source.git.branch': 'main',
      'mlflow.source.git.repoURL': 'https://example.com/repo.git',
      'mlflow.source.git.dirty': 'true',
      'tracker.source.path': 'train.py',
    });
    const diff = tags['mlflow.source.git.diff'] ?? '';
    expect(diff.length).toBeLessThanOrEqual(8_000);
    expect(diff).toMatch(/\+new = 1\n\[Cut here\. .*uncommitted\.patch\.\]$/);
    const patch = await artifact(run, 'mlflow-tracker/uncommitted.patch');
    expect(patch.split('\n').filter(line => line === '+new = 1')).toHaveLength(3_000);
  });

  test('shows while it runs', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', [
      'import mlflow',
      'with mlflow.start_run():',
      '    mlflow.log_metric("loss", 1)',
      '    print("ready", flush=True)',
      '    input()',
    ]);
    const running = bench.start([PYTHON, 'train.py']);
    await running.says('ready');
    expect((await bench.run()).info.status).toBe('RUNNING');
    running.child.stdin?.end('\n');
    expect((await running.ended).code).toBe(0);
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test('may run several times at once', async () => {
    const bench = await Workbench.create('sqlite:///store.db');
    bench.write('train.py', FLUENT);
    const ended = await Promise.all(
      [1, 2, 3].map(n => bench.start([PYTHON, 'train.py'], ['--tag', `n=${n}`]).ended),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    const runs = await bench.runs();
    expect(runs.map(run => tagsOf(run)['n']).sort()).toEqual(['1', '2', '3']);
    expect(runs.map(run => run.info.status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
  });

  test('that resumes an earlier run gets no second one', async () => {
    const bench = await Workbench.create();
    await bench.track(FLUENT);
    const { runId } = (await bench.run()).info;
    const ended = await bench.track([
      'import mlflow',
      `mlflow.start_run(run_id="${runId}")`,
      'mlflow.log_metric("again", 1)',
      'raise ValueError("no")',
    ]);
    expect(ended.code).toBe(1);
    const run = await bench.run();
    expect(run.info).toMatchObject({ runId, status: 'FAILED' });
  });
});
