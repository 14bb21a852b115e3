/** Lets one piece of asynchronous work in at a time, in the order of asking. */
export class Mutex {
  private last: Promise<void> = Promise.resolve();

  async run<T>(work: () => Promise<T>): Promise<T> {
    const before = this.last;
    let leave = (): void => undefined;
    this.last = new Promise(resolve => {
      leave = resolve;
    });
    await before;
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
