import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { GitRepository } from './gitRepository';
import type { Running } from './workbench';
import { artifact, paramsOf, PYTHON, tagsOf, until, Workbench } from './workbench';

const FLUENT = [
  'import mlflow',
  'with mlflow.start_run():',
  '    mlflow.log_param("lr", 0.1)',
  '    for step in range(3):',
  '        mlflow.log_metric("loss", 1 / (step + 1), step=step)',
];

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

describe('a script that does not know MLflow', () => {
  test('is one run with status, duration and console log', async () => {
    const bench = await Workbench.create();
    const ended = await bench.track(
      ['import sys', 'print("to stdout")', 'print("to stderr", file=sys.stderr)', 'sys.exit(3)'],
      ['--param', 'lr=1', '--tag', 'a=b', '--run-name', 'plain', '--experiment', 'e'],
    );
    expect(ended).toMatchObject({ code: 3, stdout: 'to stdout\n', stderr: 'to stderr\n' });
    const run = await bench.run();
    expect(run.info).toMatchObject({ status: 'FAILED', runName: 'plain' });
    expect(Number(run.info.endTimeMs)).toBeGreaterThanOrEqual(Number(run.info.startTimeMs));
    expect(await bench.experimentOf(run)).toBe('e');
    expect(paramsOf(run)).toEqual({ lr: '1' });
    expect(tagsOf(run)).toMatchObject({ a: 'b', 'mlflow.source.name': 'train.py' });
    const log = await artifact(run, 'mlflow-tracker/console.log');
    const lines = log.split('\n').map(line => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''));
    expect(lines.sort()).toEqual(['', '! to stderr', 'to stdout']);
  });

  test('gets its run at the end when it says nothing', async () => {
    const bench = await Workbench.create();
    expect(await bench.track([])).toMatchObject({ code: 0 });
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test('has its command line as params and its printed numbers as metrics', async () => {
    const bench = await Workbench.create();
    bench.write('run.yaml', ['optimizer:', '  lr: 0.5', 'seed: 7', 'api_key: hidden']);
    bench.write('train.py', [
      'for epoch in range(3): print(f"epoch {epoch}: loss={1 / (epoch + 1)}")',
      'print("rmse is 1.5 at 9", flush=True)',
    ]);
    const options = [
      '--param',
      'lr=given',
      '--metric-pattern',
      'rmse is (?<rmse>\\S+) at (?<step>\\d+)',
    ];
    const command = [
      PYTHON,
      'train.py',
      '--config',
      'run.yaml',
      '--lr',
      '1e-3',
      'seed=8',
      '--hf-token=t',
    ];
    const running = bench.start(command, options);
    running.child.stdin?.end();
    expect(await running.ended).toMatchObject({ code: 0 });
    const run = await bench.run();
    expect(paramsOf(run)).toEqual({
      'optimizer.lr': '0.5',
      api_key: '***',
      config: 'run.yaml',
      hf_token: '***',
      lr: 'given',
      seed: '8',
    });
    expect(tagsOf(run)['tracker.command']).toMatch(/ --hf-token=\*\*\*$/);
    const history = await bench.withStore(store =>
      store.getMetricHistory({ runId: run.info.runId, metricKey: 'loss' }),
    );
    expect(history.items.map(({ step, value }) => [step, value])).toEqual([
      [0, 1],
      [1, 0.5],
      [2, 1 / 3],
    ]);
    expect(run.data.metrics.find(({ key }) => key === 'rmse')).toMatchObject({
      value: 1.5,
      step: 9,
    });
  });

  test('loses nothing else for a printed key that its store refuses', async () => {
    const bench = await Workbench.create();
    const ended = await bench.track([
      'print("epoch 1: loss=0.5")',
      'print("epoch 1: loss/train=0.25 acc=0.75")',
    ]);
    expect(ended.stderr).toMatch(
      /^warning: Cannot log the metrics of the output: .*loss\/train.*\n$/,
    );
    const { data } = await bench.run();
    expect(data.metrics.map(({ key, value }) => [key, value])).toEqual([
      ['acc', 0.75],
      ['loss', 0.5],
    ]);
  });

  test('is logged by autolog without a line of code, beside a sitecustomize of its own', async () => {
    const bench = await Workbench.create();
    bench.write('sitecustomize.py', ['import os', 'os.environ["OWN_SITECUSTOMIZE"] = "ran"']);
    bench.write('train.py', [
      'import os, subprocess, sys',
      'from sklearn.linear_model import LogisticRegression',
      'LogisticRegression(C=0.5).fit([[0.0], [1.0]], [0, 1])',
      "code = \"import os, sys; print(os.environ.get('PYTHONPATH'), 'mlflow' in sys.modules)\"",
      'print(os.environ["OWN_SITECUSTOMIZE"], sys.argv, flush=True)',
      'subprocess.run([sys.executable, "-c", code])',
    ]);
    const running = bench.start([PYTHON, 'train.py', '--x'], ['--autolog'], {
      PYTHONPATH: bench.folder,
    });
    running.child.stdin?.end();
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toContain("ran ['train.py', '--x']");
    expect(stdout).toContain(`${bench.folder} False`);
    const run = await bench.run();
    expect(paramsOf(run)).toMatchObject({ C: '0.5' });
    expect(run.data.metrics.map(({ key }) => key)).toContain('training_score');
  });

  test('is left alone by autolog where there is no MLflow', async () => {
    const bench = await Workbench.create();
    const running = bench.start(['python3', '-c', 'print("plain")'], ['--autolog']);
    running.child.stdin?.end();
    expect(await running.ended).toMatchObject({ code: 0, stdout: 'plain\n', stderr: '' });
  });

  test('has neither where that is switched off', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', ['print("epoch 1: loss=1")']);
    const options = ['--no-capture-params', '--no-capture-metrics'];
    const running = bench.start([PYTHON, 'train.py', '--lr', '1'], options);
    running.child.stdin?.end();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect((await bench.run()).data).toMatchObject({ params: [], metrics: [] });
  });

  test('shows from its first output on', async () => {
    const bench = await Workbench.create();
    bench.write('train.py', ['print("ready", flush=True)', 'input()']);
    const running = bench.start([PYTHON, 'train.py']);
    await until(async () => (await bench.runs()).length === 1);
    expect((await bench.run()).info.status).toBe('RUNNING');
    running.child.stdin?.end('\n');
    await running.ended;
    expect((await bench.run()).info.status).toBe('FINISHED');
  });

  test('may be any program: input, output and exit code pass through untouched', async () => {
    const bench = await Workbench.create();
    const running = bench.start(['sh', '-c', 'cat; exit 5']);
    const bytes = 'é\u0000\r\n'.repeat(200_000);
    running.child.stdin?.end(bytes);
    const ended = await running.ended;
    expect(ended.code).toBe(5);
    expect(ended.stdout === bytes).toBe(true);
    expect((await bench.run()).info.status).toBe('FAILED');
  });
});

