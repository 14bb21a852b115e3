import type { ModelId, RunId } from '../../tracking/entities';
import type { CallOptions } from '../../tracking/trackingStore';
import { errnoOf, writeError } from './fileErrors';
import { KeyedQueue } from './keyedQueue';
import type { RunFiles } from './runFiles';
import type { StoreWatcher } from './watch/storeWatcher';

/**
 * Every write of this process passes through here: those of one run, of one model and of the experiments wait for each
 * other, what the file system refuses becomes an error that a client understands, and what was written is told.
 */
export class StoreWrites {
  private readonly queue = new KeyedQueue();

  constructor(
    private readonly root: string,
    private readonly runs: RunFiles,
    private readonly watcher: StoreWatcher,
  ) {}

  async toExperiments<T>(options: CallOptions | undefined, job: () => Promise<T>): Promise<T> {
    const result = await this.inTurnOfExperiments(() => this.unqueued(options, job));
    this.watcher.report({ kind: 'experiments' });
    return result;
  }

  async toRun<T>(
    runId: RunId,
    options: CallOptions | undefined,
    job: () => Promise<T>,
  ): Promise<T> {
    const result = await this.queue.run(`run ${runId}`, () => this.unqueued(options, job));
    const { experimentId } = this.runs.find(runId).info;
    this.watcher.report({ kind: 'runs', experimentId, runId });
    return result;
  }

  toModel<T>(
    modelId: ModelId,
    options: CallOptions | undefined,
    job: () => Promise<T>,
  ): Promise<T> {
    return this.queue.run(`model ${modelId}`, () => this.unqueued(options, job));
  }

  /** For what is new, so that nobody else can be writing it. */
  async unqueued<T>(options: CallOptions | undefined, job: () => Promise<T>): Promise<T> {
    options?.signal?.throwIfAborted();
    try {
      return await job();
    } catch (error) {
      if (errnoOf(error) === undefined) {
        throw error;
      }
      const path = error instanceof Error && 'path' in error ? String(error.path) : this.root;
      throw writeError(path, error);
    }
  }

  /** For a part of another write; its failures are that one's, and it tells what it did by itself. */
  inTurnOfExperiments<T>(job: () => Promise<T>): Promise<T> {
    return this.queue.run('experiments', job);
  }

  /** Resolves when all writes so far have ended, however they did. */
  async drain(): Promise<void> {
    await this.queue.drain();
  }
}
