import { Agent } from 'node:http';
import { silentLogger } from '../../src/base/logger';
import { openStore } from '../../src/stores/openStore';
import { drive, post } from '../loadGenerator';
import type { Row } from '../measure';
import { startMlflowServer, startOurServer } from '../servers';
import type { Workspace } from '../workspace';

async function newRun(url: string): Promise<string> {
  const agent = new Agent();
  const text = await post(
    agent,
    `${url}/api/2.0/mlflow/runs/create`,
    JSON.stringify({ experiment_id: '0', start_time: 1_760_000_000_000 }),
  );
  agent.destroy();
  const body = JSON.parse(text) as { readonly run: { readonly info: { readonly run_id: string } } };
  return body.run.info.run_id;
}

/** Logging over REST to SQLite, each server on a fresh database of its own. */
export async function serverWriteRows(workspace: Workspace): Promise<Row[]> {
  const files = { ours: workspace.path('writes.db'), peer: workspace.path('writes-peer.db') };
  for (const file of Object.values(files)) {
    const store = await openStore(`sqlite:///${file}`, {
      logger: silentLogger,
      workingDir: workspace.root,
    });
    await store.createExperiment({ name: 'first write' });
    await store.close();
  }
  const ours = await startOurServer(workspace, `sqlite:///${files.ours}`);
  const peer = await startMlflowServer(workspace, `sqlite:///${files.peer}`);
  let clock = 0;
  const metrics = async (url: string, clients: number, count: number) => {
    const runId = await newRun(url);
    return drive(`${url}/api/2.0/mlflow/runs/log-metric`, clients, count, step =>
      JSON.stringify({
        run_id: runId,
        key: 'loss',
        value: 1 / (step + 1),
        timestamp: ++clock,
        step,
      }),
    );
  };
  const batches = async (url: string, count: number): Promise<number> => {
    const runId = await newRun(url);
    // Made before the clock runs; time goes on from batch to batch, as in training.
    const bodies = Array.from({ length: count }, (_, batch) =>
      JSON.stringify({
        run_id: runId,
        metrics: Array.from({ length: 1000 }, (_, i) => ({
          key: `m${i % 10}`,
          value: Math.sin(i),
          timestamp: 1_760_000_000_000 + batch * 1000 + i,
          step: batch * 100 + Math.floor(i / 10),
        })),
      }),
    );
    const load = await drive(
      `${url}/api/2.0/mlflow/runs/log-batch`,
      1,
      count,
      batch => bodies[batch] ?? '',
    );
    return load.requestsPerSecond * 1000;
  };
  return [
    {
      name: 'log-metric-16',
      what: 'log_metric one at a time over REST to SQLite, 16 clients',
      unit: 'req/s',
      rounds: 3,
      goal: '≥ 25×',
      ours: async () => (await metrics(ours.url, 16, 8000)).requestsPerSecond,
      peer: {
        name: 'mlflow server',
        run: async () => (await metrics(peer.url, 16, 400)).requestsPerSecond,
      },
    },
    {
      name: 'log-metric-1',
      what: 'log_metric over REST to SQLite, 1 client, median latency',
      unit: 'ms',
      rounds: 3,
      goal: '≥ 25×',
      ours: async () => (await metrics(ours.url, 1, 2000)).p50,
      peer: { name: 'mlflow server', run: async () => (await metrics(peer.url, 1, 200)).p50 },
    },
    {
      name: 'log-batch',
      what: 'log-batch of 1,000 metrics over REST to SQLite, 1 client',
      unit: 'points/s',
      rounds: 3,
      goal: '≥ 20×',
      ours: () => batches(ours.url, 60),
      peer: { name: 'mlflow server', run: () => batches(peer.url, 5) },
    },
  ];
}
