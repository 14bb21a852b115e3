import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseRunArguments } from '../../src/cli/runArguments';
import { childEnvironment } from '../../src/launch/childEnvironment';
import { commandText } from '../../src/launch/commandText';
import { cutAtLine } from '../../src/launch/cutText';
import { installedMlflowVersion, mlflowVersionOf } from '../../src/launch/installedMlflow';
import { findScriptSource } from '../../src/launch/scriptSource';
import { temporaryFolder } from './temporary';

describe('arguments of mlflow-tracker run', () => {
  test('everything after -- belongs to the command', () => {
    expect(
      parseRunArguments([
        '--experiment',
        'iris',
        '--param=lr=0.1',
        '--param',
        'empty=',
        '--tag',
        'note=a=b',
        '--',
        'python',
        'train.py',
        '--',
        '--tag',
        'x',
      ]),
    ).toEqual({
      help: false,
      experimentName: 'iris',
      params: [
        { key: 'lr', value: '0.1' },
        { key: 'empty', value: '' },
      ],
      tags: [{ key: 'note', value: 'a=b' }],
      command: 'python',
      args: ['train.py', '--', '--tag', 'x'],
      autolog: false,
      isSession: false,
      capture: {
        params: true,
        metrics: true,
        metricPatterns: [],
        systemMetricsMs: 10_000,
        environmentVariables: [],
      },
    });
  });

  test.each([
    [['python', 'train.py'], 'Put -- before the command'],
    [[], 'The command to run is missing'],
    [['--'], 'The command to run is missing'],
    [['--param', 'lr', '--', 'x'], '--param takes KEY=VALUE, and "lr" is not that.'],
    [['--tag', '=v', '--', 'x'], '--tag takes KEY=VALUE'],
    [
      ['--system-metrics', 'often', '--', 'x'],
      '--system-metrics takes seconds from 0.1 to 86400, or 0',
    ],
    [['--frobnicate', '--', 'x'], "Unknown option '--frobnicate'"],
    [['--param', 'a?b=1', '--', 'x'], 'Names may only contain'],
    [['--experiment', '', '--', 'x'], 'Invalid experiment name'],
  ])('%j is refused: %s', (argv, message) => {
    expect(() => parseRunArguments(argv)).toThrow(message);
  });
});

describe('the source of a command', () => {
  test.each([
    [['python', 'train.py', 'data.csv'], 'train.py', true],
    [['python3', '-u', '-W', 'ignore', 'sub/train.py'], 'sub/train.py', true],
    [['torchrun', '--nproc-per-node', '2', 'train.py'], 'train.py', true],
    [['python', '-m', 'sub.train'], 'sub/train.py', true],
    [['python', '-m', 'pkg'], 'pkg/__main__.py', true],
    [['python', '-m', 'pytest', 'train.py'], 'pytest', false],
    [['python', '-c', 'print(1)', 'train.py'], '-c', false],
    [['./run.sh', 'train.py'], './run.sh', true],
    [['make', 'train'], 'make', false],
    [['python', 'missing.py'], 'python', false],
  ])('%j comes from %s', async ([command = '', ...args], name, isFile) => {
    const folder = await temporaryFolder();
    mkdirSync(path.join(folder, 'sub'));
    mkdirSync(path.join(folder, 'pkg'));
    for (const file of ['train.py', 'sub/train.py', 'pkg/__main__.py', 'run.sh']) {
      writeFileSync(path.join(folder, file), '');
    }
    expect(findScriptSource(command, args, folder)).toMatchObject({
      name,
      ...(isFile ? { file: path.join(folder, name) } : {}),
    });
  });
});

test('the recorded command hides secrets and can be pasted into a shell', () => {
  expect(
    commandText([
      'python',
      'my train.py',
      '--api-key',
      'k1',
      '--password=p1',
      '--use-token',
      '--lr',
      '0.1',
      "it's",
      '*.csv',
    ]),
  ).toBe(
    "python 'my train.py' --api-key *** --password=*** --use-token --lr 0.1 'it'\\''s' '*.csv'",
  );
});

describe('a long text as a tag', () => {
  test('is cut at a line, within the limit, and says so', () => {
    const cut = cutAtLine('line\n'.repeat(100), 60, '[cut]');
    expect(cut).toBe(`${'line\n'.repeat(10)}[cut]`);
    expect(cut.length).toBeLessThanOrEqual(60);
  });

  test('one endless line is cut between characters', () => {
    const cut = cutAtLine('😀'.repeat(100), 30, '[cut]');
    expect(cut).toBe(`${'😀'.repeat(12)}\n[cut]`);
    expect(cutAtLine('short', 30, '[cut]')).toBe('short');
  });
});

describe("the script's environment", () => {
  const options = {
    trackingUri: 'http://127.0.0.1:1',
    token: 't',
    command: 'python',
    experimentName: 'e',
    userName: 'ada',
    hasCredentialsFile: false,
  };

  test('points at the wrapper, and nothing in it points elsewhere', () => {
    const inherited = {
      PATH: '/bin',
      MLFLOW_TRACKING_URI: 'https://example.com',
      MLFLOW_TRACKING_USERNAME: 'u',
      MLFLOW_TRACKING_PASSWORD: 'p',
      MLFLOW_RUN_ID: 'r',
      MLFLOW_EXPERIMENT_ID: '7',
      ELECTRON_RUN_AS_NODE: '1',
    };
    expect(childEnvironment({ ...options, inherited })).toEqual({
      PATH: '/bin',
      MLFLOW_TRACKING_URI: 'http://127.0.0.1:1',
      MLFLOW_TRACKING_TOKEN: 't',
      MLFLOW_EXPERIMENT_NAME: 'e',
      MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true',
    });
  });

  test('a proxy is kept for the world and passed by for the loopback', () => {
    const inherited = { HTTP_PROXY: 'http://proxy', no_proxy: 'example.com' };
    expect(childEnvironment({ ...options, inherited })).toMatchObject({
      HTTP_PROXY: 'http://proxy',
      no_proxy: 'example.com,127.0.0.1',
      NO_PROXY: 'example.com,127.0.0.1',
    });
  });
});

test('the MLflow of an interpreter is found without starting it', async () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const version = (python: string) => installedMlflowVersion(python, root, process.env);
  expect(await version('examples/.venv/bin/python')).toBe('3.17.2');
  expect(await version('.test-env/mlflow-2.22.5/bin/python')).toBe('2.22.5');
  expect(await version('bash')).toBeUndefined();
  expect(await version('no/such/python')).toBeUndefined();
});

test("the MLflow of a folder is that of its environment, not of the PATH's Python", async () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const folder = await temporaryFolder();
  const env = { PATH: path.join(root, 'examples/.venv/bin') };
  expect(await mlflowVersionOf(folder, env)).toBe('3.17.2');
  symlinkSync(path.join(root, '.test-env/mlflow-2.22.5'), path.join(folder, '.venv'));
  expect(await mlflowVersionOf(folder, env)).toBe('2.22.5');
  expect(await mlflowVersionOf(await temporaryFolder(), { PATH: '' })).toBeUndefined();
});
