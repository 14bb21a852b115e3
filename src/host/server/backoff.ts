const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
/** A server that lived this long was well: the next failure counts as the first. */
const WELL_AFTER_MS = 30_000;
const MAX_FAILURES = 6;

/** How long to wait before a server that died is started again. */
export class Backoff {
  private failures = 0;

  /**
   * @param aliveMs how long the server lived
   * @returns ms to wait, or undefined when it died too often in a row to try again
   */
  next(aliveMs: number): number | undefined {
    this.failures = aliveMs >= WELL_AFTER_MS ? 1 : this.failures + 1;
    return this.failures > MAX_FAILURES
      ? undefined
      : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.failures - 1));
  }

  reset(): void {
    this.failures = 0;
  }
}
