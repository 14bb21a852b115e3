import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { silentLogger } from '../../../src/base/logger';
import { FileStore } from '../../../src/stores/file/fileStore';
import { eventually } from './support/extension';
import { Suite } from './support/suite';

describe('Panels and the code of runs', () => {
  const suite = new Suite();
  let repository: string;
  let store: FileStore;
  let experimentId: string;
  let runIds: string[];

  before(async () => {
    repository = path.join(suite.folder, 'project');
    await mkdir(repository);
    await git('init', '-q', '-b', 'main', '.');
    await write('train.py', 'lr = 0.1\n');
    await write('model.py', 'depth = 2\n');
    const first = await commit();
    await write('train.py', 'lr = 0.2\n');
    const second = await commit();
    await write('model.py', 'depth = 3\n');
    const diff = await git('diff', 'HEAD');
    const root = path.join(suite.folder, 'mlruns');
    store = await FileStore.open(root, { logger: silentLogger });
    suite.atEnd(() => store.close());
    experimentId = await store.createExperiment({ name: 'code' });
    await suite.openStore(root);
    runIds = [
      await createRun('one', { 'mlflow.source.git.commit': first }),
      await createRun('two', {
        'mlflow.source.git.commit': second,
        'mlflow.source.git.dirty': 'true',
        // Cut, as the limit of tags does it to a long one; the artifact below is whole.
        'mlflow.source.git.diff': cut(diff),
      }),
    ];
    const { info } = await store.getRun(runIds[1] ?? '');
    const artifacts = path.join(info.artifactUri.replace(/^file:\/\//, ''), 'mlflow-tracker');
    await mkdir(artifacts, { recursive: true });
    await writeFile(path.join(artifacts, 'uncommitted.patch'), `${diff}\n`);
  });

  async function git(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('git', args, { cwd: repository });
    return stdout.trimEnd();
  }

  async function commit(): Promise<string> {
    await git('add', '-A');
    await git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'change');
    return git('rev-parse', 'HEAD');
  }

  /** As the wrapper does it with a patch that is longer than a tag may be. */
  const cut = (diff: string) =>
    `${diff.slice(0, diff.lastIndexOf('\n'))}\n[Cut here. The whole patch is an artifact.]`;

  const write = (name: string, text: string) => writeFile(path.join(repository, name), text);

  async function createRun(
    runName: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<string> {
    const { info } = await store.createRun({
      experimentId,
      runName,
      startTimeMs: Date.now(),
      tags: [
        { key: 'mlflow.source.name', value: path.join(repository, 'train.py') },
        ...Object.entries(tags).map(([key, value]) => ({ key, value })),
      ],
    });
    return info.runId;
  }

  const tabs = () => vscode.window.tabGroups.all.flatMap(group => group.tabs.map(tab => tab.label));

  function read(file: string, runId: string | undefined): Promise<string> {
    const uri = vscode.Uri.from({ scheme: 'mlflow-code', path: `/${file}`, query: runId ?? '' });
    return Promise.resolve(vscode.workspace.fs.readFile(uri)).then(bytes =>
      Buffer.from(bytes).toString(),
    );
  }

  it('opens one tab for one set of runs, and names it by them', async () => {
    const { panels } = suite.services;
    panels.openMetricHistories(runIds);
    await eventually('the charts', () => tabs().includes('Metrics: one ↔ two'));
    panels.openMetricHistories([...runIds].reverse());
    panels.openRunDiff(runIds);
    await eventually('the diff', () => tabs().includes('Run diff: one ↔ two'));
    assert.equal(tabs().filter(label => label.startsWith('Metrics')).length, 1);
  });

  it('shows the code as a run saw it, uncommitted changes included', async () => {
    const [one, two] = runIds;
    assert.equal(await read('train.py', one), 'lr = 0.1\n');
    assert.equal(await read('model.py', one), 'depth = 2\n');
    assert.equal(await read('train.py', two), 'lr = 0.2\n');
    assert.equal(await read('model.py', two), 'depth = 3\n');
  });

  it('shows the commit alone where only a cut patch was recorded', async () => {
    const runId = await createRun('cut', {
      'mlflow.source.git.commit': await git('rev-parse', 'HEAD'),
      'mlflow.source.git.diff': cut(await git('diff', 'HEAD')),
    });
    assert.equal(await read('model.py', runId), 'depth = 2\n');
  });

  it('says that a commit is not here, or was never recorded', async () => {
    const missing = await createRun('lost', { 'mlflow.source.git.commit': '9'.repeat(40) });
    await assert.rejects(
      read('train.py', missing),
      /Commit 9999999 of run lost is not in a repository/,
    );
    const none = await createRun('plain', {});
    await assert.rejects(read('train.py', none), /Run plain has no commit recorded/);
  });

  it('refuses to change it', async () => {
    const uri = vscode.Uri.from({
      scheme: 'mlflow-code',
      path: '/train.py',
      query: runIds[0] ?? '',
    });
    await assert.rejects(Promise.resolve(vscode.workspace.fs.writeFile(uri, new Uint8Array())));
  });
});
