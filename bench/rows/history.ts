import { copyFile } from 'node:fs/promises';
import { silentLogger } from '../../src/base/logger';
import { TrackerClient } from '../../src/stores/rest/trackerClient';
import { fillHistory, syntheticRuns } from '../datasets';
import type { Row } from '../measure';
import { preparedSqlite } from '../preparedStore';
import { startMlflowServer, startOurServer } from '../servers';
import type { Workspace } from '../workspace';

const POINTS = 1_000_000;
const KEY = 'signal';

/** One metric of 1,000,000 points: the whole curve, thinned for a chart. */
export async function historyRows(workspace: Workspace): Promise<Row[]> {
  const file = await preparedSqlite(workspace, 'history.db', 1);
  const runId = syntheticRuns(1)[0]?.runId ?? '';
  fillHistory(file, runId, KEY, POINTS);
  const copy = workspace.path('history-peer.db');
  await copyFile(file, copy);
  const peer = await startMlflowServer(workspace, `sqlite:///${copy}`);
  const warm = await startOurServer(workspace, `sqlite:///${file}`);
  let logged = 0;
  const logPoint = async (url: string, step: number): Promise<void> => {
    const response = await fetch(`${url}/api/2.0/mlflow/runs/log-metric`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ run_id: runId, key: KEY, value: 0.5, timestamp: Date.now(), step }),
    });
    await response.arrayBuffer();
    if (!response.ok) {
      throw new Error(`log-metric: ${response.status}`);
    }
  };
  const sample = async (url: string): Promise<number> => {
    const client = new TrackerClient({ baseUrl: url, logger: silentLogger });
    const start = performance.now();
    const [series] = await client.sampleMetrics({
      series: [{ run_id: runId, metric_key: KEY }],
      x: 'step',
      columns: 1200,
      smoothing: 0.6,
    });
    const ms = performance.now() - start;
    const spikes = series?.values.filter(value => value > 4).length ?? 0;
    if (series?.total !== POINTS + logged || spikes < POINTS / 10_007 - 1) {
      throw new Error(`${spikes} spikes of ${series?.total ?? 0} points arrived`);
    }
    await client.close();
    return ms;
  };
  const peerRun = async (): Promise<number> => {
    const start = performance.now();
    const response = await fetch(
      `${peer.url}/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids=${runId}&metric_key=${KEY}&max_results=2500`,
    );
    await response.arrayBuffer();
    if (!response.ok) {
      throw new Error(`get-history-bulk-interval: ${response.status}`);
    }
    return performance.now() - start;
  };
  const peerNamed = {
    name: 'mlflow server, get-history-bulk-interval (2,500 points, spikes lost)',
    run: peerRun,
  };
  await sample(warm.url);
  return [
    {
      name: 'history-1m-first',
      what: '1,000,000 points in SQLite thinned to 1,200 columns, first request to a fresh server',
      unit: 'ms',
      rounds: 3,
      goal: '≤ 1 s to drawn',
      peer: peerNamed,
      ours: async () => {
        const server = await startOurServer(workspace, `sqlite:///${file}`);
        const ms = await sample(server.url);
        await server.stop();
        return ms;
      },
    },
    {
      name: 'history-1m-again',
      what: 'the same, asked again (zoom, smoothing)',
      unit: 'ms',
      rounds: 5,
      peer: peerNamed,
      ours: () => sample(warm.url),
    },
    {
      name: 'history-1m-live',
      what: 'the same after one more point was logged (a run that is looked at while it trains)',
      unit: 'ms',
      rounds: 5,
      peer: {
        ...peerNamed,
        run: async () => {
          await logPoint(peer.url, POINTS + logged);
          return await peerRun();
        },
      },
      ours: async () => {
        await logPoint(warm.url, POINTS + logged);
        logged += 1;
        return await sample(warm.url);
      },
    },
  ];
}
