import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/tracking/entities';
import { asRecord } from '../contract/expectations';
import { startCommandLineServer } from './commandLineServer';
import { mlflow3, requireEnvironment } from './mlflowEnvironments';
import { pythonEnvironment } from './pythonDriver';
import { openOurs, uriIn, type StoreKind } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';

const run = promisify(execFile);
const jars = join(import.meta.dirname, '../../.test-env/java');
const TOKEN = 'java-token';

interface Session {
  /** What the program printed. */
  readonly said: Readonly<Record<string, string>>;
  /** What is in the store afterwards, read without any server. */
  readonly runs: readonly Run[];
  readonly experiments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly histories: (runId: string, key: string) => readonly unknown[];
}

let classes: string;

beforeAll(async () => {
  if (!existsSync(jars)) {
    throw new Error(`there is no ${jars}: npm test makes it`);
  }
  classes = await mkdtemp(join(tmpdir(), 'java-classes-'));
  const source = join(import.meta.dirname, 'java/Session.java');
  const options = ['-encoding', 'UTF-8', '-Xlint:all', '-Werror', '-d', classes];
  await run('javac', [...options, '-cp', join(jars, '*'), source]);
});
afterAll(() => rm(classes, { recursive: true, force: true }));

it('logs to the tracked run of mlflow-tracker run, which tells it where and as whom', () =>
  inTemporaryFolder(async folder => {
    const trackingUri = uriIn(folder, 'file');
    const program = [
      'import org.mlflow.tracking.MlflowClient;',
      'public class Train {',
      '  public static void main(String[] args) throws Exception {',
      '    MlflowClient client = new MlflowClient();',
      '    String run = client.createRun("0").getRunId();',
      '    client.logMetric(run, "loss", 0.5);',
      '    client.setTerminated(run);',
      '    System.out.println("epoch 1: accuracy=0.75");',
      '  }',
      '}',
    ];
    await writeFile(join(folder, 'Train.java'), program.join('\n'));
    const cli = join(import.meta.dirname, '../../dist/cli.js');
    const wrapper = [cli, 'run', '--tracking-uri', trackingUri, '--'];
    const java = [
      'java',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      join(jars, '*'),
      'Train.java',
      '--lr=1',
    ];
    await run(process.execPath, [...wrapper, ...java], { cwd: folder });
    const store = await openOurs(trackingUri, mlflow3, folder);
    try {
      const { items } = await store.searchRuns({ experimentIds: ['0'] });
      expect(items).toHaveLength(1);
      expect(items[0]?.info.status).toBe('FINISHED');
      expect(items[0]?.data.metrics).toMatchObject([
        { key: 'accuracy' },
        { key: 'loss', value: 0.5 },
      ]);
      expect(items[0]?.data.params).toEqual([{ key: 'lr', value: '1' }]);
      const source = items[0]?.data.tags.find(({ key }) => key === 'mlflow.source.name');
      expect(source?.value).toBe('Train.java');
    } finally {
      await store.close();
    }
  }));

