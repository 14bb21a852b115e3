import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { SETTINGS } from '../../../src/host/contributions';
import { eventually } from './support/extension';
import { Suite } from './support/suite';

const PYTHON = path.join(process.env['TRACKER_PROJECT'] ?? '', 'examples/.venv/bin/python');

describe('integrated terminals', () => {
  const suite = new Suite();
  let root: string;

  before(async () => {
    root = await suite.openFileStore();
  });

  /** MLflow's variables of a new terminal. */
  async function variables(): Promise<string> {
    const file = path.join(suite.folder, 'env.txt');
    rmSync(file, { force: true });
    const command = `env | grep ^MLFLOW_ | sort > '${file}.new'; mv '${file}.new' '${file}'`;
    const terminal = vscode.window.createTerminal({
      name: 'env',
      shellPath: '/bin/sh',
      shellArgs: ['-c', command],
    });
    await eventually('the variables', () => existsSync(file));
    terminal.dispose();
    return readFileSync(file, 'utf8');
  }

  it('log a plain python script to the store of the window', async () => {
    const code =
      'import mlflow; mlflow.set_experiment("shell"); mlflow.log_param("from", "a terminal")';
    const terminal = vscode.window.createTerminal({
      name: 'shell',
      shellPath: '/bin/sh',
      // A folder in which MLflow alone would make a store of its own.
      cwd: suite.folder,
    });
    terminal.sendText(`'${PYTHON}' -c '${code}'`);
    const client = await suite.services.getClient();
    await eventually('the run', async () => {
      const { items: experiments } = await client.searchExperiments({ maxResults: 10 });
      const shell = experiments.find(({ name }) => name === 'shell');
      const { items } = await client.searchRuns({ experimentIds: [shell?.experimentId ?? '0'] });
      return items.find(
        ({ info, data }) => info.status === 'FINISHED' && data.params[0]?.value === 'a terminal',
      );
    });
    assert.equal(existsSync(path.join(suite.folder, 'mlflow.db')), false);
  });

  it('have the command mlflow-tracker, without anything to install', async () => {
    const terminal = vscode.window.createTerminal({ name: 'command', shellPath: '/bin/sh' });
    terminal.sendText(
      `mlflow-tracker run --experiment typed -- '${PYTHON}' -c 'print("epoch 1: loss=0.5")'`,
    );
    const client = await suite.services.getClient();
    const run = await eventually('the run', async () => {
      const { items: experiments } = await client.searchExperiments({ maxResults: 10 });
      const typed = experiments.find(({ name }) => name === 'typed');
      const { items } = await client.searchRuns({ experimentIds: [typed?.experimentId ?? '0'] });
      return items.find(({ info }) => info.status === 'FINISHED' && typed !== undefined);
    });
    assert.deepEqual(
      run.data.metrics.filter(({ key }) => key === 'loss').map(({ value, step }) => [value, step]),
      [[0.5, 1]],
    );
  });

  it('are left alone when that is switched off, and follow the store', async () => {
    const line = `MLFLOW_TRACKING_URI=${root}\n`;
    assert.ok((await variables()).includes(line));
    await suite.set(SETTINGS.terminalInjectEnvironment, false);
    await eventually('terminals without it', async () => !(await variables()).includes(line));
    await suite.set(SETTINGS.terminalInjectEnvironment, undefined);
    await eventually('terminals with it', async () => (await variables()).includes(line));
    await suite.openStore(`sqlite:///${path.join(suite.folder, 'other.db')}`);
    const other = `MLFLOW_TRACKING_URI=sqlite:///${path.join(suite.folder, 'other.db')}\n`;
    await eventually('terminals of the other store', async () =>
      (await variables()).includes(other),
    );
    assert.ok(!(await variables()).includes('MLFLOW_ALLOW_FILE_STORE'));
  });
});
