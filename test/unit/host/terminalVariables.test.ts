import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credentials } from '../../../src/http/credentials';
import { terminalVariables } from '../../../src/host/run/terminalVariables';

describe("MLflow's variables of a terminal", () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tracker-terminal-'));
    mkdirSync(path.join(folder, 'old/mlruns/0'), { recursive: true });
    writeFileSync(path.join(folder, 'old/mlruns/0/meta.yaml'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const of = async (
    trackingUri: string,
    credentials?: Credentials,
    env: NodeJS.ProcessEnv = {},
    below = '.',
  ): Promise<Record<string, string>> => {
    const workingDir = path.join(folder, below);
    const variables = await terminalVariables({ trackingUri, workingDir }, credentials, env);
    const shown = Object.entries(variables).map(([name, value]) => [
      name.replace('MLFLOW_', ''),
      value.replace(folder, 'CWD'),
    ]);
    return Object.fromEntries(shown) as Record<string, string>;
  };
  const bearer = { kind: 'bearer', token: 't' } as const;
  const basic = { kind: 'basic', username: 'u', password: 'p@' } as const;
  const file = { TRACKING_URI: 'CWD/mlruns', ALLOW_FILE_STORE: 'true' };

  test('name local stores by absolute paths', async () => {
    expect(await of('./mlruns')).toEqual(file);
    expect(await of('file:mlruns')).toEqual(file);
    expect(await of('sqlite:///a.db?x=1')).toEqual({ TRACKING_URI: 'sqlite:///CWD/a.db?x=1' });
    expect(await of('sqlite:////data/a.db')).toEqual({ TRACKING_URI: 'sqlite:////data/a.db' });
  });

  test('name the default store as it is found', async () => {
    expect(await of('')).toEqual({ TRACKING_URI: 'sqlite:///CWD/mlflow.db' });
    expect(await of('', undefined, {}, 'old')).toEqual({ ...file, TRACKING_URI: 'CWD/old/mlruns' });
    expect(await of('', undefined, { MLFLOW_TRACKING_URI: 'http://h:1' })).toEqual({
      TRACKING_URI: 'http://h:1',
    });
  });

  test('bring the credentials of a server, and of a database in its URI', async () => {
    expect(await of('http://h:1', bearer, { MLFLOW_TRACKING_USERNAME: 'other' })).toEqual({
      TRACKING_URI: 'http://h:1',
      TRACKING_TOKEN: 't',
      // In MLflow a user and password win over a token.
      TRACKING_USERNAME: '',
    });
    expect(await of('http://me:secret@h:1/', bearer)).toEqual({
      TRACKING_URI: 'http://h:1/',
      TRACKING_USERNAME: 'me',
      TRACKING_PASSWORD: 'secret',
    });
    expect(await of('postgresql://h/db', basic)).toEqual({});
    expect(await of('postgresql://h/db')).toEqual({ TRACKING_URI: 'postgresql://h/db' });
  });
});
