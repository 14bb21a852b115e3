import { toDisposable, type Disposable } from './disposable';

export type Listener<T> = (value: T) => void;
export type Event<T> = (listener: Listener<T>) => Disposable;

/** A typed event source. Listeners run in order of subscription; one that throws does not stop the others. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<Listener<T>>();

  readonly event: Event<T> = listener => {
    const entry: Listener<T> = value => listener(value);
    this.listeners.add(entry);
    return toDisposable(() => this.listeners.delete(entry));
  };

  get hasListeners(): boolean {
    return this.listeners.size > 0;
  }

  fire(value: T): void {
    let failed = false;
    let failure: unknown;
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (error) {
        failed = true;
        failure = error;
      }
    }
    if (failed) {
      throw failure;
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
