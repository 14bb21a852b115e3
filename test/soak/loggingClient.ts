import type { Random } from '../contract/seededRandom';
import { Refused, type Api } from './api';

export interface Point {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

export interface Pair {
  readonly key: string;
  readonly value: string;
}

/** What one call writes to a run: all of it, or nothing. */
export interface Write {
  readonly metrics: readonly Point[];
  readonly params: readonly Pair[];
}

/** A value that was acknowledged, and one that was sent last and not answered: either may be stored. */
export interface Cell<T> {
  acknowledged: T;
  unanswered?: T;
}

export interface LoggedRun {
  readonly runId: string;
  readonly writes: Write[];
  readonly unanswered: Write[];
  readonly tags: Map<string, Cell<string | undefined>>;
  readonly status: Cell<string>;
  readonly stage: Cell<string>;
}

export interface LoggedModel {
  readonly modelId: string;
  readonly status: Cell<string>;
}

/** What a client was told, to be compared with what is stored. */
export interface Account {
  readonly name: string;
  readonly experimentId: string;
  readonly runs: LoggedRun[];
  readonly models: LoggedModel[];
  /** Bytes by path. */
  readonly artifacts: Map<string, Cell<Uint8Array<ArrayBuffer> | undefined>>;
  readonly experimentTags: Map<string, Cell<string | undefined>>;
  /** A run may have been made that nobody knows the id of. */
  createsUnanswered: number;
  acknowledged: number;
}

/** Logs until the server goes away; one call after the other, as a script does. Throws when a call is refused. */
export async function logUntilGone(api: Api, account: Account, random: Random): Promise<void> {
  const client = new LoggingClient(api, account, random);
  for (;;) {
    try {
      await client.step();
      account.acknowledged += 1;
    } catch (error) {
      if (error instanceof Refused) {
        throw error;
      }
      return;
    }
  }
}

export function newAccount(name: string, experimentId: string): Account {
  return {
    name,
    experimentId,
    runs: [],
    models: [],
    artifacts: new Map(),
    experimentTags: new Map(),
    createsUnanswered: 0,
    acknowledged: 0,
  };
}

/** The last call was refused, so it must have changed nothing. */
export function takeAsRefused(account: Account): void {
  account.createsUnanswered = 0;
  const cells: Cell<unknown>[] = [
    ...account.artifacts.values(),
    ...account.experimentTags.values(),
    ...account.models.map(({ status }) => status),
  ];
  for (const run of account.runs) {
    run.unanswered.length = 0;
    cells.push(run.status, run.stage, ...run.tags.values());
  }
  cells.forEach(cell => delete cell.unanswered);
}

const OWNER_TAG = 'soak.client';

export class LoggingClient {
  private readonly api: Api;
  private readonly account: Account;
  private readonly random: Random;
  private count = 0;

  constructor(api: Api, account: Account, random: Random) {
    this.api = api;
    this.account = account;
    this.random = random;
  }

  /** One call of a random kind. */
  async step(): Promise<void> {
    const run = this.account.runs.at(-1);
    this.count += 1;
    if (run === undefined || this.random.chance(0.04)) {
      return this.createRun();
    }
    const roll = this.random.below(100);
    if (roll < 30)
      return this.write(run, 'runs/log-metric', { metrics: [this.point()], params: [] });
    if (roll < 40)
      return this.write(run, 'runs/log-parameter', { metrics: [], params: [this.pair()] });
    if (roll < 62) return this.logBatch(run);
    if (roll < 72) return this.setTag(run);
    if (roll < 75) return this.deleteTag(run);
    if (roll < 80) return this.setStatus(run);
    if (roll < 84) return this.deleteAndRestore(run);
    if (roll < 91) return this.putArtifact();
    if (roll < 96) return this.logModel();
    return this.setExperimentTag();
  }

  private async createRun(): Promise<void> {
    const { experimentId, name } = this.account;
    this.account.createsUnanswered += 1;
    const { run } = await this.api.call<{ run: { info: { run_id: string } } }>(
      'POST',
      'mlflow/runs/create',
      { experiment_id: experimentId, tags: [{ key: OWNER_TAG, value: name }], start_time: 1 },
    );
    this.account.createsUnanswered -= 1;
    this.account.runs.push({
      runId: run.info.run_id,
      writes: [],
      unanswered: [],
      tags: new Map([[OWNER_TAG, { acknowledged: name }]]),
      status: { acknowledged: 'RUNNING' },
      stage: { acknowledged: 'active' },
    });
  }

  private async write(run: LoggedRun, path: string, write: Write): Promise<void> {
    run.unanswered.push(write);
    await this.api.call('POST', `mlflow/${path}`, {
      run_id: run.runId,
      ...write.metrics[0],
      ...write.params[0],
    });
    run.unanswered.pop();
    run.writes.push(write);
  }