/** The program against our server over that kind of store. */
async function session(
  kind: StoreKind,
  credentials: NodeJS.ProcessEnv,
  artifact?: string,
): Promise<Session> {
  return await inTemporaryFolder(async folder => {
    const trackingUri = uriIn(folder, kind);
    const server = await startCommandLineServer({ trackingUri, token: TOKEN, workingDir: folder });
    const file = join(folder, artifact ?? '');
    if (artifact !== undefined) {
      requireEnvironment(mlflow3);
      await writeFile(file, 'hello');
    }
    const env = pythonEnvironment(folder);
    const { stdout } = await run(
      'java',
      [
        ...['-Dfile.encoding=UTF-8', '-XX:TieredStopAtLevel=1'],
        ...['-cp', [classes, join(jars, '*')].join(delimiter), 'Session'],
        ...(artifact === undefined ? [] : [file]),
      ],
      {
        cwd: folder,
        env: {
          ...env,
          LC_ALL: 'C.UTF-8',
          PATH: [dirname(mlflow3.python), env['PATH']].join(delimiter),
          MLFLOW_TRACKING_URI: server.url,
          ...credentials,
        },
      },
    ).finally(() => server.close());
    const store = await openOurs(trackingUri, mlflow3, folder);
    try {
      const { items } = await store.searchExperiments({ maxResults: 100, viewType: 'ALL' });
      const experimentIds = items.map(({ experimentId }) => experimentId);
      const runs = (await store.searchRuns({ experimentIds, viewType: 'ALL' })).items;
      const histories = new Map<string, readonly unknown[]>();
      for (const { info, data } of runs) {
        for (const { key } of data.metrics) {
          const history = await store.getMetricHistory({ runId: info.runId, metricKey: key });
          histories.set(
            `${info.runId} ${key}`,
            history.items.map(({ value, timestampMs, step }) => [value, timestampMs, step]),
          );
        }
      }
      return {
        said: Object.fromEntries(
          stdout
            .split('\n')
            .map(line => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
        ) as Record<string, string>,
        runs,
        experiments: Object.fromEntries(items.map(({ name, tags }) => [name, asRecord(tags)])),
        histories: (runId, key) => histories.get(`${runId} ${key}`) ?? [],
      };
    } finally {
      await store.close();
    }
  });
}

function named(runs: readonly Run[], name: string): Run {
  const found = runs.filter(({ info }) => info.runName === name);
  expect(found, name).toHaveLength(1);
  return found[0] as Run;
}

function expectSaid(said: Session['said'], kind: StoreKind): void {
  const inf = kind === 'file' ? 'Infinity' : '1.7976931348623157E308';
  const byTime = '[0.5@1/1700000000002, 0.25@-3/1700000000003]';
  expect(said).toMatchObject({
    unsigned: '401 UNAUTHENTICATED',
    deleted: 'deleted',
    restored: 'active java renamed',
    byName: 'true',
    noName: 'false',
    experiments: '[java größe, java renamed]',
    deletedRun: 'deleted',
    restoredRun: 'active RUNNING',
    latest: `{batch=123.625@989, far=2.0@9223372036854775807, inf=${inf}@0, loss=0.5@1, nan=NaN@0, tiny=4.9E-324@0}`,
    history: byTime,
    longHistory: '990',
    far: '9007199254740993',
    ended: 'FAILED 1700000000001 1700000000009',
    scores: '[4.0, 3.0, 2.0, 1.0] on 2',
    infos: '6',
    failed: '1',
    deletedRuns: '0',
    nowhere: '0',
    contextExperiment: 'true',
    changedParam: '400 INVALID_PARAMETER_VALUE',
    badKey: '400 INVALID_PARAMETER_VALUE',
    unknownRun: '404 RESOURCE_DOES_NOT_EXIST',
    takenName: '400 RESOURCE_ALREADY_EXISTS',
    badFilter: '400 INVALID_PARAMETER_VALUE',
  });
}

function expectStored({ said, runs, experiments, histories }: Session): void {
  expect(experiments).toMatchObject({
    'java größe': { team: 'vision' },
    'java renamed': { kind: 'x' },
  });
  const main = named(runs, 'java run');
  expect(main.info).toMatchObject({
    runId: said['run'],
    status: 'FAILED',
    startTimeMs: 1700000000001,
    endTimeMs: 1700000000009,
    lifecycleStage: 'active',
  });
  expect(asRecord(main.data.params)).toEqual({ lr: '0.1', optimizer: '日本 🎲' });
  expect(asRecord(main.data.tags)).toMatchObject({ made: 'by java', stage: 'dev', 'a/b': 'ü' });
  expect(asRecord(main.data.tags)).not.toHaveProperty('temporary');
  expect(histories(main.info.runId, 'batch')).toEqual(
    Array.from({ length: 990 }, (_, step) => [step / 8, 10 + step, step]),
  );
  expect(histories(main.info.runId, 'far')).toEqual([[2, 2n ** 53n + 1n, 2n ** 63n - 1n]]);
  expect(histories(main.info.runId, 'nan')).toEqual([[NaN, 5, 0]]);
  const parent = named(runs, 'parent');
  expect(asRecord(parent.data.params)).toEqual({ p: '1', q: '2' });
  expect(asRecord(parent.data.tags)).toMatchObject({
    s: '',
    t: '3',
    'mlflow.source.type': 'LOCAL',
  });
  expect(histories(parent.info.runId, 'm').map(point => (point as unknown[])[2])).toEqual([0, 7]);
  const child = named(runs, 'child');
  expect(asRecord(child.data.tags)['mlflow.parentRunId']).toBe(parent.info.runId);
  expect(
    ['parent', 'child', 'within', 'failing'].map(name => named(runs, name).info.status),
  ).toEqual(['FINISHED', 'KILLED', 'FINISHED', 'FAILED']);
}

describe('MLflow’s Java client', () => {
  it('writes and reads all that it knows over SQLite, with a token', async () => {
    const result = await session('sqlite', { MLFLOW_TRACKING_TOKEN: TOKEN }, 'größe.txt');
    expectSaid(result.said, 'sqlite');
    expectStored(result);
    // Through Python's command, which the Java client starts.
    expect(result.said).toMatchObject({ artifact: 'sub dir/größe.txt', downloaded: 'true' });
  });

  it('writes and reads all that it knows over files, with a user and password', async () => {
    const result = await session('file', {
      MLFLOW_TRACKING_USERNAME: 'somebody',
      MLFLOW_TRACKING_PASSWORD: TOKEN,
    });
    expectSaid(result.said, 'file');
    expectStored(result);
  });
});
