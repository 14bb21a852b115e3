import { AsyncLocalStorage } from 'node:async_hooks';
import type { ActiveRun } from './activeRun';

/**
 * Which run is "the current one": the last that was started and has not ended. What a `withRun` calls sees its run and
 * those started inside, so that runs side by side do not meet (MLflow keeps a stack a thread).
 */
export class RunStack {
  private readonly scopes = new AsyncLocalStorage<ActiveRun[]>();
  private readonly outermost: ActiveRun[] = [];
  private readonly open = new Set<ActiveRun>();

  get current(): ActiveRun | undefined {
    return this.scope.findLast(run => this.open.has(run));
  }

  /** Every run that has not ended, wherever it was started, children first. */
  get openRuns(): readonly ActiveRun[] {
    return [...this.open].reverse();
  }

  push(run: ActiveRun): void {
    const { scope } = this;
    scope.splice(0, scope.length, ...scope.filter(each => this.open.has(each)), run);
    this.open.add(run);
  }

  remove(run: ActiveRun): void {
    this.open.delete(run);
  }

  /** Calls `body` with `run` as the current one. */
  within<T>(run: ActiveRun, body: () => T): T {
    this.open.add(run);
    return this.scopes.run([...this.scope, run], body);
  }

  private get scope(): ActiveRun[] {
    return this.scopes.getStore() ?? this.outermost;
  }
}