  private async logBatch(run: LoggedRun): Promise<void> {
    const several = <T>(most: number, make: () => T): T[] =>
      Array.from({ length: this.random.below(most + 1) }, make);
    const metrics = several(this.random.chance(0.2) ? 300 : 12, () => this.point());
    const params = several(5, () => this.pair());
    const tags = several(3, () => ({ key: `b${this.random.below(6)}`, value: `${this.count}` }));
    const write = { metrics, params };
    run.unanswered.push(write);
    const last = new Map(tags.map(tag => [tag.key, tag.value]));
    const settle = [...last].map(([key, value]) => expectValue(run.tags, key, value));
    await this.api.call('POST', 'mlflow/runs/log-batch', { run_id: run.runId, ...write, tags });
    settle.forEach(done => done());
    run.unanswered.pop();
    run.writes.push(write);
  }

  private async setTag(run: LoggedRun): Promise<void> {
    const tag = { key: `t${this.random.below(5)}`, value: `${this.count} ${'ü'.repeat(20)}` };
    const done = expectValue(run.tags, tag.key, tag.value);
    await this.api.call('POST', 'mlflow/runs/set-tag', { run_id: run.runId, ...tag });
    done();
  }

  private async deleteTag(run: LoggedRun): Promise<void> {
    const known = [...run.tags].find(([key, cell]) => key !== OWNER_TAG && cell.acknowledged);
    if (known) {
      const done = expectValue(run.tags, known[0], undefined);
      await this.api.call('POST', 'mlflow/runs/delete-tag', { run_id: run.runId, key: known[0] });
      done();
    }
  }

  private async setStatus(run: LoggedRun): Promise<void> {
    const status = this.random.pick(['RUNNING', 'FINISHED', 'FAILED', 'KILLED']);
    run.status.unanswered = status;
    await this.api.call('POST', 'mlflow/runs/update', { run_id: run.runId, status, end_time: 5 });
    run.status.acknowledged = status;
    delete run.status.unanswered;
  }

  private async deleteAndRestore(run: LoggedRun): Promise<void> {
    for (const [path, stage] of [
      ['runs/delete', 'deleted'],
      ['runs/restore', 'active'],
    ] as const) {
      run.stage.unanswered = stage;
      await this.api.call('POST', `mlflow/${path}`, { run_id: run.runId });
      run.stage.acknowledged = stage;
      delete run.stage.unanswered;
    }
  }

  private async putArtifact(): Promise<void> {
    const path = `${this.account.name}/file ${this.random.below(4)}`;
    const bytes = new Uint8Array(this.random.below(200_000)).fill(this.random.below(256));
    const done = expectValue(this.account.artifacts, path, bytes);
    await this.api.putArtifact(path, bytes);
    done();
  }

  private async logModel(): Promise<void> {
    const known = this.account.models.at(-1);
    if (known && this.random.chance(0.5)) {
      known.status.unanswered = 'LOGGED_MODEL_READY';
      await this.api.call('PATCH', `mlflow/logged-models/${known.modelId}`, {
        model_id: known.modelId,
        status: 'LOGGED_MODEL_READY',
      });
      known.status.acknowledged = 'LOGGED_MODEL_READY';
      delete known.status.unanswered;
      return;
    }
    const { model } = await this.api.call<{ model: { info: { model_id: string } } }>(
      'POST',
      'mlflow/logged-models',
      { experiment_id: this.account.experimentId, name: 'model', params: [this.pair()] },
    );
    this.account.models.push({
      modelId: model.info.model_id,
      status: { acknowledged: 'LOGGED_MODEL_PENDING' },
    });
  }

  private async setExperimentTag(): Promise<void> {
    const { experimentId } = this.account;
    const tag = { key: `${this.account.name} ${this.random.below(3)}`, value: `${this.count}` };
    const done = expectValue(this.account.experimentTags, tag.key, tag.value);
    const body = { experiment_id: experimentId, ...tag };
    await this.api.call('POST', 'mlflow/experiments/set-experiment-tag', body);
    done();
  }

  /** No two are alike, so each can be counted. */
  private point(): Point {
    this.count += 1;
    const key = `m/${this.random.below(4)}`;
    return { key, value: this.count / 7, timestamp: 1_700_000_000_000, step: this.count };
  }

  private pair(): Pair {
    this.count += 1;
    return { key: `p${this.count}`, value: `${this.count} ${'x'.repeat(this.random.below(300))}` };
  }
}

function expectValue<T>(
  cells: Map<string, Cell<T | undefined>>,
  key: string,
  value: T,
): () => void {
  const cell: Cell<T | undefined> = cells.get(key) ?? { acknowledged: undefined };
  cells.set(key, cell);
  cell.unanswered = value;
  return () => {
    cell.acknowledged = value;
    delete cell.unanswered;
  };
}
