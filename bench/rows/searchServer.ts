import { Agent } from 'node:http';
import { copyFile } from 'node:fs/promises';
import { EXPERIMENT_ID } from '../datasets';
import { post } from '../loadGenerator';
import type { Row, Subject } from '../measure';
import { preparedSqlite } from '../preparedStore';
import { startMlflowServer, startOurServer } from '../servers';
import type { Workspace } from '../workspace';

interface SearchBody {
  readonly runs: readonly { readonly info: { readonly run_id: string } }[];
  readonly next_page_token?: string;
}

const FILTER = "metrics.loss < 0.5 and params.optimizer = 'adam'";

/** 10,000 runs in SQLite, over HTTP: `mlflow server` and ours on copies of the same database. */
export async function searchServerRows(workspace: Workspace): Promise<Row[]> {
  const file = await preparedSqlite(workspace, 'search.db', 10_000);
  const copy = workspace.path('search-peer.db');
  await copyFile(file, copy);
  const ours = await startOurServer(workspace, `sqlite:///${file}`);
  const peer = await startMlflowServer(workspace, `sqlite:///${copy}`);
  const answers = new Map<string, string>();
  const search =
    (url: string, row: string, request: object): Subject =>
    async () => {
      const agent = new Agent({ keepAlive: true });
      const start = performance.now();
      const text = await post(agent, `${url}/api/2.0/mlflow/runs/search`, JSON.stringify(request));
      const ms = performance.now() - start;
      agent.destroy();
      const body = JSON.parse(text) as SearchBody;
      const ids = body.runs.map(run => run.info.run_id).join();
      if ((answers.get(row) ?? ids) !== ids) {
        throw new Error(`${row}: the answers differ`);
      }
      answers.set(row, ids);
      return ms;
    };
  const row = (name: string, what: string, request: object): Row => ({
    name,
    what,
    unit: 'ms',
    rounds: 7,
    goal: '≥ 10×',
    ours: search(ours.url, name, request),
    peer: { name: 'mlflow server', run: search(peer.url, name, request) },
  });
  const base = { experiment_ids: [EXPERIMENT_ID], max_results: 100 };
  const token = (offset: number): string => Buffer.from(`{"offset": ${offset}}`).toString('base64');
  return [
    row('search-sqlite-newest', '10,000 runs in SQLite over HTTP, newest 100', base),
    row('search-sqlite-filter', 'the same, filtered and ordered, first page of 100', {
      ...base,
      filter: FILTER,
      order_by: ['metrics.acc DESC'],
    }),
    row('search-sqlite-last', 'the same, a page near the end', {
      ...base,
      filter: FILTER,
      order_by: ['metrics.acc DESC'],
      page_token: token(2300),
    }),
  ];
}
