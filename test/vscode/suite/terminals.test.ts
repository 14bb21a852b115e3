import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ExtensionInternals } from '../../../src/extension';
import { SETTINGS } from '../../../src/host/contributions';
import { activated, eventually, temporaryFolder, useStore } from './support/extension';

const PYTHON = path.join(process.env['TRACKER_PROJECT'] ?? '', 'examples/.venv/bin/python');

describe('integrated terminals', () => {
  let extension: ExtensionInternals;
  let store: Awaited<ReturnType<typeof temporaryFolder>>;
  let root: string;

  before(async () => {
    extension = await activated();
    store = await temporaryFolder();
    root = path.join(store.path, 'mlruns');
    mkdirSync(root);
    await useStore(extension, root);
  });

  after(async () => {
    vscode.window.terminals.forEach(terminal => terminal.dispose());
    await inject(undefined);
    await extension.services.settings.setTrackingUri('');
    await store[Symbol.asyncDispose]();
  });

  async function inject(value: boolean | undefined): Promise<void> {
    await vscode.workspace
      .getConfiguration()
      .update(SETTINGS.terminalInjectEnvironment, value, vscode.ConfigurationTarget.Workspace);
  }

  /** MLflow's variables of a new terminal. */
  async function variables(): Promise<string> {
    const file = path.join(store.path, 'env.txt');
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
      cwd: store.path,
    });
    terminal.sendText(`'${PYTHON}' -c '${code}'`);
    const client = await extension.services.getClient();
    await eventually('the run', async () => {
      const { items: experiments } = await client.searchExperiments({ maxResults: 10 });
      const shell = experiments.find(({ name }) => name === 'shell');
      const { items } = await client.searchRuns({ experimentIds: [shell?.experimentId ?? '0'] });
      return items.find(
        ({ info, data }) => info.status === 'FINISHED' && data.params[0]?.value === 'a terminal',
      );
    });
    assert.equal(existsSync(path.join(store.path, 'mlflow.db')), false);
  });

  it('are left alone when that is switched off, and follow the store', async () => {
    const line = `MLFLOW_TRACKING_URI=${root}\n`;
    assert.ok((await variables()).includes(line));
    await inject(false);
    await eventually('terminals without it', async () => !(await variables()).includes(line));
    await inject(undefined);
    await eventually('terminals with it', async () => (await variables()).includes(line));
    await useStore(extension, `sqlite:///${path.join(store.path, 'other.db')}`);
    const other = `MLFLOW_TRACKING_URI=sqlite:///${path.join(store.path, 'other.db')}\n`;
    await eventually('terminals of the other store', async () =>
      (await variables()).includes(other),
    );
    assert.ok(!(await variables()).includes('MLFLOW_ALLOW_FILE_STORE'));
  });
});
