import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

import { expect, it } from 'vitest';

import { inTemporaryFolder } from './temporaryFolder';

const program = join(import.meta.dirname, '../../dist/cli.js');

interface Run {
  readonly url: string;
  /** Everything on stderr, once it has ended. */
  stop(): Promise<string>;
}

/** The built command line as a user starts it. */
async function startServer(
  folder: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const child = spawn(process.execPath, [program, 'server', '--port', '0', ...argv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const words = text(child.stderr);
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([first]) => String(first)),
    exited.then(async () => Promise.reject(new Error(await words))),
  ]);
  return {
    url: line.replace('listening on ', ''),
    async stop() {
      child.kill('SIGTERM');
      await exited;
      return words;
    },
  };
}

function post(url: string, path: string, body: object, headers: Record<string, string> = {}) {
  return fetch(`${url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

it('starts with the options and variables of mlflow server', () =>
  inTemporaryFolder(async folder => {
    const server = await startServer(
      folder,
      ['--backend-store-uri', 'sqlite:///a.db', '--default-artifact-root', './kept', '-w', '4'],
      { MLFLOW_ARTIFACTS_DESTINATION: './destination', MLFLOW_SERVER_ALLOWED_HOSTS: '*.lan' },
    );
    const created = await post(server.url, 'experiments/create', { name: 'e' });
    const { experiment_id: id } = (await created.json()) as { experiment_id: string };
    const got = await fetch(`${server.url}/api/2.0/mlflow/experiments/get?experiment_id=${id}`);
    const { experiment } = (await got.json()) as { experiment: { artifact_location: string } };
    expect(experiment.artifact_location).toMatch(/kept\/1$/);
    const proxy = `${server.url}/api/2.0/mlflow-artifacts/artifacts/a.txt`;
    expect((await fetch(proxy, { method: 'PUT', body: 'x' })).status).toBe(200);
    expect(existsSync(join(folder, 'destination/a.txt'))).toBe(true);
    expect(await server.stop()).toBe(
      'warning: --workers is ignored: this server is one process and needs no such option.\n',
    );
    expect(existsSync(join(folder, 'a.db'))).toBe(true);
  }));

it('asks for a login, and never says one', () =>
  inTemporaryFolder(async folder => {
    const server = await startServer(
      folder,
      ['--username-env', 'THE_USER', '--password-env', 'THE_PASSWORD', '--tracking-uri', 'runs'],
      { THE_USER: 'ann', THE_PASSWORD: 's3cret-word' },
    );
    const name = { name: 'e' };
    const as = (pair: string) => ({
      authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
    });
    expect((await post(server.url, 'experiments/create', name)).status).toBe(401);
    const wrong = await post(server.url, 'experiments/create', name, as('ann:wrong-word'));
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).not.toMatch(/word/);
    const right = await post(server.url, 'experiments/create', name, as('ann:s3cret-word'));
    expect(right.status).toBe(200);
    expect(await server.stop()).toBe('');
  }));

it('keeps artifacts beside the store with --no-serve-artifacts, and makes no store with --artifacts-only', () =>
  inTemporaryFolder(async folder => {
    const direct = await startServer(folder, ['--no-serve-artifacts', '--tracking-uri', './runs']);
    await post(direct.url, 'experiments/create', { name: 'e' });
    const found = await post(direct.url, 'experiments/search', { max_results: 9 });
    expect(await found.text()).toMatch(/"artifact_location":"[^"]*runs\/\d+"/);
    const refused = await fetch(`${direct.url}/api/2.0/mlflow-artifacts/artifacts`);
    expect([refused.status, await refused.text()]).toEqual([
      503,
      expect.stringContaining('--no-serve-artifacts'),
    ]);
    await direct.stop();

    const empty = join(folder, 'empty');
    await mkdir(empty);
    const only = await startServer(empty, ['--artifacts-only']);
    const disabled = await post(only.url, 'experiments/create', { name: 'e' });
    expect([disabled.status, await disabled.text()]).toEqual([
      503,
      expect.stringContaining('--artifacts-only'),
    ]);
    expect((await fetch(`${only.url}/api/2.0/mlflow-artifacts/artifacts`)).status).toBe(200);
    await only.stop();
    expect(existsSync(join(empty, 'mlflow.db'))).toBe(false);
  }));

it('does not start with what it cannot keep', async () => {
  await inTemporaryFolder(async folder => {
    await expect(startServer(folder, ['--app-name', 'basic-auth'])).rejects.toThrow(
      /--app-name is not offered: .*--password-env/,
    );
    await expect(startServer(folder, ['--token-env', 'NOT_SET'])).rejects.toThrow(/NOT_SET/);
  });
});
