import type { SampleQuery, SeriesColumns } from '../../src/protocol/metricHistories';

type Fetch = (query: SampleQuery, signal: AbortSignal) => Promise<readonly SeriesColumns[]>;

/** A few requests at a time: the first charts are drawn while the rest wait. */
const MAX_RUNNING = 3;

interface Waiting {
  readonly start: () => void;
}

/** Asks the host for chart data. A cancelled request leaves the queue or is cancelled at the server. */
export class SampleQueue {
  private readonly waiting: Waiting[] = [];
  private running = 0;

  constructor(private readonly fetch: Fetch) {}

  sample(query: SampleQuery, signal: AbortSignal): Promise<readonly SeriesColumns[]> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        start: () => {
          this.running++;
          void this.fetch(query, signal)
            .then(resolve, reject)
            .finally(() => {
              this.running--;
              this.startNext();
            });
        },
      };
      signal.addEventListener('abort', () => this.drop(entry, reject, signal), { once: true });
      this.waiting.push(entry);
      this.startNext();
    });
  }

  private drop(entry: Waiting, reject: (error: unknown) => void, signal: AbortSignal): void {
    const at = this.waiting.indexOf(entry);
    if (at >= 0) {
      this.waiting.splice(at, 1);
      reject(signal.reason);
    }
  }

  private startNext(): void {
    while (this.running < MAX_RUNNING) {
      const next = this.waiting.shift();
      if (!next) {
        return;
      }
      next.start();
    }
  }
}
