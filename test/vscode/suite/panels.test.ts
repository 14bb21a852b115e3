import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { ExtensionInternals } from '../../../src/extension';
import { activated, eventually, temporaryFolder, useStore } from './support/extension';

describe('Panels and the code of runs', () => {
  let extension: ExtensionInternals;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let repository: string;
  let experimentId: string;
  let runIds: string[];

  before(async () => {
    extension = await activated();
    folder = await temporaryFolder();
    repository = path.join(folder.path, 'project');
    await mkdir(repository);
    await git('init', '-q', '-b', 'main', '.');
    await write('train.py', 'lr = 0.1\n');
    await write('model.py', 'depth = 2\n');
    const first = await commit();
    await write('train.py', 'lr = 0.2\n');
    const second = await commit();
    await write('model.py', 'depth = 3\n');
    const diff = await git('diff', 'HEAD');
    const store = path.join(folder.path, 'mlruns');
    await mkdir(store);
    await useStore(extension, store);
    const client = await extension.services.getClient();
    experimentId = await client.createExperiment({ name: 'code' });
    runIds = [
      await createRun('one', { 'mlflow.source.git.commit': first }),
      await createRun('two', {
        'mlflow.source.git.commit': second,
        'mlflow.source.git.dirty': 'true',
        'mlflow.source.git.diff': diff,
      }),
    ];
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await extension.services.settings.setTrackingUri('');
    await folder[Symbol.asyncDispose]();
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

  const write = (name: string, text: string) => writeFile(path.join(repository, name), text);

  async function createRun(
    runName: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<string> {
    const client = await extension.services.getClient();
    const { info } = await client.createRun({
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
    const { panels } = extension.services;
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