describe('a script that uses MLflow in a module of its own, after its first output', () => {
  const SCRIPT = ['print("hello", flush=True)', 'import time; time.sleep(1)', 'import helper'];

  test('takes over the run that was made for it', async () => {
    const bench = await Workbench.create();
    bench.write('helper.py', [
      'import mlflow',
      'with mlflow.start_run(run_name="mine", tags={"k": "v"}):',
      '    mlflow.log_metric("m", 1)',
    ]);
    expect(await bench.track(SCRIPT, ['--tag', 'k=cli'])).toMatchObject({ code: 0 });
    const run = await bench.run();
    expect(run.info).toMatchObject({ runName: 'mine', status: 'FINISHED' });
    expect(run.data.metrics).toMatchObject([{ key: 'm', value: 1 }]);
    expect(tagsOf(run)).toMatchObject({ k: 'v' });
  });

  test('in an experiment of its own leaves nothing behind in the other', async () => {
    const bench = await Workbench.create();
    bench.write('helper.py', [
      'import mlflow',
      'mlflow.set_experiment("other")',
      'with mlflow.start_run():',
      '    mlflow.log_metric("m", 1)',
    ]);
    expect(await bench.track(SCRIPT)).toMatchObject({ code: 0 });
    const runs = await bench.runs('ACTIVE_ONLY');
    expect(runs).toHaveLength(1);
    expect(runs[0]?.info.status).toBe('FINISHED');
    expect(runs[0] && (await bench.experimentOf(runs[0]))).toBe('other');
  });
});

describe('what cannot work is said plainly', () => {
  test('wrong usage: exit code 2, nothing is made', async () => {
    const bench = await Workbench.create();
    const ended = await bench.start(['x'], ['--param', 'novalue']).ended;
    expect(ended.code).toBe(2);
    expect(ended.stderr).toBe(
      '--param takes KEY=VALUE, and "novalue" is not that. See mlflow-tracker run --help.\n',
    );
    const missing = await bench.startRaw(['run']).ended;
    expect(missing).toMatchObject({ code: 2, stdout: '' });
  });

  test('a command that does not exist: 127 and no run', async () => {
    const bench = await Workbench.create();
    const ended = await bench.start(['no-such-command']).ended;
    expect(ended.code).toBe(127);
    expect(ended.stderr).toContain('Cannot start no-such-command: there is no such command.');
    expect(await bench.runs()).toEqual([]);
  });

  test('a store that is not there: the script is not started', async () => {
    const bench = await Workbench.create('http://127.0.0.1:9');
    const ended = await bench.track(['print("started")']);
    expect(ended.code).not.toBe(0);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain('127.0.0.1:9');
  });

  test('a deleted experiment takes no runs', async () => {
    const bench = await Workbench.create();
    await bench.track(FLUENT, ['--experiment', 'gone']);
    const { experimentId } = (await bench.run()).info;
    await bench.withStore(store => store.deleteExperiment(experimentId));
    const ended = await bench.track(['print("started")'], ['--experiment', 'gone']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('The experiment gone is deleted');
  });
});
