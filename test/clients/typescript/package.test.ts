import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../../src/tracking/entities';
import { asRecord } from '../../contract/expectations';
import { InstalledPackage, NODES } from './installedPackage';
import { servedClient, type ServedClient } from './servedClient';

const documentation = join(import.meta.dirname, '../../../docs/client.md');

let installed: InstalledPackage;
let served: ServedClient;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  installed = await InstalledPackage.create();
  served = await servedClient();
  env = { MLFLOW_TRACKING_URI: served.url, MLFLOW_TRACKING_TOKEN: 'client-token' };
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await installed.remove();
});

async function runNamed(name: string): Promise<Run> {
  const filter = `attributes.run_name = '${name}'`;
  for await (const run of served.client.searchRuns({ experimentIds: ['0'], filter })) {
    return run;
  }
  throw new Error(`there is no run ${name}`);
}

/** The same program as an ES module and as CommonJS; it prints the id of its run. */
const PROGRAM = `
async function main({ withRun, getRun, searchRuns, TrackingError }, runName) {
  const runId = await withRun({ runName, params: { lr: 0.1 } }, async run => {
    for (let step = 0; step < 1200; step++) await run.logMetric('loss', step, { step });
    await run.logText('hello', 'a/b.txt');
    return run.runId;
  });
  const found = [];
  for await (const run of searchRuns({ filter: \`attributes.run_id = '\${runId}'\` })) found.push(run);
  const missing = await getRun('none').catch(error => TrackingError.is(error, 'RESOURCE_DOES_NOT_EXIST'));
  console.log([found.length, found[0].data.metrics[0].value, missing].join());
}
`;

describe.each(Object.keys(NODES) as (keyof typeof NODES)[])('The package on %s', node => {
  it.each([
    ['mjs', `import * as client from 'mlflow-tracker/client';`],
    ['cjs', `const client = require('mlflow-tracker/client');`],
  ])('works on a server as %s', async (form, load) => {
    const name = `${node} ${form}`;
    await installed.write(`program.${form}`, `${load}${PROGRAM}void main(client, '${name}');`);
    expect(await installed.node(`program.${form}`, env, node)).toBe('1,1199,true\n');
    const run = await runNamed(name);
    expect(run.info.status).toBe('FINISHED');
    expect(asRecord(run.data.tags)['mlflow.source.name']).toBe(`program.${form}`);
  });

  it.each(['mjs', 'cjs'])('works on a folder as %s', async form => {
    const local = { MLFLOW_TRACKING_URI: `./runs ${node} ${form}` };
    expect(await installed.node(`program.${form}`, local, node)).toBe('1,1199,true\n');
  });
});

it('works on SQLite where Node has it, and says what is missing elsewhere', async () => {
  const local = { MLFLOW_TRACKING_URI: 'sqlite:///mlflow.db' };
  expect(await installed.node('program.mjs', local)).toBe('1,1199,true\n');
  expect(await installed.node('program.cjs', local)).toBe('1,1199,true\n');
  await expect(installed.node('program.cjs', local, 'Node 20')).rejects.toThrow(
    'SQLite files need Node 22.15 or newer and this is 20.',
  );
});

it('brings a command that executes notebooks', async () => {
  const cells = [{ cell_type: 'code', metadata: {}, outputs: [], source: 'print(6 * 7)' }];
  const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3' } };
  const notebook = { nbformat: 4, nbformat_minor: 4, metadata, cells };
  await installed.write('study.ipynb', JSON.stringify(notebook));
  const python = join(import.meta.dirname, '../../../.test-env/notebooks/bin/python');
  await installed.write(
    'notebook.mjs',
    `import { execFileSync } from 'node:child_process';
     const cli = 'node_modules/mlflow-tracker/dist/cli.js';
     process.stdout.write(execFileSync(process.execPath, [cli, 'run', '--', '${python}', 'study.ipynb']));`,
  );
  const local = { MLFLOW_TRACKING_URI: './runs of a notebook' };
  expect(await installed.node('notebook.mjs', local)).toBe('42\n');
});

describe('A process that ends with a run open', () => {
  const start = (name: string) =>
    `import { startRun } from 'mlflow-tracker/client';
     const run = await startRun({ runName: '${name}' });
     await run.logMetric('loss', 1);`;

  it.each([
    ['well', '', 'FINISHED'],
    ['with a code', 'process.exitCode = 3;', 'FAILED'],
  ])('%s ends it', async (how, more, status) => {
    await installed.write('open.mjs', start(how) + more);
    await installed.node('open.mjs', env).catch(() => undefined);
    const { info, data } = await runNamed(how);
    expect([info.status, data.metrics[0]?.value]).toEqual([status, 1]);
  });

  it.each([
    ['unhandled', 'KILLED', '', [null, 'SIGTERM']],
    ['handled', 'RUNNING', `process.once('SIGTERM', () => process.exit(7));`, [7, null]],
  ])('by a signal that is %s leaves it %s', async (how, status, before, end) => {
    await installed.write(
      'signal.mjs',
      `${before}${start(how)}console.log('ready'); setInterval(() => {}, 1000);`,
    );
    const child = installed.start('signal.mjs', { PATH: process.env['PATH'], ...env });
    await once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual(end);
    expect((await runNamed(how)).info.status).toBe(status);
  });
});

describe('docs/client.md', () => {
  const blocks = [
    ...readFileSync(documentation, 'utf8').matchAll(
      /<!-- runs -->\n```ts\n(.*?)```\n(?:\n```text\n(.*?)```\n)?/gs,
    ),
  ].map(([, code = '', output = '']) => ({ code, output }));

  it('has examples whose types are right', async () => {
    expect(blocks.length).toBeGreaterThan(5);
    const files: string[] = [];
    for (const [index, { code }] of blocks.entries()) {
      files.push(`example${index}.mts`);
      await installed.write(`example${index}.mts`, code);
    }
    const wrong = `import { startRun } from 'mlflow-tracker/client';\nawait startRun({ name: 1 });\n`;
    await installed.write('wrong.mts', wrong);
    const common = `import client = require('mlflow-tracker/client');\nexport const run = client.startRun;\n`;
    await installed.write('common.cts', common);
    const complaints = await installed.typeCheck([...files, 'common.cts', 'wrong.mts']);
    expect(complaints.trim().split('\n')).toEqual([expect.stringMatching(/^wrong\.mts\(2,18\)/)]);
  });

  it('has examples that print what it says', async () => {
    for (const [index, { code, output }] of blocks.entries()) {
      await installed.write(`example${index}.mts`, code);
      expect(await installed.node(`example${index}.mts`, env)).toBe(output);
    }
    const names: string[] = [];
    for await (const run of served.client.searchRuns({ experimentNames: ['digits', 'sweep'] })) {
      names.push(`${run.info.status} ${String(run.data.metrics[0]?.key)}`);
    }
    expect(names.sort()).toEqual([
      'FINISHED accuracy',
      ...Array.from({ length: 4 }, () => 'FINISHED loss'),
      'FINISHED undefined',
    ]);
  });
});
