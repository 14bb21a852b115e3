import { request } from 'node:http';
import { rowProjection } from '../../src/host/model/runQuery';
import * as runs from '../../src/wire/endpoints/runEndpoints';
import type { Load, LoadJob } from '../load/loadJob';
import type { Contender } from './contender';

/** One round of one task with one server. */
export interface Sample extends Load {
  /** ms of processor that the server used for a request, without its database's. */
  readonly serverCpuMs: number;
}

/** A row of the table. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly of: (sample: Sample) => number;
  readonly moreIsBetter?: true;
  /** The aim of design.md §6, in words. */
  readonly goal?: string;
}

export interface Task {
  readonly name: string;
  readonly clients: number;
  readonly figures: readonly Figure[];
  /** Reads, of which a few are enough. */
  readonly maxRequests?: number;
  /** What is sent; made anew for each round, outside the measured time. */
  request(contender: Contender): Promise<Pick<LoadJob, 'method' | 'path' | 'bodies'>>;
  /** What all answers must agree in. */
  answer?(body: string): string;
}

const API = '/api/2.0/mlflow';
const FILTER = "metrics.loss < 0.5 and params.optimizer = 'adam'";
const ORDER_BY = ['metrics.acc DESC'];
const PAGE = 100;
const BATCHES = 100;
const POINTS_A_BATCH = 1000;
const A_READ = 15;

const p50: Figure = { name: 'p50', unit: 'ms', of: sample => sample.p50 };
const p99: Figure = { name: 'p99', unit: 'ms', of: sample => sample.p99 };
const perSecond: Figure = {
  name: 'requests',
  unit: '/s',
  of: sample => sample.perSecond,
  moreIsBetter: true,
};
const cpu: Figure = { name: 'processor', unit: 'ms', of: sample => sample.serverCpuMs };

export const TASKS: readonly Task[] = [
  {
    name: 'log_metric, 1 client',
    clients: 1,
    figures: [{ ...p50, goal: '≥ 25×' }, p99, perSecond, cpu],
    request: metricRequest,
  },
  {
    name: 'log_metric, 16 clients',
    clients: 16,
    figures: [{ ...perSecond, goal: '≥ 25×, ahead of FastTrackML' }, p99, cpu],
    request: metricRequest,
  },
  {
    name: 'log-batch of 1,000',
    clients: 1,
    maxRequests: BATCHES,
    figures: [
      {
        ...perSecond,
        name: 'points',
        of: sample => sample.perSecond * POINTS_A_BATCH,
        goal: '≥ 20×, ahead of FastTrackML',
      },
      cpu,
    ],
    request: batchRequest,
  },
  {
    name: 'create a run',
    clients: 1,
    figures: [p50, cpu],
    request: ({ data: { experimentId } }) =>
      post('/runs/create', {
        experiment_id: experimentId,
        // Older than all that the searches look for.
        start_time: 1,
        tags: [
          { key: 'mlflow.user', value: 'bench' },
          { key: 'mlflow.source.name', value: 'train.py' },
        ],
      }),
  },
  {
    name: 'search, filtered and ordered, first page',
    clients: 1,
    maxRequests: A_READ,
    figures: [{ ...p50, goal: '≥ 10×' }, cpu],
    request: ({ data }) => post('/runs/search', searchOf(data.experimentId, PAGE)),
    answer: names,
  },
  {
    name: 'the same, last page',
    clients: 1,
    maxRequests: A_READ,
    figures: [{ ...p50, goal: '≥ 10×' }, cpu],
    request: lastPageRequest,
    answer: names,
  },
  {
    name: 'what the sidebar asks',
    clients: 1,
    maxRequests: A_READ,
    figures: [p50, cpu],
    request: ({ data: { experimentId }, isOurs }) => {
      const request = runs.SEARCH_RUNS.request.encode({
        experimentIds: [experimentId],
        orderBy: ['attributes.start_time DESC'],
        viewType: 'ACTIVE_ONLY',
        maxResults: PAGE,
        // The others cannot leave anything out.
        ...(isOurs
          ? { projection: rowProjection('loss', { by: 'start_time', ascending: false }) }
          : {}),
      });
      return post('/runs/search', { ...request, run_view_type: 'ACTIVE_ONLY' });
    },
    answer: names,
  },
  {
    name: 'get-history, the whole of the long metric',
    clients: 1,
    maxRequests: 3,
    figures: [p50, cpu],
    request: ({ data }) =>
      get(`${API}/metrics/get-history?run_id=${data.longRunId}&metric_key=${data.longKey}`),
    answer: body => String(pointsIn(body)),
  },
  {
    name: 'get-history-bulk-interval, 2,500 points of it',
    clients: 1,
    maxRequests: 3,
    figures: [p50, cpu],
    request: ({ data }) =>
      get(
        `/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids=${data.longRunId}&metric_key=${data.longKey}&max_results=2500`,
      ),
    // MLflow cuts the last point off, which is one of those that it chose.
    answer: body => String(Math.round(pointsIn(body) / 10)),
  },
];

