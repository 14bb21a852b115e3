import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { projectNode, root } from '../lib/paths.mjs';
import { say } from '../lib/progress.mjs';
import { projectEnvironment } from '../setUp/environment.mjs';

/**
 * Prints the latest run of a folder's own store: name, status, tags, params and the last value of each metric, as any MLflow
 * client would read them from `mlflow-tracker server`.
 * @param {string} folder
 */
export async function printLatestRun(folder) {
  const server = spawn(projectNode, [path.join(root, 'dist/cli.js'), 'server', '--port', '0'], {
    cwd: folder,
    env: projectEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await addressOf(server);
    const run = await latestRun(url);
    print(run);
  } finally {
    server.kill();
  }
}

/** @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} server */
async function addressOf(server) {
  for await (const line of createInterface(server.stdout)) {
    const url = /^listening on (\S+)/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('The tracking server ended before it listened.');
}

/** @param {string} url */
async function latestRun(url) {
  const { experiments } = await post(url, 'experiments/search', { max_results: 1000 });
  const { runs } = await post(url, 'runs/search', {
    experiment_ids: experiments.map(experiment => experiment.experiment_id),
    order_by: ['attributes.start_time DESC'],
    max_results: 1,
  });
  if (!runs?.[0]) throw new Error('The store has no run.');
  return runs[0];
}

/** @param {string} url @param {string} endpoint @param {object} body */
async function post(url, endpoint, body) {
  const response = await fetch(`${url}/api/2.0/mlflow/${endpoint}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${endpoint} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** @param {{ info: any, data: any }} run */
function print({ info, data }) {
  const seconds = ((info.end_time - info.start_time) / 1000).toFixed(1);
  say(`\nRecorded: ${info.run_name} (${info.run_id})  ${info.status} after ${seconds} s`);
  printTable('params', data.params);
  printTable('metrics (last value)', data.metrics, ({ value, step }) => `${value} at step ${step}`);
  printTable('tags', data.tags);
}

/**
 * @param {string} title @param {any[] | undefined} rows @param {(row: any) => string} [valueOf]
 */
function printTable(title, rows = [], valueOf = row => String(row.value)) {
  say(`  ${title}`);
  const width = Math.max(0, ...rows.map(({ key }) => key.length));
  for (const row of rows.toSorted((a, b) => a.key.localeCompare(b.key))) {
    const [first = '', ...rest] = valueOf(row).split('\n');
    const cut = first.length > 100 || rest.length > 0 ? `${first.slice(0, 100)} …` : first;
    say(`    ${row.key.padEnd(width)}  ${cut}`);
  }
}
