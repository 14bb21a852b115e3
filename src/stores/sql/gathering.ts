/** ms. How long a group is held back, at most, for what is likely to come. */
const LONGEST_WAIT_MS = 2;

/**
 * Makes groups of what is asked for at the same time, and has one group done at a time. What comes meanwhile is the next
 * group. Clients that were answered together mostly ask again together: they get half the time that the last group took.
 */
export class Gathering<T> {
  private waiting: T[] = [];
  private running: Promise<void> | undefined;
  private last = { size: 0, ms: 0 };

  /**
   * @param work settles all of a group by itself and never rejects
   * @param largest items in a group, at most: each waits for all
   */
  constructor(
    private readonly work: (group: readonly T[]) => Promise<void>,
    private readonly largest: number,
  ) {}

  add(item: T): void {
    this.waiting.push(item);
    this.running ??= this.run();
  }

  /** Resolves when all that was added is done. */
  async done(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    await this.gather();
    while (this.waiting.length > 0) {
      const group = this.waiting.slice(0, this.largest);
      this.waiting = this.waiting.slice(this.largest);
      const start = performance.now();
      await this.work(group);
      this.last = { size: group.length, ms: performance.now() - start };
    }
    this.running = undefined;
  }

  /** Waits for the end of the event-loop turn, so that all requests that came with it are in the group. */
  private async gather(): Promise<void> {
    const start = performance.now();
    const patienceMs = Math.min(this.last.ms / 2, LONGEST_WAIT_MS);
    do {
      await new Promise(resolve => setImmediate(resolve));
    } while (this.waiting.length < this.last.size && performance.now() - start < patienceMs);
  }
}