interface SearchAnswer {
  readonly runs: readonly { readonly info: { readonly run_name: string } }[];
  readonly next_page_token?: string;
}

/** Ids differ where stores were filled one by one. */
function names(body: string): string {
  return (JSON.parse(body) as SearchAnswer).runs.map(run => run.info.run_name).join();
}

function pointsIn(body: string): number {
  return (JSON.parse(body) as { readonly metrics: readonly unknown[] }).metrics.length;
}

function searchOf(experimentId: string, maxResults: number) {
  return {
    experiment_ids: [experimentId],
    filter: FILTER,
    order_by: ORDER_BY,
    max_results: maxResults,
  };
}

type Request = ReturnType<Task['request']>;

function post(path: string, body: object): Request {
  return Promise.resolve({ method: 'POST', path: API + path, bodies: [JSON.stringify(body)] });
}

function get(path: string): Request {
  return Promise.resolve({ method: 'GET', path, bodies: [''] });
}

async function metricRequest(contender: Contender): Request {
  const runId = JSON.stringify(await newRun(contender));
  return {
    method: 'POST',
    path: `${API}/runs/log-metric`,
    bodies: `{"run_id": ${runId}, "key": "loss", "value": 0.25, "timestamp": #, "step": #}`,
  };
}

/** Time and steps go on from batch to batch, as in training. */
async function batchRequest(contender: Contender): Request {
  const runId = await newRun(contender);
  const bodies = Array.from({ length: BATCHES }, (_, batch) =>
    JSON.stringify({
      run_id: runId,
      metrics: Array.from({ length: POINTS_A_BATCH }, (_point, i) => ({
        key: `m${i % 10}`,
        value: Math.sin(i),
        timestamp: 1_760_000_000_000 + batch * POINTS_A_BATCH + i,
        step: batch * 100 + Math.floor(i / 10),
      })),
    }),
  );
  return { method: 'POST', path: `${API}/runs/log-batch`, bodies };
}

async function lastPageRequest(contender: Contender): Request {
  const { experimentId, lastPageAt } = contender.data;
  const search = await ask<SearchAnswer>(
    contender,
    '/runs/search',
    searchOf(experimentId, lastPageAt),
  );
  return post('/runs/search', {
    ...searchOf(experimentId, PAGE),
    page_token: search.next_page_token,
  });
}

async function newRun(contender: Contender): Promise<string> {
  const { run } = await ask<{ readonly run: { readonly info: { readonly run_id: string } } }>(
    contender,
    '/runs/create',
    { experiment_id: contender.data.experimentId, start_time: 1 },
  );
  return run.info.run_id;
}

/**
 * On a connection of its own: a kept one may have been closed by the server since the last round. Not by `fetch`, which fails
 * an assertion of its own when a server closes behind an answer of several megabytes.
 */
async function ask<T>({ server }: Contender, path: string, body: object): Promise<T> {
  const { status, text } = await new Promise<{ status: number; text: string }>(
    (resolve, reject) => {
      const sent = request(
        `${server.url}${API}${path}`,
        { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } },
        answer => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.once('error', reject);
          answer.once('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          );
        },
      );
      sent.once('error', reject);
      sent.end(JSON.stringify(body));
    },
  );
  if (status !== 200) {
    throw new Error(`${path}: ${status} ${text.slice(0, 300)}`);
  }
  return JSON.parse(text) as T;
}
