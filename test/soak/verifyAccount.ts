import { isDeepStrictEqual } from 'node:util';
import type { Api } from './api';
import type { Account, Cell, LoggedRun, Pair, Point, Write } from './loggingClient';

interface RunAnswer {
  readonly run: {
    readonly info: { readonly status: string; readonly lifecycle_stage: string };
    readonly data: {
      readonly params?: readonly Pair[];
      readonly tags?: readonly Pair[];
      readonly metrics?: readonly Point[];
    };
  };
}

/** Compares what a client was told with what the server has. @returns one sentence for each difference */
export async function verifyAccount(api: Api, account: Account): Promise<string[]> {
  const faults: string[] = [];
  for (const run of account.runs) {
    faults.push(...(await verifyRun(api, run)).map(fault => `run ${run.runId}: ${fault}`));
  }
  faults.push(...(await verifyCreates(api, account)));
  for (const [path, cell] of account.artifacts) {
    const stored = await api.getArtifact(path);
    if (!matches(stored, cell)) {
      faults.push(`artifact ${path} has ${stored?.length ?? 'no'} bytes that nobody put there`);
    }
  }
  for (const { modelId, status } of account.models) {
    const { model } = await api.call<{ model: { info: { status: string } } }>(
      'GET',
      `mlflow/logged-models/${modelId}`,
    );
    if (!matches(model.info.status, status)) {
      faults.push(`model ${modelId} is ${model.info.status}`);
    }
  }
  const { experiment } = await api.call<{ experiment: { tags?: readonly Pair[] } }>(
    'GET',
    `mlflow/experiments/get?experiment_id=${account.experimentId}`,
  );
  const tags = new Map(experiment.tags?.map(tag => [tag.key, tag.value]));
  faults.push(...verifyCells(tags, account.experimentTags, 'experiment tag'));
  return faults;
}

async function verifyRun(api: Api, run: LoggedRun): Promise<string[]> {
  const { info, data } = (await api.call<RunAnswer>('GET', `mlflow/runs/get?run_id=${run.runId}`))
    .run;
  const faults: string[] = [];
  if (!matches(info.status, run.status)) {
    faults.push(`it is ${info.status}`);
  }
  if (!matches(info.lifecycle_stage, run.stage)) {
    faults.push(`it is ${info.lifecycle_stage}`);
  }
  const tags = new Map(data.tags?.map(tag => [tag.key, tag.value]));
  faults.push(...verifyCells(tags, run.tags, 'tag'));

  const stored = new Map<string, number>();
  for (const { key, value } of data.params ?? []) {
    stored.set(paramName({ key, value }), 1);
  }
  for (const { key, step } of data.metrics ?? []) {
    const points = await historyOf(api, run.runId, key);
    points.forEach(point => {
      stored.set(pointName(point), (stored.get(pointName(point)) ?? 0) + 1);
    });
    const last = Math.max(...points.map(point => point.step));
    if (step !== last) {
      faults.push(`the latest ${key} is step ${step}, its history ends at ${last}`);
    }
  }
  for (const name of run.writes.flatMap(namesOf)) {
    if (stored.get(name) !== 1) {
      faults.push(`${name} was acknowledged and is there ${stored.get(name) ?? 0} times`);
    }
    stored.delete(name);
  }
  faults.push(...run.unanswered.flatMap(write => verifyUnanswered(write, stored, tags, run)));
  faults.push(...[...stored.keys()].map(name => `${name} was never logged`));
  return faults;
}

/** All of it is there once, or nothing. Takes what it finds out of `stored`. */
function verifyUnanswered(
  write: Write,
  stored: Map<string, number>,
  tags: ReadonlyMap<string, string>,
  run: LoggedRun,
): string[] {
  const counts = namesOf(write).map(name => {
    const count = stored.get(name) ?? 0;
    stored.delete(name);
    return count;
  });
  for (const [key, cell] of run.tags) {
    if ('unanswered' in cell) {
      counts.push(Number(tags.get(key) === cell.unanswered));
    }
  }
  const isWhole = counts.every(count => count === 1) || counts.every(count => count === 0);
  return isWhole ? [] : [`a part of a call is there: ${counts.join('')}`];
}

/** Each run that was made is there once; one that nobody heard of is whole. */
async function verifyCreates(api: Api, account: Account): Promise<string[]> {
  const { runs = [] } = await api.call<{
    runs?: { info: { run_id: string; run_name: string }; data: { tags: Pair[] } }[];
  }>('POST', 'mlflow/runs/search', {
    experiment_ids: [account.experimentId],
    filter: `tags.\`soak.client\` = '${account.name}'`,
    run_view_type: 'ALL',
    max_results: 1000,
  });
  const known = new Set(account.runs.map(run => run.runId));
  const surplus = runs.filter(run => !known.has(run.info.run_id));
  const faults: string[] = [];
  if (runs.length - surplus.length !== known.size || surplus.length > account.createsUnanswered) {
    faults.push(`${known.size} runs were made and ${runs.length} are there`);
  }
  return faults.concat(
    surplus
      .filter(({ info, data }) => !data.tags.some(tag => tag.value === info.run_name))
      .map(({ info }) => `run ${info.run_id} is there in part`),
  );
}

function verifyCells(
  stored: ReadonlyMap<string, string>,
  cells: ReadonlyMap<string, Cell<string | undefined>>,
  what: string,
): string[] {
  return [...cells]
    .filter(([key, cell]) => !matches(stored.get(key), cell))
    .map(([key, cell]) => `${what} ${key} is ${stored.get(key)}, not ${JSON.stringify(cell)}`);
}

function matches<T>(stored: T, cell: Cell<T>): boolean {
  return (
    isDeepStrictEqual(stored, cell.acknowledged) ||
    ('unanswered' in cell && isDeepStrictEqual(stored, cell.unanswered))
  );
}

async function historyOf(api: Api, runId: string, key: string): Promise<readonly Point[]> {
  const { metrics = [] } = await api.call<{ metrics?: readonly Point[] }>(
    'GET',
    `mlflow/metrics/get-history?run_id=${runId}&metric_key=${encodeURIComponent(key)}`,
  );
  return metrics;
}

function namesOf({ metrics, params }: Write): string[] {
  return [...metrics.map(pointName), ...params.map(paramName)];
}

function pointName({ key, step, value }: Point): string {
  return `metric ${key} step ${step} value ${value}`;
}

function paramName({ key, value }: Pair): string {
  return `param ${key} of ${value}`;
}
